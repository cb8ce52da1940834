"""What the applications room hears: money that came, versions to try, profiles that changed."""

from payments.events import PaymentSucceeded
from portal.accounts.events import PersonRemoved
from portal.applications import applying
from portal.applications.alike import service as alike
from portal.applications.appeals import service as appeals
from portal.applications.events import (
    ApplicationAnswered,
    ApplicationSubmitted,
    ApplicationWithdrawn,
    StateChanged,
)
from portal.applications.fees import service as fees
from portal.applications.pausing import service as pausing
from portal.applications.referring import service as referring
from portal.applications.together import filling
from portal.applications.trials import service as trials
from portal.profile.events import ProfileChanged
from portal.registry.events import VersionProposed


def paid(event: PaymentSucceeded) -> None:
    """In the transaction that settles the money."""
    if event.purpose == fees.PURPOSE:
        fees.paid(event.about, event.payment_id)


def proposed(event: VersionProposed) -> None:
    """From a job: a thousand applications take a while."""
    trials.try_on_past(event.version_id)


def corrected(event: ProfileChanged) -> None:
    """In the transaction that changes it: who goes back to the form finds it right there."""
    applying.refill(event.person_id)
    filling.refill(event.person_id)


def sent(event: ApplicationSubmitted) -> None:
    """In the transaction that takes the answers: officers find others with the same ones."""
    alike.mark(event.application_id)


def answered(event: ApplicationAnswered) -> None:
    alike.mark_anew(event.application_id)


def left(event: PersonRemoved) -> None:
    """In the transaction in which the person goes."""
    alike.forget(event.person_id)


def moved(event: StateChanged) -> None:
    """In the transaction of a move: an appeal about lateness may have nothing to decide."""
    appeals.settle(event.application_id)
    pausing.end(event.application_id)
    referring.settle(event.application_id)


def withdrawn(event: ApplicationWithdrawn) -> None:
    appeals.settle(event.application_id)
    referring.settle(event.application_id)
