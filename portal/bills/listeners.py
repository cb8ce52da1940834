"""What the bills room hears from payments, in the transaction that settles the money."""

from payments.events import PaymentSucceeded
from portal.bills import service


def paid(event: PaymentSucceeded) -> None:
    if event.purpose == service.PURPOSE:
        service.paid(event.about, event.payment_id)
