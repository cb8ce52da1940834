"""Reading the trace of a payment, and finding payments by any number that somebody has at hand."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import or_, select

from payments.disputes import service as disputes
from payments.ledger import Kind
from payments.models import (
    Attempt,
    LedgerEntry,
    LedgerTransaction,
    Part,
    Payment,
    ReceivedNotice,
    Refund,
)
from payments.orders import service as orders
from payments.proposals import service as proposals
from portal.kernel.db import db
from portal.kernel.errors import N_
from portal.kernel.ids import read_reference
from portal.kernel.money import Money

SHOWN = 20
STARTS = "order"
# What is said of a step, by its kind; the states of orders and refunds stand beside it.
SAID = {
    "due": N_("Asked for"),
    "order": N_("Begun at the gateway"),
    "order_ended": N_("The order ended"),
    "notice": N_("Told by the gateway"),
    "proposal": N_("A refund was proposed"),
    "refund_asked": N_("A refund was asked of the gateway"),
    "refund_ended": N_("The refund ended"),
    Kind.CAPTURE: N_("Booked: the money came"),
    Kind.LATE: N_("Booked: money came that nobody owed"),
    Kind.SUSPENSE: N_("Booked: another amount came than was asked for"),
    Kind.REFUND: N_("Booked: money is to go back"),
    Kind.SENT: N_("Booked: our bank sent the money"),
    Kind.REFUNDED: N_("Booked: money went back"),
    Kind.FEE: N_("Booked: the gateway kept its fee"),
    Kind.DISPUTE: N_("Booked: a bank wants the money back"),
    Kind.DISPUTE_WON: N_("Booked: the bank was refused"),
    Kind.DISPUTE_LOST: N_("Booked: the bank got the money"),
    "dispute_opened": N_("A bank disputes the payment"),
    "dispute_ended": N_("The dispute ended"),
}
# The states of orders and refunds, and what gateways say of an order.
STATES = {
    "created": N_("begun"),
    "started": N_("at the gateway"),
    "open": N_("open"),
    "pending": N_("the bank has not answered yet"),
    "authorised": N_("held by the bank"),
    "disputed": N_("disputed"),
    "won": N_("won"),
    "lost": N_("lost"),
    "succeeded": N_("done"),
    "failed": N_("declined"),
    "cancelled": N_("called off"),
    "expired": N_("ended without a payment"),
    "unknown": N_("not known to the gateway"),
    "asked": N_("asked for"),
    "done": N_("agreed"),
    "declined": N_("declined"),
}


@dataclass(frozen=True)
class Step:
    """`state` is that of the order, notice, refund or proposal; `number` the company's or ours."""

    at: datetime
    kind: str
    state: str = ""
    amount: Money | None = None
    number: str = ""
    code: str = ""


def steps(payment: Payment) -> list[Step]:
    """The oldest first."""
    found = [
        Step(payment.created_at, "due", amount=payment.amount, number=payment.reference),
        *_of_orders(payment),
        *_of_refunds(payment),
        *_of_disputes(payment),
        *_of_the_books(payment),
    ]
    return sorted(found, key=lambda one: one.at)


def search(text: str) -> Sequence[Payment]:
    """The newest first: by our number, an order's, the company's, or that of a receipt."""
    typed = text.strip()
    named = read_reference(typed) or typed
    of_orders = select(Part.payment_id).join(Attempt, Attempt.id == Part.attempt_id)
    of_orders = of_orders.where(or_(Attempt.reference == typed, Attempt.gateway_reference == typed))
    wanted = select(Payment).where(
        or_(
            Payment.reference == named,
            Payment.receipt_number == typed,
            Payment.id.in_(of_orders),
        )
    )
    return db.session.scalars(wanted.order_by(Payment.id.desc()).limit(SHOWN)).all()


def in_suspense() -> Sequence[Payment]:
    """Of another amount than was asked for: somebody has to look. The newest first."""
    booked = select(LedgerTransaction.payment_id).where(LedgerTransaction.kind == Kind.SUSPENSE)
    wanted = select(Payment).where(Payment.id.in_(booked))
    return db.session.scalars(wanted.order_by(Payment.id.desc()).limit(SHOWN)).all()


def _of_orders(payment: Payment) -> Iterator[Step]:
    for attempt in orders.attempts(payment.id):
        amount, number = attempt.amount, attempt.reference
        yield Step(attempt.created_at, STARTS, attempt.state, amount, number)
        if attempt.settled_at:
            told = attempt.gateway_reference or number
            yield Step(
                attempt.settled_at, "order_ended", attempt.state, amount, told, attempt.code or ""
            )
        yield from _of_notices(attempt)


def _of_notices(attempt: Attempt) -> Iterator[Step]:
    wanted = select(ReceivedNotice).where(
        ReceivedNotice.gateway == attempt.gateway,
        ReceivedNotice.order_reference == attempt.reference,
    )
    for one in db.session.scalars(wanted.order_by(ReceivedNotice.id)):
        amount = None
        if one.amount_minor is not None and one.currency is not None:
            amount = Money(one.amount_minor, one.currency)
        number = one.gateway_reference or attempt.reference
        yield Step(one.created_at, "notice", one.status, amount, number, one.code or "")


def _of_refunds(payment: Payment) -> Iterator[Step]:
    for one in proposals.of_payment(payment.id):
        if not one.is_alone:
            yield Step(one.created_at, "proposal", one.state, one.amount)
    wanted = select(Refund).where(Refund.payment_id == payment.id)
    for refund in db.session.scalars(wanted.order_by(Refund.id)):
        yield Step(
            refund.created_at, "refund_asked", refund.state, refund.amount, code=refund.code or ""
        )
        if refund.settled_at:
            number, code = refund.gateway_reference or "", refund.code or ""
            yield Step(refund.settled_at, "refund_ended", refund.state, refund.amount, number, code)


def _of_disputes(payment: Payment) -> Iterator[Step]:
    for one in disputes.of_payment(payment.id):
        told = one.amount, one.number, one.reason or ""
        yield Step(one.created_at, "dispute_opened", "open", *told)
        if one.ended_at:
            yield Step(one.ended_at, "dispute_ended", one.state, *told)


def _of_the_books(payment: Payment) -> Iterator[Step]:
    """What was moved: the debits of each transaction."""
    wanted = (
        select(LedgerTransaction, LedgerEntry)
        .join(LedgerEntry, LedgerEntry.transaction_id == LedgerTransaction.id)
        .where(LedgerTransaction.payment_id == payment.id, LedgerEntry.minor > 0)
    )
    for booked, entry in db.session.execute(wanted.order_by(LedgerEntry.id)):
        yield Step(booked.created_at, booked.kind, amount=Money(entry.minor, entry.currency))


def refunds_of(payment_id: UUID) -> Sequence[Refund]:
    wanted = select(Refund).where(Refund.payment_id == payment_id)
    return db.session.scalars(wanted.order_by(Refund.id)).all()
