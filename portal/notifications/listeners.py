"""Which events become a message to a person."""

from portal.applications.events import (
    ApplicationAnswered,
    ApplicationPaid,
    ApplicationSubmitted,
    ApplicationWithdrawn,
    RenewalDue,
    StateChanged,
)
from portal.notifications import service


def submitted(event: ApplicationSubmitted) -> None:
    service.tell(event.application_id, "submitted")


def answered(event: ApplicationAnswered) -> None:
    service.tell(event.application_id, "answered")


def withdrawn(event: ApplicationWithdrawn) -> None:
    service.tell(event.application_id, "withdrawn")


def changed(event: StateChanged) -> None:
    service.tell(event.application_id, event.state)


def paid(event: ApplicationPaid) -> None:
    service.tell(event.application_id, "paid")


def renewal(event: RenewalDue) -> None:
    service.tell(event.application_id, "renewal")
