"""Counters of tries: rows that stand although the request is refused, and hold for all workers."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict
from datetime import datetime

from sqlalchemy import delete
from sqlalchemy.dialects.postgresql import insert

from portal.accounts.attempts import domain as throttling
from portal.accounts.attempts.domain import Limit, Tally
from portal.accounts.attempts.models import Attempts
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


def sweep() -> None:
    """Remove counters that no longer count."""
    old = clock.now() - throttling.FORGOTTEN_AFTER
    db.session.execute(delete(Attempts).where(Attempts.last < old))


@contextmanager
def _locked(limit: Limit, about: tuple[str, ...], now: datetime) -> Iterator[Attempts]:
    """The counter's row, made if need be, held so that tries in parallel count one by one."""
    key = _key(limit, about)
    new = insert(Attempts).values(key=key, **asdict(throttling.fresh(now)))
    # An update that changes nothing: it locks the row where DO NOTHING would not.
    held = new.on_conflict_do_update(index_elements=["key"], set_={"key": key})
    with apart() as session:
        yield session.scalars(held.returning(Attempts)).one()


def _key(limit: Limit, about: tuple[str, ...]) -> bytes:
    return keys.keyed_hash("accounts.attempts", "|".join((limit.name, *about)))


def _tally(row: Attempts) -> Tally:
    return Tally(row.count, row.pauses, row.began, row.last, row.until)


def _write(row: Attempts, tally: Tally) -> None:
    for name, value in asdict(tally).items():
        setattr(row, name, value)
