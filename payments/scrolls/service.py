"""Files of banks: read by one person, let count by another, and what nobody can place is named."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import func, insert, select, update
from sqlalchemy.dialects.postgresql import insert as upsert

from payments.asking import service as asking
from payments.gateways.counter import gateway
from payments.gateways.counter import service as counter
from payments.gateways.counter.domain import EntryState, NoSuchChallan
from payments.gateways.counter.domain import State as ChallanState
from payments.reconciling.domain import AlreadyRead
from payments.scrolls.domain import (
    FileState,
    LineState,
    NoSuchFile,
    NoSuchLine,
    Told,
    TooLong,
    Why,
    YourOwnFile,
)
from payments.scrolls.models import CounterFile, CounterFileLine
from portal.audit import service as audit
from portal.kernel import clock, ids
from portal.kernel.db import db
from portal.kernel.jobs import defer, job
from portal.kernel.money import Money

File = CounterFile
Line = CounterFileLine
MOST, SHOWN, A_PART = 20_000, 50, 500
FRESH = {"populate_existing": True}


@dataclass(frozen=True)
class Summary:
    """How many lines of a file stand how, and what they come to."""

    state: str
    why: str | None
    lines: int
    amount: Money


def bring(digest: bytes, told: Iterable[Told], by: UUID) -> UUID:
    """Keep what a file says; nothing is paid yet. The same file again is refused.

    Raises AlreadyRead, NotReadable, TooLong.
    """
    made = {"id": ids.uuid7(), "created_at": clock.now(), "digest": digest, "brought_by": by}
    new = upsert(CounterFile).values(**made, lines=0, state=FileState.READ)
    new = new.on_conflict_do_nothing(index_elements=["digest"])
    file_id: UUID | None = db.session.scalar(new.returning(CounterFile.id))
    if file_id is None:
        raise AlreadyRead
    rows = [_row(file_id, one) for one in told]
    if len(rows) > MOST:
        raise TooLong
    for start in range(0, len(rows), A_PART):
        db.session.execute(insert(CounterFileLine), rows[start : start + A_PART])
    counted = update(CounterFile).where(CounterFile.id == file_id).values(lines=len(rows))
    db.session.execute(counted)
    audit.record("counter.file_brought", about=f"file:{file_id}", actor=by)
    return file_id


def release(file_id: UUID, by: UUID) -> None:
    """Let the file count: its challans are paid by a job. Raises NoSuchFile, YourOwnFile."""
    file = _waiting(file_id)
    if file.brought_by == by:
        raise YourOwnFile
    _decide(file, FileState.RELEASED, by)
    defer(apply, lock=f"counter file:{file.id}", file_id=str(file.id))


def drop(file_id: UUID, by: UUID) -> None:
    """It was the wrong one. It stays refused, should it come again. Raises NoSuchFile."""
    _decide(_waiting(file_id), FileState.DROPPED, by)


@job(queue="payments")
def apply(file_id: str) -> None:
    """Each line by a transaction of its own: one that fails undoes no other, and comes again."""
    file = db.session.get_one(CounterFile, UUID(file_id), populate_existing=True)
    if file.state != FileState.RELEASED or file.decided_by is None:
        return
    by = file.decided_by
    waiting = select(CounterFileLine.id).where(
        CounterFileLine.file_id == file.id, CounterFileLine.state == LineState.WAITING
    )
    for line_id in db.session.scalars(waiting.order_by(CounterFileLine.place)).all():
        _take(line_id, by)
        db.session.commit()


def close(line_id: UUID, by: UUID) -> None:
    """Somebody looked, and it was settled elsewhere. Raises NoSuchLine."""
    parked = CounterFileLine.id == line_id, CounterFileLine.state == LineState.PARKED
    closed = update(CounterFileLine).where(*parked).values(state=LineState.CLOSED)
    if db.session.scalar(closed.returning(CounterFileLine.id)) is None:
        raise NoSuchLine
    audit.record("counter.line_closed", about=f"line:{line_id}", actor=by)


def by_id(file_id: UUID) -> CounterFile:
    """Raises NoSuchFile."""
    found = db.session.get(CounterFile, file_id, populate_existing=True)
    if found is None:
        raise NoSuchFile
    return found


def files() -> Sequence[CounterFile]:
    """The newest first."""
    wanted = select(CounterFile).order_by(CounterFile.id.desc()).limit(SHOWN)
    return db.session.scalars(wanted.execution_options(**FRESH)).all()


def waiting() -> int:
    """For the menu: files that a second person is to look at, and lines that are parked."""
    read = select(func.count()).where(CounterFile.state == FileState.READ)
    parked = select(func.count()).where(CounterFileLine.state == LineState.PARKED)
    return int(db.session.scalar(read) or 0) + int(db.session.scalar(parked) or 0)


def parked() -> Sequence[CounterFileLine]:
    """The oldest first."""
    wanted = select(CounterFileLine).where(CounterFileLine.state == LineState.PARKED)
    ordered = wanted.order_by(CounterFileLine.id).limit(SHOWN)
    return db.session.scalars(ordered.execution_options(**FRESH)).all()


def first_lines(file: CounterFile) -> Sequence[tuple[CounterFileLine, Why | None]]:
    """As they stand in the file, with what would keep them from counting now."""
    wanted = select(CounterFileLine).where(CounterFileLine.file_id == file.id)
    rows = db.session.scalars(wanted.order_by(CounterFileLine.place).limit(SHOWN)).all()
    return [(row, _fault(row) if row.state == LineState.WAITING else None) for row in rows]


def summary(file: CounterFile) -> Sequence[Summary]:
    row = CounterFileLine
    named = row.state, row.why, row.currency
    wanted = select(*named, func.count(), func.sum(row.amount_minor)).where(row.file_id == file.id)
    found = db.session.execute(wanted.group_by(*named).order_by(*named))
    return [
        Summary(state, why, count, Money(int(minor), currency))
        for state, why, currency, count, minor in found
    ]


def _row(file_id: UUID, told: Told) -> dict[str, object]:
    return {
        "id": ids.uuid7(),
        "created_at": clock.now(),
        "file_id": file_id,
        "place": told.place,
        "challan": told.challan,
        "amount_minor": told.amount.minor,
        "currency": told.amount.currency,
        "number": told.number,
        "paid_on": told.on,
        "state": LineState.WAITING,
    }


def _waiting(file_id: UUID) -> CounterFile:
    """Locked. Raises NoSuchFile."""
    wanted = select(CounterFile).where(CounterFile.id == file_id).with_for_update()
    file = db.session.scalar(wanted.execution_options(**FRESH))
    if file is None or file.state != FileState.READ:
        raise NoSuchFile
    return file


def _decide(file: CounterFile, state: FileState, by: UUID) -> None:
    file.state, file.decided_by, file.decided_at = state, by, clock.now()
    db.session.flush()
    audit.record(f"counter.file_{state}", about=f"file:{file.id}", actor=by)


def _take(line_id: UUID, by: UUID) -> None:
    line = db.session.get_one(CounterFileLine, line_id, populate_existing=True)
    fault = _fault(line)
    if fault is Why.TWICE and _is_known(line):
        line.state = LineState.KNOWN
    elif fault is not None:
        line.state, line.why = LineState.PARKED, fault
    else:
        line.state = LineState.PAID
        challan = counter.pay_by_file(line.challan, line.amount, by)
        db.session.flush()
        asking.hear(gateway.slug, challan.reference, "bank file")
    db.session.flush()


def _fault(line: CounterFileLine) -> Why | None:
    try:
        challan = counter.find(line.challan)
    except NoSuchChallan:
        return Why.UNKNOWN
    if challan.state == ChallanState.PAID:
        return Why.TWICE
    return None if challan.amount == line.amount else Why.AMOUNT


def _is_known(line: CounterFileLine) -> bool:
    """Whether the challan is paid by just this, told by a file before or by two cashiers."""
    same = CounterFileLine.challan == line.challan, CounterFileLine.number == line.number
    told = select(CounterFileLine.id).where(*same, CounterFileLine.state == LineState.PAID)
    if db.session.scalar(told.limit(1)) is not None:
        return True
    entries = counter.entries(counter.find(line.challan))
    return any(one.number == line.number and one.state == EntryState.CONFIRMED for one in entries)
