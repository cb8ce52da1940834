"""Notices: checked, kept once by the gateway's own id, and then taken in with what they say.

A gateway is answered as soon as its notice is kept, by the transaction that also asks for the job
that takes it in: whatever happens then, it is taken in. One for an order that we do not know waits.
"""

from collections.abc import Mapping, Sequence
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.exc import SQLAlchemyError

from payments.asking import service as asking
from payments.calling import service as calling
from payments.disputes import service as disputes
from payments.gateway import ForgedNotice, Gateway, Notice, Outcome, Status
from payments.models import Attempt, ReceivedNotice
from payments.settling import service as settling
from portal.audit import service as audit
from portal.kernel import clock
from portal.kernel.db import db
from portal.kernel.jobs import defer, job
from portal.kernel.log import log
from portal.kernel.money import Money

A_BATCH = 200
LONGEST_ID, BITS = 200, 62


def noticed(slug: str, headers: Mapping[str, str], body: bytes) -> bool:
    """Keep a message from a gateway; whether all it speaks of is known here. Jobs take it in.

    Raises NoSuchGateway, ForgedNotice, GatewayError.
    """
    gateway = calling.usable(slug)
    notices = gateway.read_notice(headers, body, calling.means(gateway))
    if any(_is_strange(one) for one in notices):
        raise ForgedNotice
    known = [_awaited(gateway, notice) for notice in notices]
    return all(known)


def _is_strange(notice: Notice) -> bool:
    """Signed or not, what no row can hold."""
    amount = notice.outcome.amount
    is_huge = amount is not None and amount.minor.bit_length() > BITS
    return is_huge or len(notice.id) > LONGEST_ID or "\0" in notice.id + notice.order


def retry_parked() -> int:
    """Take in the parked notices whose order is known by now; how many."""
    order = Attempt.reference == ReceivedNotice.order_reference
    same = order, Attempt.gateway == ReceivedNotice.gateway
    waiting = ReceivedNotice.applied_at.is_(None)
    wanted = select(ReceivedNotice.id).where(waiting).join(Attempt, same[0] & same[1])
    found = db.session.scalars(wanted.order_by(ReceivedNotice.id).limit(A_BATCH)).all()
    _ask_of_disputes()
    return sum(_applied(row_id) for row_id in found)


def _ask_of_disputes() -> None:
    """Of those whose order was not paid, or not known, when they were heard of first."""
    wanted = (
        select(ReceivedNotice.gateway, ReceivedNotice.order_reference)
        .where(ReceivedNotice.status == Status.DISPUTED, ReceivedNotice.applied_at.is_(None))
        .distinct()
        .limit(A_BATCH)
    )
    for gateway, number in db.session.execute(wanted):
        _ask_of_dispute(gateway, number)


def _ask_of_dispute(gateway: str, number: str) -> None:
    defer(disputes.read, lock=f"dispute:{gateway}:{number}", gateway=gateway, number=number)


def _applied(row_id: UUID) -> bool:
    """One that cannot be taken in stays parked, and keeps no other waiting."""
    try:
        with db.session.begin_nested():
            return _apply(row_id)
    except SQLAlchemyError as error:
        log.error("notice cannot be taken in", notice=str(row_id), error=type(error).__name__)
        return False


def parked() -> Sequence[tuple[str, str]]:
    """Gateway and order of each notice that nobody here knows anything of."""
    order = Attempt.reference == ReceivedNotice.order_reference
    same = order, Attempt.gateway == ReceivedNotice.gateway
    waiting = select(ReceivedNotice.gateway, ReceivedNotice.order_reference)
    unknown = ReceivedNotice.applied_at.is_(None), ~select(Attempt.id).where(*same).exists()
    rows = db.session.execute(waiting.where(*unknown).distinct())
    return [(gateway, order) for gateway, order in rows]


def _awaited(gateway: Gateway, notice: Notice) -> bool:
    row_id = _kept(gateway, notice)
    if row_id is None:
        return True
    if notice.outcome.status is Status.DISPUTED:
        return _apply(row_id)
    order = Attempt.gateway == gateway.slug, Attempt.reference == notice.order
    if db.session.scalar(select(Attempt.id).where(*order)) is None:
        return _parked(row_id, gateway.slug)
    defer(take_in, notice_id=str(row_id))
    return True


@job(queue="payments")
def take_in(notice_id: str) -> None:
    """Let what a gateway told become true here, once."""
    _apply(UUID(notice_id))


def _parked(row_id: UUID, gateway: str) -> bool:
    """Nobody here knows its order; never True."""
    log.warning("notice parked", gateway=gateway, notice=str(row_id))
    audit.record("payment.notice_parked", about=f"notice:{row_id}", actor=gateway)
    return False


def _kept(gateway: Gateway, notice: Notice) -> UUID | None:
    """The new row's id, or that of a parked one; None for a notice that was taken in before."""
    told = notice.outcome
    row = ReceivedNotice(
        gateway=gateway.slug,
        notice_id=notice.id,
        order_reference=notice.dispute or notice.order,
        status=told.status,
        amount_minor=told.amount.minor if told.amount else None,
        currency=told.amount.currency if told.amount else None,
        gateway_reference=told.reference,
        code=told.code,
    )
    columns = ReceivedNotice.__table__.columns
    values = {column.key: getattr(row, column.key) for column in columns}
    # Two of one id at once: the second waits here until the first one's transaction has ended.
    made = insert(ReceivedNotice).values(values)
    kept = made.on_conflict_do_nothing(index_elements=["gateway", "notice_id"])
    new: UUID | None = db.session.scalar(kept.returning(ReceivedNotice.id))
    if new is not None:
        return new
    same = ReceivedNotice.gateway == gateway.slug, ReceivedNotice.notice_id == notice.id
    waiting = ReceivedNotice.applied_at.is_(None)
    known: UUID | None = db.session.scalar(select(ReceivedNotice.id).where(*same, waiting))
    return known


def _apply(row_id: UUID) -> bool:
    row = db.session.get_one(ReceivedNotice, row_id, populate_existing=True)
    if row.applied_at is not None:
        return True
    if row.status == Status.DISPUTED:
        _ask_of_dispute(row.gateway, row.order_reference)
        return False
    order = Attempt.gateway == row.gateway, Attempt.reference == row.order_reference
    attempt_id = db.session.scalar(select(Attempt.id).where(*order))
    if attempt_id is None:
        return _parked(row.id, row.gateway)
    told = _outcome(row)
    settling.settle(attempt_id, told, "notice")
    if told.status is Status.AUTHORISED or (
        told.status is Status.SUCCEEDED and told.amount is None
    ):
        # It says only that there is news: what was taken, the gateway itself is asked at once.
        defer(asking.ask_later, attempt_id=str(attempt_id))
    row.applied_at = clock.now()
    db.session.flush()
    return True


def _outcome(row: ReceivedNotice) -> Outcome:
    amount = None
    if row.amount_minor is not None and row.currency is not None:
        amount = Money(row.amount_minor, row.currency)
    return Outcome(Status(row.status), amount, row.gateway_reference, row.code)
