"""What the pretended company knows of an order, and how it signs. No web here, and no tables."""

import hashlib
import hmac
from collections.abc import Mapping
from enum import StrEnum
from types import MappingProxyType

from portal.kernel.errors import N_, Conflict, NotFound

SIGNATURE = "sandbox-signature"
# Seconds from a notice that was not taken to the next try; then it is given up.
PATIENCE = (2, 5, 30, 120, 600, 3600, 3600)
# How long the pretended bank thinks about it when it is told to take its time.
SLOW = 20


class State(StrEnum):
    OPEN = "open"
    PROCESSING = "processing"
    PAID = "paid"
    DECLINED = "declined"


class Choice(StrEnum):
    """What the person presses on the company's page; `leave` changes nothing."""

    PAY = "pay"
    SLOWLY = "slowly"
    DECLINE = "decline"
    LEAVE = "leave"


BECOMES: Mapping[Choice, State] = MappingProxyType(
    {
        Choice.PAY: State.PAID,
        Choice.SLOWLY: State.PROCESSING,
        Choice.DECLINE: State.DECLINED,
    }
)


class NoSuchOrder(NotFound):
    message = N_("The test gateway knows of no such payment. Go back to where you came from.")


class OrderOver(Conflict):
    message = N_("This test payment is over. Go back to where you came from.")


class NoMoreToReturn(Conflict):
    message = N_("The test gateway did not take as much as that.")


def page_key(secret: bytes, reference: str) -> str:
    """The unguessable part of the pay page's address."""
    return hmac.new(secret, f"page {reference}".encode(), hashlib.sha256).hexdigest()[:40]


def sign(secret: bytes, body: bytes, at: int) -> str:
    """The header's value: when it was signed, and the signature over that and the body."""
    signature = hmac.new(secret, f"{at}.".encode() + body, hashlib.sha256).hexdigest()
    return f"t={at},v1={signature}"
