"""Taking in what a gateway says of a dispute: once for each number, opened once and ended once.

A notice names the dispute and nothing more; the company is asked how it stands. Until its order is
known the notice stays parked, and is named by `portal payments reconcile`.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import select, update
from sqlalchemy.dialects.postgresql import insert

from payments import ledger
from payments.books import service as books
from payments.calling import service as calling
from payments.disputes.domain import apportion
from payments.disputes.models import DisputePart, PaymentDispute
from payments.domain import PaymentState
from payments.events import PaymentDisputed
from payments.gateway import Dispute, DisputeStatus, GatewayError
from payments.ledger import Kind, Postings
from payments.models import Attempt, Payment, ReceivedNotice
from payments.orders import service as orders
from payments.orders.service import Held, Share
from portal.audit import service as audit
from portal.kernel import clock, ids
from portal.kernel.db import db, wait_patiently
from portal.kernel.events import publish
from portal.kernel.jobs import Again, job
from portal.kernel.log import log
from portal.kernel.money import Money

# By the gateway and the provider.
Move = Callable[[str, str, Money], Postings]
SHOWN = 50
SOON = 600.0
BOOKED = {DisputeStatus.WON: Kind.DISPUTE_WON, DisputeStatus.LOST: Kind.DISPUTE_LOST}


@dataclass(frozen=True)
class Disputed:
    """A dispute, with one of the payments that it takes from."""

    dispute: PaymentDispute
    payment: Payment


@job(queue="payments")
def read(gateway: str, number: str) -> None:
    """Ask the company how a dispute stands. Raises Again while it does not say."""
    found = calling.known(gateway)
    means, asks = calling.means(found), found.dispute
    if asks is None:
        return
    try:
        told = calling.ask_in_job(found, lambda: asks(number, means))
    except GatewayError as error:
        raise Again(SOON) from error
    if told is not None:
        note(gateway, number, told)


def note(gateway: str, number: str, told: Dispute) -> None:
    """Let it open or end, whichever the company says, and however often it is heard."""
    wait_patiently()
    ours = Attempt.gateway == gateway, Attempt.reference == told.order
    attempt_id = db.session.scalar(select(Attempt.id).where(*ours))
    if attempt_id is None:
        log.warning("dispute of an unknown order", gateway=gateway, dispute=number)
        return
    held = orders.hold(attempt_id)
    dispute = _row(gateway, number) or _opened(held, number, told)
    if dispute is None:
        # Money that never came, for all that is known here: asked again with the next notice.
        return
    dispute.answer_by, dispute.reason = told.answer_by, told.reason
    if told.status is not DisputeStatus.OPEN and dispute.state == DisputeStatus.OPEN:
        _ended(held, dispute, told.status)
    heard = update(ReceivedNotice).where(
        ReceivedNotice.gateway == gateway,
        ReceivedNotice.order_reference == number,
        ReceivedNotice.applied_at.is_(None),
    )
    db.session.execute(heard.values(applied_at=clock.now()))
    db.session.flush()


def by_id(dispute_id: UUID) -> PaymentDispute:
    return db.session.get_one(PaymentDispute, dispute_id)


def open_ones() -> Sequence[Disputed]:
    """Those that the company waits for an answer of ours to, the most urgent first."""
    wanted = (
        select(PaymentDispute, Payment)
        .join(DisputePart, DisputePart.dispute_id == PaymentDispute.id)
        .join(Payment, Payment.id == DisputePart.payment_id)
        .where(PaymentDispute.state == DisputeStatus.OPEN)
        .order_by(PaymentDispute.answer_by, PaymentDispute.id, Payment.id)
    )
    return [Disputed(*row) for row in db.session.execute(wanted.limit(SHOWN))]


def of_payment(payment_id: UUID) -> Sequence[PaymentDispute]:
    wanted = select(PaymentDispute).join(DisputePart).where(DisputePart.payment_id == payment_id)
    return db.session.scalars(wanted.order_by(PaymentDispute.id)).all()


def _row(gateway: str, number: str) -> PaymentDispute | None:
    wanted = select(PaymentDispute).where(
        PaymentDispute.gateway == gateway, PaymentDispute.number == number
    )
    return db.session.scalar(wanted.execution_options(populate_existing=True))


def _opened(held: Held, number: str, told: Dispute) -> PaymentDispute | None:
    """The order is locked, so that nobody opens it beside us."""
    attempt = held.attempt
    paid = [one for one in held.shares if one.part.succeeded]
    if not paid or told.amount.currency != attempt.currency:
        return None
    taken, beyond = apportion(told.amount.minor, [one.part.left.minor for one in paid])
    dispute = PaymentDispute(
        gateway=attempt.gateway,
        number=number,
        attempt_id=attempt.id,
        amount_minor=told.amount.minor,
        beyond_minor=beyond,
        currency=attempt.currency,
        reason=told.reason,
        state=DisputeStatus.OPEN,
        answer_by=told.answer_by,
    )
    db.session.add(dispute)
    db.session.flush()
    if beyond:
        log.error("dispute of more than is left", dispute=number, gateway=attempt.gateway)
    for index, (share, minor) in enumerate(zip(paid, taken, strict=True)):
        over = beyond if index == 0 else 0
        if minor or over:
            _take(dispute, share, minor, over)
    return dispute


def _take(dispute: PaymentDispute, share: Share, minor: int, over: int) -> None:
    payment = share.payment
    share.part.disputed_minor += minor
    payment.state = PaymentState.DISPUTED
    part = {"dispute_id": dispute.id, "payment_id": payment.id, "amount_minor": minor}
    made = {"id": ids.uuid7(), "created_at": clock.now()}
    db.session.execute(insert(DisputePart).values(**made, **part))
    postings = _postings(ledger.disputed, dispute, payment, minor)
    if over:
        postings += ledger.disputed_beyond(dispute.gateway, Money(over, dispute.currency))
    books.post(Kind.DISPUTE, payment.id, dispute.id, postings)
    _told(dispute, payment, "opened")


def _ended(held: Held, dispute: PaymentDispute, status: DisputeStatus) -> None:
    dispute.state, dispute.ended_at = status, clock.now()
    db.session.flush()
    taken = select(DisputePart).where(DisputePart.dispute_id == dispute.id)
    parts = {one.payment_id: one.amount_minor for one in db.session.scalars(taken)}
    over = dispute.beyond_minor
    for share in held.shares:
        if share.payment.id in parts:
            _give(dispute, share, parts[share.payment.id], over)
            over = 0


def _give(dispute: PaymentDispute, share: Share, minor: int, over: int) -> None:
    """Back to its provider, or to the bank."""
    payment, gateway = share.payment, dispute.gateway
    is_won = dispute.state == DisputeStatus.WON
    if is_won:
        share.part.disputed_minor -= minor
        postings = _postings(ledger.won, dispute, payment, minor)
        if over:
            postings += ledger.won_beyond(gateway, Money(over, dispute.currency))
    else:
        postings = ledger.lost(gateway, Money(minor + over, dispute.currency))
    db.session.flush()
    payment.state = _state(share, is_won=is_won)
    books.post(BOOKED[DisputeStatus(dispute.state)], payment.id, dispute.id, postings)
    _told(dispute, payment, dispute.state)


def _state(share: Share, *, is_won: bool) -> PaymentState:
    """What of it is still its provider's decides."""
    if share.part.left:
        return PaymentState.PAID
    return PaymentState.REFUNDED if is_won else PaymentState.CHARGED_BACK


def _postings(move: Move, dispute: PaymentDispute, payment: Payment, minor: int) -> Postings:
    amount = Money(minor, dispute.currency)
    return move(dispute.gateway, payment.provider, amount) if minor else ()


def _told(dispute: PaymentDispute, payment: Payment, happened: str) -> None:
    audit.record(
        f"payment.dispute_{happened}",
        about=f"payment:{payment.id}",
        actor=dispute.gateway,
        subject_id=payment.subject_id,
        why=f"dispute:{dispute.id}",
    )
    publish(PaymentDisputed(payment.id, payment.purpose, payment.about, dispute.id, happened))
