"""Comparing: what a company lists is laid down beside our orders, and PostgreSQL tells them apart.

Each part is committed by itself, since companies are called outside of transactions; a run that
was cut off leaves lines behind that the next one clears away.
"""

from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import suppress
from datetime import datetime
from itertools import islice
from typing import Any
from uuid import UUID

from sqlalchemy import delete, func, insert, select, update

from payments.asking import service as asking
from payments.calling import service as calling
from payments.domain import DIFFERS
from payments.gateway import Gateway, GatewayError, Listed
from payments.gateways import gateways
from payments.inbox import service as inbox
from payments.models import Attempt, Payment
from payments.reconciling import queries
from payments.reconciling.domain import (
    DAYS,
    LATELY,
    MARGIN,
    AlreadyRead,
    Kind,
    NoSuchDifference,
    RunState,
    Source,
    Span,
    State,
    Told,
)
from payments.reconciling.models import (
    Difference,
    DifferenceNote,
    ReconciliationLine,
    ReconciliationRun,
)
from payments.refunds import service as refunds
from payments.settling import service as settling
from portal.audit import service as audit
from portal.kernel import clock
from portal.kernel.db import db
from portal.kernel.jobs import defer, job
from portal.kernel.keys import Erased
from portal.kernel.log import log
from portal.kernel.settings import current

A_PART, A_BATCH, SHOWN = 1000, 200, 200
BY = "reconcile"


def listing_ones() -> list[Gateway]:
    """The gateways that can be used here and say what happened in a span."""
    return [one for one in usable_ones() if one.listing is not None]


def usable_ones() -> list[Gateway]:
    """Those that files may come from."""
    found = (one for one in gateways().values() if not one.check_config(current()))
    return [one.under(current()) for one in found]


@job(queue="payments")
def look_lately() -> None:
    """Every half hour: what was dropped meanwhile is found within the next."""
    _defer_all(clock.now() - LATELY)


@job(queue="payments")
def look_back() -> None:
    """Every night: what took its time at a bank."""
    _defer_all(clock.now() - DAYS)


@job(queue="payments")
def look(gateway: str, since: str, until: str) -> None:
    run(Span(gateway, datetime.fromisoformat(since), datetime.fromisoformat(until)))


def _defer_all(since: datetime) -> None:
    inbox.retry_parked()
    begins, ends = since.isoformat(), clock.now().isoformat()
    for one in listing_ones():
        defer(look, lock=f"reconcile:{one.slug}", gateway=one.slug, since=begins, until=ends)


def run(span: Span) -> Told:
    """Ask the company for its list of a span, and compare; committed as it goes."""
    gateway = calling.usable(span.gateway)
    listing, means = gateway.listing, calling.means(gateway)
    if listing is None:
        raise GatewayError
    run_id = _begun(span, Source.LISTING)
    try:
        count = _lay_down(run_id, listing(span.since, span.until, means))
    except GatewayError as failure:
        db.session.rollback()
        log.warning("no listing", gateway=span.gateway, error=str(failure))
        return _ended(run_id, RunState.FAILED, 0, 0)
    applied = _settle(run_id, span.gateway, _book)
    _take_back(run_id, span.gateway)
    _book_fees(run_id, span.gateway)
    _compare(run_id, span, Source.LISTING)
    return _ended(run_id, RunState.DONE, count, applied)


def read_file(gateway_slug: str, digest: bytes, listed: Iterable[Listed], by: UUID) -> UUID:
    """Take in a file, and compare it in a job; the run's id.

    Raises NoSuchGateway, AlreadyRead, and what reading the file raises.
    """
    calling.known(gateway_slug)
    same = ReconciliationRun.gateway == gateway_slug, ReconciliationRun.file_hash == digest
    if db.session.scalar(select(ReconciliationRun.id).where(*same)) is not None:
        raise AlreadyRead
    now = clock.now()
    run_id = _begun(Span(gateway_slug, now, now), Source.FILE, digest)
    try:
        count = _lay_down(run_id, listed)
    except BaseException:
        # Nothing of a file that cannot be read stays, so that it may be brought again, mended.
        db.session.rollback()
        _clear(run_id)
        db.session.execute(delete(ReconciliationRun).where(ReconciliationRun.id == run_id))
        db.session.commit()
        raise
    db.session.execute(
        update(ReconciliationRun).where(ReconciliationRun.id == run_id).values(lines=count)
    )
    audit.record("books.file_read", about=f"run:{run_id}", actor=by)
    defer(compare_file, lock=f"reconcile:{gateway_slug}", run_id=str(run_id))
    return run_id


@job(queue="payments")
def compare_file(run_id: str) -> None:
    """A file is news and no answer: of what is missing here, the company itself is asked."""
    row = db.session.get_one(ReconciliationRun, UUID(run_id), populate_existing=True)
    if row.state != RunState.RUNNING:
        return
    span = Span(row.gateway, row.since, row.until)
    applied = _settle(row.id, row.gateway, _asked)
    _book_fees(row.id, row.gateway)
    _compare(row.id, span, Source.FILE)
    _ended(row.id, RunState.DONE, row.lines, applied)


def _begun(span: Span, source: Source, digest: bytes | None = None) -> UUID:
    row = ReconciliationRun(
        gateway=span.gateway,
        source=source,
        since=span.since,
        until=span.until,
        state=RunState.RUNNING,
        lines=0,
        applied=0,
        file_hash=digest,
    )
    db.session.add(row)
    db.session.commit()
    return row.id


def _lay_down(run_id: UUID, listed: Iterable[Listed]) -> int:
    """How many. The next part is asked for when the one before it is committed."""
    source, count = iter(listed), 0
    while True:
        db.session.commit()
        part = list(islice(source, A_PART))
        if not part:
            return count
        rows = [_line(run_id, number, one) for number, one in enumerate(part, count)]
        db.session.execute(insert(ReconciliationLine), rows)
        count += len(part)


def _line(run_id: UUID, number: int, one: Listed) -> dict[str, Any]:
    return {
        "run_id": run_id,
        "number": number,
        "order_reference": one.order,
        "gateway_reference": one.reference,
        "status": one.status,
        "at": one.at,
        "amount_minor": one.amount.minor if one.amount else None,
        "currency": one.amount.currency if one.amount else None,
        "refunded_minor": one.refunded.minor if one.refunded is not None else None,
        "fee_minor": one.fee.minor if one.fee is not None else None,
    }


def _settle(run_id: UUID, gateway: str, take: Callable[[UUID, Any], None]) -> int:
    """Take in what was paid there and is not here, each by a transaction; how many were booked."""
    applied = 0
    for attempt_id, line in _missed(run_id, gateway):
        take(attempt_id, line)
        db.session.commit()
        attempt = db.session.get_one(Attempt, attempt_id, populate_existing=True)
        if attempt.captured_minor or attempt.code == DIFFERS:
            applied += 1
            _note_missed(run_id, attempt, line)
        db.session.commit()
    return applied


def _missed(run_id: UUID, gateway: str) -> Iterator[tuple[UUID, Any]]:
    after = -1
    while True:
        told = {"run": run_id, "gateway": gateway, "after": after, "most": A_BATCH}
        found = db.session.execute(queries.MISSED, told | {"differs": DIFFERS}).all()
        for line in found:
            yield line.attempt_id, line
        if len(found) < A_BATCH:
            return
        after = found[-1].number


def _book(attempt_id: UUID, line: Any) -> None:
    settling.settle(attempt_id, queries.outcome(line), BY)


def _asked(attempt_id: UUID, _: Any) -> None:
    asking.ask_again(attempt_id, BY)


def _book_fees(run_id: UUID, gateway: str) -> None:
    """What the company kept of each order, when it says so first; a part by a transaction."""
    told = {"run": run_id, "gateway": gateway, "most": A_BATCH}
    while found := db.session.execute(queries.FEES, told).all():
        for line in found:
            settling.charge(line.attempt_id, line.fee_minor)
        db.session.commit()


def _take_back(run_id: UUID, gateway: str) -> None:
    """Book what the company gave back without us, each by a transaction."""
    told = {"run": run_id, "gateway": gateway, "most": A_BATCH, "after": UUID(int=0)}
    while found := db.session.execute(queries.GIVEN_BACK, told).all():
        for line in found:
            refunds.given_there(line.attempt_id, line.refunded_minor)
            db.session.commit()
        told["after"] = found[-1].attempt_id


def _note_missed(run_id: UUID, attempt: Attempt, line: Any) -> None:
    if attempt.code == DIFFERS:
        return
    now = clock.now()
    db.session.execute(
        queries.NOTED,
        {
            "gateway": attempt.gateway,
            "kind": Kind.MISSED,
            "order": attempt.reference,
            "run": run_id,
            "at": line.at,
            "now": now,
            "ours": attempt.captured_minor,
            "theirs": line.amount_minor,
            "currency": attempt.currency,
            "state": State.MENDED,
            "settled_at": now,
        },
    )


def note_stays(stays: Iterable[tuple[str, Payment]]) -> None:
    """These were paid and do not go on; those that were noted before, and do now, are mended."""
    now = clock.now()
    for gateway, payment in stays:
        told = {
            "gateway": gateway,
            "kind": Kind.STAYS,
            "order": payment.reference,
            "run": None,
            "at": payment.paid_at,
            "now": now,
            "ours": payment.amount_minor,
            "theirs": None,
            "currency": payment.currency,
            "state": State.OPEN,
            "settled_at": None,
        }
        db.session.execute(queries.NOTED, told)
    gone = Difference.kind == Kind.STAYS, Difference.state == State.OPEN, Difference.seen_at < now
    mended = {"state": State.MENDED, "settled_at": now}
    db.session.execute(update(Difference).where(*gone).values(**mended))


def _compare(run_id: UUID, span: Span, source: Source) -> None:
    """All in the database: it reads each line once."""
    told = {
        "run": run_id,
        "gateway": span.gateway,
        "now": clock.now(),
        "since": span.since + MARGIN,
        "until": span.until - MARGIN,
        "differs": DIFFERS,
        "unpaid": Kind.UNPAID if source is Source.FILE else Kind.MISSED,
    }
    for statement in queries.COMPARED[source]:
        db.session.execute(statement, told)
    _clear(run_id)


def _clear(run_id: UUID) -> None:
    db.session.execute(delete(ReconciliationLine).where(ReconciliationLine.run_id == run_id))


def _ended(run_id: UUID, state: RunState, lines: int, applied: int) -> Told:
    done = {"state": state, "lines": lines, "applied": applied, "ended_at": clock.now()}
    db.session.execute(
        update(ReconciliationRun).where(ReconciliationRun.id == run_id).values(**done)
    )
    if state is RunState.FAILED:
        _clear(run_id)
    db.session.commit()
    return Told(run_id, state, lines)


def newest_runs() -> Sequence[ReconciliationRun]:
    """The newest first."""
    wanted = select(ReconciliationRun).order_by(ReconciliationRun.id.desc()).limit(20)
    return db.session.scalars(wanted).all()


def differences(state: State = State.OPEN) -> Sequence[Difference]:
    """The oldest first of those that are open, the newest of the others."""
    made = Difference.created_at if state is State.OPEN else Difference.created_at.desc()
    wanted = select(Difference).where(Difference.state == state).order_by(made, Difference.kind)
    wanted = wanted.limit(SHOWN).execution_options(populate_existing=True)
    return db.session.scalars(wanted).all()


def by_id(difference_id: UUID) -> Difference:
    """Raises NoSuchDifference."""
    found = db.session.get(Difference, difference_id)
    if found is None:
        raise NoSuchDifference
    return found


def open_before(moment: datetime) -> int:
    wanted = select(func.count()).where(Difference.state == State.OPEN, Difference.at < moment)
    return int(db.session.scalar(wanted) or 0)


def waiting() -> int:
    return int(db.session.scalar(select(func.count()).where(Difference.state == State.OPEN)) or 0)


def close(difference_id: UUID, by: UUID, why: str) -> None:
    """A person says that it is settled, and why. Raises NoSuchDifference."""
    settled = {"state": State.CLOSED, "settled_at": clock.now()}
    again = update(Difference).where(Difference.id == difference_id, Difference.state == State.OPEN)
    if db.session.scalar(again.values(**settled).returning(Difference.id)) is None:
        raise NoSuchDifference
    note = DifferenceNote(subject_id=by, difference_id=difference_id)
    with suppress(Erased):
        note.text = why
    db.session.add(note)
    db.session.flush()
    audit.record("books.difference_closed", about=f"difference:{difference_id}", actor=by)


def notes(difference_id: UUID) -> Sequence[DifferenceNote]:
    wanted = select(DifferenceNote).where(DifferenceNote.difference_id == difference_id)
    return db.session.scalars(wanted.order_by(DifferenceNote.id)).all()
