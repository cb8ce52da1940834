"""Giving money back by the hands of staff: at once up to a limit, above it by two people."""

from collections.abc import Sequence
from contextlib import suppress
from uuid import UUID

from sqlalchemy import func, select

from payments import service as payments
from payments.domain import TooMuchBack
from payments.models import Payment
from payments.orders import service as orders
from payments.proposals.domain import NoSuchProposal, OneAtATime, State, YourOwn, is_small
from payments.proposals.models import RefundProposal
from payments.settings import PaymentsSettings
from portal.audit import service as audit
from portal.i18n import money as in_words
from portal.kernel import clock
from portal.kernel.db import db
from portal.kernel.keys import Erased
from portal.kernel.money import Money
from portal.kernel.settings import current

SHOWN = 50
CLOCK = "payments"


def give_back(payment_id: UUID, amount: Money, reason: str, by: UUID | None) -> RefundProposal:
    """Refund so much, or propose it to a second person. `by` is None where the clock decides.

    Raises NoSuchPayment, NotPaid, TooMuchBack, OnlyWhole, OneAtATime.
    """
    payment = payments.by_id(payment_id)
    orders.lock([payment_id])
    limit = current().of(PaymentsSettings).refund_alone
    if is_small(amount, _alone(payment), limit):
        proposal = _made(payment, amount, reason, by, alone=True)
        _carry_out(proposal, reason, by)
        return proposal
    if open_one(payment_id) is not None:
        raise OneAtATime
    payments.check_refund(payment_id, amount)
    return _made(payment, amount, reason, by, alone=False)


def decide(proposal_id: UUID, by: UUID, *, agrees: bool) -> RefundProposal:
    """Raises NoSuchProposal, YourOwn, TooMuchBack, OnlyWhole."""
    wanted = select(RefundProposal).where(
        RefundProposal.id == proposal_id, RefundProposal.state == State.OPEN
    )
    found = db.session.scalar(wanted)
    if found is None:
        raise NoSuchProposal
    # Payments are locked before all else, also by who decides the same at this moment.
    orders.lock([found.payment_id])
    proposal = db.session.scalar(wanted.execution_options(populate_existing=True))
    if proposal is None:
        raise NoSuchProposal
    if proposal.proposed_by == by:
        raise YourOwn
    proposal.decided_by, proposal.decided_at = by, clock.now()
    if agrees:
        _carry_out(proposal, proposal.reason or "", by)
    else:
        proposal.state = State.DECLINED
        _record("payment.refund_declined", proposal, by)
    db.session.flush()
    return proposal


def open_one(payment_id: UUID) -> RefundProposal | None:
    wanted = select(RefundProposal).where(RefundProposal.payment_id == payment_id)
    return db.session.scalar(wanted.where(RefundProposal.state == State.OPEN))


def waiting() -> Sequence[tuple[RefundProposal, Payment]]:
    """What a second person is to decide, the oldest first."""
    wanted = select(RefundProposal, Payment).join(Payment, Payment.id == RefundProposal.payment_id)
    wanted = wanted.where(RefundProposal.state == State.OPEN).order_by(RefundProposal.id)
    return [(one, payment) for one, payment in db.session.execute(wanted.limit(SHOWN))]


def of_payment(payment_id: UUID) -> Sequence[RefundProposal]:
    wanted = select(RefundProposal).where(RefundProposal.payment_id == payment_id)
    return db.session.scalars(wanted.order_by(RefundProposal.id)).all()


def _alone(payment: Payment) -> Money:
    """What single people gave back of it so far."""
    summed = select(func.sum(RefundProposal.amount_minor)).where(
        RefundProposal.payment_id == payment.id,
        RefundProposal.is_alone,
        RefundProposal.state == State.DONE,
    )
    return Money(int(db.session.scalar(summed) or 0), payment.currency)


def _made(
    payment: Payment, amount: Money, reason: str, by: UUID | None, *, alone: bool
) -> RefundProposal:
    if amount.minor <= 0 or amount.currency != payment.currency:
        raise TooMuchBack(left=in_words(payments.left(payment)))
    proposal = RefundProposal(
        subject_id=payment.subject_id,
        payment_id=payment.id,
        amount_minor=amount.minor,
        currency=amount.currency,
        proposed_by=by,
        is_alone=alone,
        state=State.OPEN,
    )
    with suppress(Erased):
        proposal.reason = reason
    db.session.add(proposal)
    if not alone:
        db.session.flush()
        _record("payment.refund_proposed", proposal, by or CLOCK)
    return proposal


def _carry_out(proposal: RefundProposal, reason: str, by: UUID | None) -> None:
    refund_id = payments.refund(proposal.payment_id, proposal.amount, reason, by or CLOCK)
    proposal.refund_id, proposal.state = refund_id, State.DONE
    db.session.flush()


def _record(act: str, proposal: RefundProposal, by: UUID | str) -> None:
    audit.record(
        act,
        about=f"payment:{proposal.payment_id}",
        actor=by,
        subject_id=proposal.subject_id,
        why=f"proposal:{proposal.id}",
    )
