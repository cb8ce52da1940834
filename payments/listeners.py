"""What follows from money that came or went back: its receipt on paper, and claims about it."""

from payments.claims import service as claims
from payments.events import PaymentDisputed, PaymentRefunded, PaymentSucceeded
from payments.receipts import service as receipts


def print_receipt(event: PaymentSucceeded) -> None:
    """From a job: the press takes a while, and may be away."""
    receipts.make(event.payment_id)


def end_receipt(event: PaymentRefunded) -> None:
    receipts.end(event.payment_id)


def came(event: PaymentSucceeded) -> None:
    claims.look_again(event.payment_id)


def went_back(event: PaymentRefunded) -> None:
    claims.look_again(event.payment_id)


def disputed(event: PaymentDisputed) -> None:
    """A bank that got the money ends the receipt, too."""
    receipts.end(event.payment_id)
