"""Which payments an order pays, and the locks of whoever changes one of them.

Payments are locked first, in the order of their ids, and then the orders, in that of theirs: who
settles an order of several and who calls one of them off meet at what they share, and never wait
for each other.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import select

from payments.domain import OPEN, PaymentState
from payments.models import Attempt, Part, Payment
from portal.kernel.db import db

FRESH = {"populate_existing": True}


@dataclass(frozen=True)
class Share:
    """A part of an order, and the payment that it pays."""

    part: Part
    payment: Payment

    @property
    def is_owed(self) -> bool:
        """Whether this much is still to be paid: it was neither paid, called off nor changed."""
        return self.payment.state == PaymentState.DUE and self.payment.amount == self.part.amount


@dataclass(frozen=True)
class Held:
    """An order with its shares, the first payment first."""

    attempt: Attempt
    shares: Sequence[Share]

    @property
    def payments(self) -> list[Payment]:
        return [one.payment for one in self.shares]


def lock(payment_ids: Iterable[UUID]) -> Sequence[Payment]:
    """The rows as they are now, and nobody else's until this transaction ends."""
    # What was changed here and not written yet would be read over.
    db.session.flush()
    wanted = select(Payment).where(Payment.id.in_(set(payment_ids))).order_by(Payment.id)
    return db.session.scalars(wanted.with_for_update().execution_options(**FRESH)).all()


def attempts(payment_id: UUID) -> Sequence[Attempt]:
    """The newest first, as they are now."""
    db.session.flush()
    wanted = select(Attempt).join(Part).where(Part.payment_id == payment_id)
    newest = wanted.order_by(Part.number.desc())
    return db.session.scalars(newest.execution_options(**FRESH)).all()


def of(attempt_id: UUID) -> Held:
    """The order as it is now; nothing is locked."""
    db.session.flush()
    wanted = select(Part, Payment).join(Payment, Payment.id == Part.payment_id)
    wanted = wanted.where(Part.attempt_id == attempt_id).order_by(Payment.id)
    rows = db.session.execute(wanted.execution_options(**FRESH)).all()
    attempt = db.session.get_one(Attempt, attempt_id, populate_existing=True)
    return Held(attempt, [Share(part, payment) for part, payment in rows])


def hold(attempt_id: UUID) -> Held:
    """The order and all that it pays, locked. Its parts never change."""
    lock(paid_by(attempt_id))
    return _held(attempt_id)


def open_ones(payments: Iterable[Payment]) -> list[Held]:
    """The open orders of these payments, which are locked, each of them locked too."""
    db.session.flush()
    theirs = Part.payment_id.in_({one.id for one in payments})
    wanted = select(Attempt.id).join(Part).where(theirs, Attempt.state.in_(OPEN)).distinct()
    found = db.session.scalars(wanted.order_by(Attempt.id)).all()
    return [_held(one) for one in found]


def paid_by(attempt_id: UUID) -> Sequence[UUID]:
    """The ids of its payments; none for an order that is not there."""
    return db.session.scalars(select(Part.payment_id).where(Part.attempt_id == attempt_id)).all()


def divide(attempt: Attempt, among: Iterable[tuple[Payment, int]]) -> None:
    """Say what a new order asks for each payment; the number counts the tries at it."""
    for payment, number in among:
        part = Part(
            attempt_id=attempt.id,
            payment_id=payment.id,
            number=number,
            amount_minor=payment.amount_minor,
            currency=payment.currency,
            captured_minor=0,
            refunded_minor=0,
            succeeded=False,
        )
        db.session.add(part)
    db.session.flush()


def tries(payment_id: UUID) -> int:
    """How often it was begun."""
    return len(attempts(payment_id))


def succeeded(payment_id: UUID) -> Held | None:
    """The order that paid it; None while it is not paid."""
    wanted = select(Part.attempt_id).where(Part.payment_id == payment_id, Part.succeeded)
    attempt_id = db.session.scalar(wanted)
    return of(attempt_id) if attempt_id else None


def share(attempt_id: UUID, payment_id: UUID) -> Share:
    return next(one for one in of(attempt_id).shares if one.payment.id == payment_id)


def _held(attempt_id: UUID) -> Held:
    db.session.scalar(select(Attempt.id).where(Attempt.id == attempt_id).with_for_update())
    return of(attempt_id)
