"""What the applications room hears from payments, in the transaction that settles the money."""

from payments.events import PaymentSucceeded
from portal.applications.fees import service as fees


def paid(event: PaymentSucceeded) -> None:
    if event.purpose == fees.PURPOSE:
        fees.paid(event.about, event.payment_id)
