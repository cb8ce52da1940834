"""What happens to an application becomes a message to its provider, in the same transaction."""

from portal.applications.events import (
    ApplicationAnswered,
    ApplicationSubmitted,
    ApplicationWithdrawn,
)
from portal.webhooks import service


def submitted(event: ApplicationSubmitted) -> None:
    service.announce(event.application_id, "application.submitted")


def answered(event: ApplicationAnswered) -> None:
    service.announce(event.application_id, "application.answered")


def withdrawn(event: ApplicationWithdrawn) -> None:
    service.announce(event.application_id, "application.withdrawn")
