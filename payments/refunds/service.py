"""Giving money back: decided in one transaction with its reason, done by a job, booked twice.

Once when it is owed back, and once more when the gateway has returned it.
"""

from collections.abc import Sequence
from contextlib import suppress
from datetime import timedelta
from uuid import UUID

from sqlalchemy import ColumnElement, and_, func, or_, select, update

from payments import ledger
from payments.books import service as books
from payments.calling import service as calling
from payments.domain import (
    NoSuchRefund,
    OnlyWhole,
    PaymentState,
    RefundState,
    TooMuchBack,
    wait_after,
)
from payments.events import AccountWanted, PaymentRefunded
from payments.gateway import GatewayError, RefundOrder, RefundOutcome, RefundStatus
from payments.ledger import Kind
from payments.models import Attempt, Payment, Refund
from payments.orders import service as orders
from payments.orders.service import Share
from portal.audit import service as audit
from portal.i18n import money as in_words
from portal.kernel import clock
from portal.kernel.db import db
from portal.kernel.events import publish
from portal.kernel.jobs import Again, defer, job
from portal.kernel.keys import Erased
from portal.kernel.log import log
from portal.kernel.money import Money

DONE_WITHIN = timedelta(days=1)
SHOWN = 50
GIVEN_THERE = "The company gave it back at its own desk."
LATE = "The money came when nothing was owed any more."


def give(attempt: Attempt, share: Share, amount: Money, reason: str, by: UUID | str) -> UUID:
    """Owe this much back from the provider's money; the refund's id. The payment is locked.

    Raises TooMuchBack, OnlyWhole.
    """
    check(attempt, share, amount)
    payment = share.payment
    refund = _made(attempt, share, amount, by)
    with suppress(Erased):
        refund.reason = reason
    db.session.flush()
    postings = ledger.to_refund(attempt.gateway, payment.provider, amount)
    books.post(Kind.REFUND, payment.id, refund.id, postings)
    return refund.id


def check(attempt: Attempt, share: Share, amount: Money) -> None:
    """Whether so much can go back. Raises TooMuchBack, OnlyWhole."""
    left, gateway = share.part.left, calling.known(attempt.gateway)
    if amount > left or amount.minor <= 0:
        raise TooMuchBack(left=in_words(left))
    if amount != attempt.amount and not gateway.capabilities.partial_refund:
        raise OnlyWhole


def given_there(attempt_id: UUID, back_minor: int) -> None:
    """Book what a company gave back at its own desk: all of an order that we did not ask for.

    It is for an order of one payment; of several nobody knows whose money it was.
    """
    held = orders.hold(attempt_id)
    [share] = held.shares
    amount = Money(back_minor - share.part.refunded_minor, held.attempt.currency)
    if amount.minor <= 0 or amount > share.part.left:
        return
    gateway, payment = held.attempt.gateway, share.payment
    refund = _owed(held.attempt, share, amount, gateway)
    with suppress(Erased):
        refund.reason = GIVEN_THERE
    refund.settled_at = clock.now()
    db.session.flush()
    postings = ledger.to_refund(gateway, payment.provider, amount)
    books.post(Kind.REFUND, payment.id, refund.id, postings)
    _book(payment, refund)


def give_late(attempt: Attempt, share: Share) -> None:
    """Send back what came too late; it was booked as owed back when it came."""
    refund = _made(attempt, share, share.part.amount, "payments")
    with suppress(Erased):
        refund.reason = LATE
    db.session.flush()


def _made(attempt: Attempt, share: Share, amount: Money, by: UUID | str) -> Refund:
    """Owed, and asked of the gateway by a job."""
    refund = _owed(attempt, share, amount, by)
    defer(send_back, lock=f"refund:{refund.id}", refund_id=str(refund.id))
    return refund


def _owed(attempt: Attempt, share: Share, amount: Money, by: UUID | str) -> Refund:
    payment = share.payment
    refund = Refund(
        subject_id=payment.subject_id,
        payment_id=payment.id,
        attempt_id=attempt.id,
        amount_minor=amount.minor,
        currency=amount.currency,
        actor=str(by),
        state=RefundState.ASKED,
        tries=0,
    )
    share.part.refunded_minor += amount.minor
    db.session.add(refund)
    db.session.flush()
    audit.record(
        "payment.refund_asked",
        about=f"payment:{payment.id}",
        actor=by,
        subject_id=payment.subject_id,
        why=f"refund:{refund.id}",
    )
    return refund


@job(queue="payments")
def send_back(refund_id: str) -> None:
    """Let the gateway return the money, once. Raises Again until it says how that ended."""
    refund = db.session.get_one(Refund, UUID(refund_id), populate_existing=True)
    if refund.state != RefundState.ASKED:
        return
    order = orders.of(refund.attempt_id)
    gateway = calling.known(order.attempt.gateway)
    wanted = RefundOrder(refund.id, calling.order_of(order), refund.amount)
    means = calling.means(gateway)
    try:
        told = calling.call_in_job(gateway, wanted.order, lambda: gateway.refund(wanted, means))
    except GatewayError:
        told = RefundOutcome(RefundStatus.PENDING)
    else:
        if told.status is RefundStatus.PENDING and gateway.capabilities.by_list:
            # Whoever sends the list asks again when the bank has answered.
            publish(AccountWanted(refund.payment_id, refund.id))
            return
    _note(refund.id, told)


def _note(refund_id: UUID, told: RefundOutcome) -> None:
    [payment] = orders.lock([db.session.get_one(Refund, refund_id).payment_id])
    refund = db.session.get_one(Refund, refund_id, populate_existing=True)
    if refund.state != RefundState.ASKED:
        return
    refund.tries += 1
    if told.status is RefundStatus.PENDING:
        raise Again(wait_after(refund.tries).total_seconds())
    refund.gateway_reference, refund.code = told.reference, told.code
    refund.settled_at = clock.now()
    if told.status is RefundStatus.FAILED:
        refund.state = RefundState.FAILED
        log.error("refund failed", refund=str(refund.id), code=told.code)
        return
    _book(payment, refund)


def _book(payment: Payment, refund: Refund) -> None:
    refund.state = RefundState.SUCCEEDED
    order = orders.of(refund.attempt_id)
    db.session.flush()
    postings = ledger.refunded(order.attempt.gateway, refund.amount)
    books.post(Kind.REFUNDED, payment.id, refund.id, postings)
    audit.record(
        "payment.refunded",
        about=f"payment:{payment.id}",
        actor="payments",
        subject_id=payment.subject_id,
        why=f"refund:{refund.id}",
    )
    # What had come late was no part of the payment, and nobody waits to hear of it.
    if orders.share(refund.attempt_id, payment.id).part.succeeded:
        if returned(refund.attempt_id, payment.id) == payment.amount_minor:
            payment.state = PaymentState.REFUNDED
        publish(PaymentRefunded(payment.id, payment.purpose, payment.about))


def returned(attempt_id: UUID, payment_id: UUID) -> int:
    """How much of this part of an order has gone back, in minor units."""
    part = Refund.attempt_id == attempt_id, Refund.payment_id == payment_id
    summed = select(func.sum(Refund.amount_minor)).where(*part)
    return int(db.session.scalar(summed.where(Refund.state == RefundState.SUCCEEDED)) or 0)


def stuck() -> list[UUID]:
    """Refunds that a gateway would not do, or has not done in a day: somebody has to look."""
    return list(db.session.scalars(select(Refund.id).where(_is_stuck()).order_by(Refund.id)))


def stuck_ones() -> Sequence[tuple[Refund, Payment]]:
    """The oldest of them, with what they are of."""
    wanted = select(Refund, Payment).join(Payment, Payment.id == Refund.payment_id)
    wanted = wanted.where(_is_stuck()).order_by(Refund.id).limit(SHOWN)
    return [(refund, payment) for refund, payment in db.session.execute(wanted)]


def _is_stuck() -> ColumnElement[bool]:
    slow = select(Attempt.id).where(Attempt.gateway.in_(calling.by_list()))
    late = and_(
        Refund.state == RefundState.ASKED,
        Refund.created_at < clock.now() - DONE_WITHIN,
        Refund.attempt_id.not_in(slow),
    )
    return or_(Refund.state == RefundState.FAILED, late)


def by_list(payment_id: UUID) -> Sequence[Refund]:
    """What of a payment is to go back to an account that its person names, the oldest first."""
    wanted = select(Refund).join(Attempt, Attempt.id == Refund.attempt_id)
    wanted = wanted.where(Refund.payment_id == payment_id, Refund.state == RefundState.ASKED)
    wanted = wanted.where(Attempt.gateway.in_(calling.by_list())).order_by(Refund.id)
    return db.session.scalars(wanted.execution_options(populate_existing=True)).all()


def ask_now(refund_id: UUID) -> None:
    """A gateway has news of it."""
    defer(send_back, lock=f"refund:{refund_id}", refund_id=str(refund_id))


def try_again(refund_id: UUID, by: str) -> None:
    """Ask the gateway once more, under the same id, so that it gives nothing back twice.

    Raises NoSuchRefund, also for one that was done.
    """
    again = update(Refund).where(Refund.id == refund_id, Refund.state != RefundState.SUCCEEDED)
    again = again.values(state=RefundState.ASKED, tries=0, settled_at=None, code=None)
    if db.session.scalar(again.returning(Refund.id)) is None:
        raise NoSuchRefund
    audit.record("payment.refund_retried", about=f"refund:{refund_id}", actor=by)
    defer(send_back, lock=f"refund:{refund_id}", refund_id=str(refund_id))
