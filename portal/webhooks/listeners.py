"""What happens becomes a message to the provider that it concerns, in the same transaction."""

from uuid import UUID

from payments import service as payments
from payments.claims import service as claims
from payments.disputes import service as disputes
from payments.events import PaymentClaimed, PaymentDisputed, PaymentRefunded
from portal.applications.appeals import service as appeals
from portal.applications.events import (
    AppealEnded,
    ApplicationAnswered,
    ApplicationAppealed,
    ApplicationPaid,
    ApplicationSubmitted,
    ApplicationWithdrawn,
    MessageWritten,
)
from portal.bills.events import BillPaid
from portal.webhooks import service


def submitted(event: ApplicationSubmitted) -> None:
    service.announce(event.application_id, "application.submitted")


def paid(event: ApplicationPaid) -> None:
    service.announce(event.application_id, "application.paid")


def answered(event: ApplicationAnswered) -> None:
    service.announce(event.application_id, "application.answered")


def withdrawn(event: ApplicationWithdrawn) -> None:
    service.announce(event.application_id, "application.withdrawn")


def appealed(event: ApplicationAppealed) -> None:
    _tell_appeal(event.application_id, event.appeal_id)


def appeal_ended(event: AppealEnded) -> None:
    """The same type again: `state` says what came of it."""
    _tell_appeal(event.application_id, event.appeal_id)


def _tell_appeal(application_id: UUID, appeal_id: UUID) -> None:
    told = {"appeal": appeals.told(appeal_id)}
    service.announce(application_id, "application.appealed", told)


def written(event: MessageWritten) -> None:
    """What the person wrote is read through the interface, not sent."""
    if event.side == "person":
        told = {"message": {"number": event.number}}
        service.announce(event.application_id, "application.message", told)


def refunded(event: PaymentRefunded) -> None:
    """Of applications alone: a bill that was told as paid stays paid."""
    if event.purpose != "application":
        return
    payment = payments.by_id(event.payment_id)
    refund = {"payment": payment.reference, **payments.returned(payment).as_json()}
    service.announce(event.about, "payment.refunded", {"refund": refund})


def disputed(event: PaymentDisputed) -> None:
    """A bank wants the fee of an application back, or that was decided."""
    if event.purpose == "application":
        dispute = disputes.by_id(event.dispute_id)
        told = {"by": "bank", "state": event.happened, **dispute.amount.as_json()}
        if dispute.answer_by is not None:
            told["answer_by"] = f"{dispute.answer_by:%Y-%m-%d}"
        _tell_dispute(event.payment_id, event.about, told)


def claimed(event: PaymentClaimed) -> None:
    """Its person says that what was paid for is late."""
    if event.purpose == "application":
        claim, payment = claims.by_id(event.claim_id), payments.by_id(event.payment_id)
        told = {"by": "person", "state": "opened", **payment.amount.as_json()}
        told["answer_by"] = f"{claim.due_on}"
        _tell_dispute(event.payment_id, event.about, told)


def _tell_dispute(payment_id: UUID, application_id: UUID, told: dict[str, str]) -> None:
    dispute = {"payment": payments.by_id(payment_id).reference, **told}
    service.announce(application_id, "payment.disputed", {"dispute": dispute})


def bill_paid(event: BillPaid) -> None:
    service.announce_bill(event.bill_id)
