"""Counters of tries: rows that stand although the request is refused, and hold for all workers."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict
from datetime import datetime
from uuid import UUID

from sqlalchemy import delete, select
from sqlalchemy.dialects.postgresql import insert

from portal.accounts.attempts import domain as throttling
from portal.accounts.attempts.domain import MOST_FAILURES, Limit, Tally
from portal.accounts.attempts.models import Attempts, Failures
from portal.kernel import clock, keys
from portal.kernel.db import apart, db
from portal.kernel.errors import TooMany


def spend(limit: Limit, *about: str) -> None:
    """Count one try, before it is known whether it is right. Raises TooMany.

    Call it before the request's own transaction has begun, since it needs a connection too.
    """
    now = clock.now()
    with _locked(limit, about, now) as row:
        tally = _tally(row)
        if seconds := throttling.wait(tally, now):
            raise TooMany(seconds)
        _write(row, throttling.counted(tally, limit, now))


def take_back(limit: Limit, *about: str) -> None:
    """Undo the last try: it was right, and must not count against others behind the address."""
    with _locked(limit, about, clock.now()) as row:
        _write(row, throttling.taken_back(_tally(row)))


def forget(limit: Limit, *about: str) -> None:
    """Begin anew after a success."""
    with apart() as session:
        session.execute(delete(Attempts).where(Attempts.key == _key(limit, about)))


def risk(authenticator: str, person_id: UUID | None, *, otherwise: str = "") -> bool:
    """Count one failure in a row, taken back by `fits` when it was none.

    False when the authenticator is off: after a hundred of them nothing is compared any more.
    Without a person the same is done to a counter that `otherwise` chooses and nobody asks.
    """
    key = _failing(authenticator, person_id, otherwise)
    now = clock.now()
    one_more = insert(Failures).values(key=key, count=1, last=now)
    counted = one_more.on_conflict_do_update(
        index_elements=["key"],
        set_={"count": Failures.count + 1, "last": now},
        where=Failures.count < MOST_FAILURES,
    )
    with apart() as session:
        is_on = session.scalar(counted.returning(Failures.count)) is not None
    return is_on and person_id is not None


def fits(authenticator: str, person_id: UUID) -> None:
    """It fitted: the failures in a row begin anew. Also what switches one on that was off."""
    with apart() as session:
        key = _failing(authenticator, person_id)
        session.execute(delete(Failures).where(Failures.key == key))


def is_off(authenticator: str, person_id: UUID) -> bool:
    counted = select(Failures.count).where(Failures.key == _failing(authenticator, person_id))
    return (db.session.scalar(counted) or 0) >= MOST_FAILURES


def sweep() -> None:
    """Remove counters that no longer count, and failures of devices and people long gone."""
    now = clock.now()
    db.session.execute(delete(Attempts).where(Attempts.last < now - throttling.FORGOTTEN_AFTER))
    db.session.execute(delete(Failures).where(Failures.last < now - throttling.UNTOUCHED))


@contextmanager
def _locked(limit: Limit, about: tuple[str, ...], now: datetime) -> Iterator[Attempts]:
    """The counter's row, made if need be, held so that tries in parallel count one by one."""
    key = _key(limit, about)
    new = insert(Attempts).values(key=key, **asdict(throttling.fresh(now)))
    # An update that changes nothing: it locks the row where DO NOTHING would not.
    held = new.on_conflict_do_update(index_elements=["key"], set_={"key": key})
    with apart() as session:
        yield session.scalars(held.returning(Attempts)).one()


def _failing(authenticator: str, person_id: UUID | None, otherwise: str = "") -> bytes:
    """Unknown names share a few counters: each with its own, they would fill the table."""
    stranger = keys.keyed_hash("accounts.strangers", otherwise)[:1].hex()
    return keys.keyed_hash("accounts.failures", f"{authenticator}|{person_id or stranger}")


def _key(limit: Limit, about: tuple[str, ...]) -> bytes:
    return keys.keyed_hash("accounts.attempts", "|".join((limit.name, *about)))


def _tally(row: Attempts) -> Tally:
    return Tally(row.count, row.pauses, row.began, row.last, row.until)


def _write(row: Attempts, tally: Tally) -> None:
    for name, value in asdict(tally).items():
        setattr(row, name, value)
