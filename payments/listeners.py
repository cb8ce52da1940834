"""What follows from money that came or went back: its receipt on paper."""

from payments.events import PaymentRefunded, PaymentSucceeded
from payments.receipts import service as receipts


def print_receipt(event: PaymentSucceeded) -> None:
    """From a job: the press takes a while, and may be away."""
    receipts.make(event.payment_id)


def end_receipt(event: PaymentRefunded) -> None:
    receipts.end(event.payment_id)
