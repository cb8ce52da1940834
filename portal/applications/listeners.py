"""What the applications room hears: money that came, and versions that are to be tried."""

from payments.events import PaymentSucceeded
from portal.applications.fees import service as fees
from portal.applications.trials import service as trials
from portal.registry.events import VersionProposed


def paid(event: PaymentSucceeded) -> None:
    """In the transaction that settles the money."""
    if event.purpose == fees.PURPOSE:
        fees.paid(event.about, event.payment_id)


def proposed(event: VersionProposed) -> None:
    """From a job: a thousand applications take a while."""
    trials.try_on_past(event.version_id)
