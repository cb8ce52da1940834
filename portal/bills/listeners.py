"""What the bills room hears, in the transaction in which it happens."""

from payments.events import PaymentSucceeded
from portal.accounts.events import PersonRemoved
from portal.bills import service
from portal.bills.watching import service as watching


def paid(event: PaymentSucceeded) -> None:
    if event.purpose == service.PURPOSE:
        service.paid(event.about, event.payment_id)


def removed(event: PersonRemoved) -> None:
    watching.forget(event.person_id)
