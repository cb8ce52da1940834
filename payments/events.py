"""What payments tell upward: ids and codes, never who or what for in words."""

from dataclasses import dataclass
from uuid import UUID

from portal.kernel.events import Event


@dataclass(frozen=True)
class PaymentSucceeded(Event):
    """The money has come; told once for each payment."""

    payment_id: UUID
    purpose: str
    about: UUID


@dataclass(frozen=True)
class PaymentFailed(Event):
    """One attempt did not succeed; the payment can still be made."""

    payment_id: UUID
    purpose: str
    about: UUID


@dataclass(frozen=True)
class PaymentRefunded(Event):
    """Money of a payment that had succeeded went back; told for each part that did."""

    payment_id: UUID
    purpose: str
    about: UUID


@dataclass(frozen=True)
class PaymentDisputed(Event):
    """A bank wants the money back, got it, or was refused: opened, lost or won."""

    payment_id: UUID
    purpose: str
    about: UUID
    dispute_id: UUID
    happened: str


@dataclass(frozen=True)
class PaymentClaimed(Event):
    """A department is asked about a payment: what was paid for is late."""

    payment_id: UUID
    purpose: str
    about: UUID
    claim_id: UUID


@dataclass(frozen=True)
class ClaimMoved(Event):
    """A claim went on: it waits for somebody else, or is settled."""

    claim_id: UUID
    state: str


@dataclass(frozen=True)
class ReceiptMade(Event):
    """The receipt of a payment can be downloaded, and shown to anybody."""

    payment_id: UUID


@dataclass(frozen=True)
class AccountWanted(Event):
    """Money is to go back, and its person is to say to which account.

    `about` is the refund, or the transfer that the bank refused.
    """

    payment_id: UUID
    about: UUID
