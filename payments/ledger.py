"""Which accounts money moves between, and by which postings. No web here, and no tables.

A posting above zero is a debit, one below zero a credit; the postings of one transaction sum to
zero in each currency. What the gateway holds for us is an asset, its fees are what it costs us, and
all other accounts are owed.
"""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum

from portal.kernel.money import Money


class Unbalanced(Exception):
    """The postings do not sum to zero, or there are too few of them."""


class AccountKind(StrEnum):
    """Whose money it is: the owner is a gateway's slug, but for payables a provider's.

    What stands in our bank account came from one gateway or another, so that is its owner, too.
    """

    BANK = "bank"
    GATEWAY_RECEIVABLE = "gateway_receivable"
    PROVIDER_PAYABLE = "provider_payable"
    REFUND_CLEARING = "refund_clearing"
    DISPUTED = "disputed"
    SUSPENSE = "suspense"
    GATEWAY_FEE = "gateway_fee"


class Kind(StrEnum):
    """What a transaction is of."""

    CAPTURE = "capture"
    LATE = "late"
    SUSPENSE = "suspense"
    REFUND = "refund"
    REFUNDED = "refunded"
    DISPUTE = "dispute"
    DISPUTE_WON = "dispute_won"
    DISPUTE_LOST = "dispute_lost"
    PAYOUT = "payout"
    PAID_ON = "paid_on"
    SENT = "sent"
    FEE = "fee"


@dataclass(frozen=True)
class Account:
    kind: AccountKind
    owner: str


@dataclass(frozen=True)
class Posting:
    account: Account
    amount: Money


Postings = tuple[Posting, ...]


def captured(gateway: str, provider: str, amount: Money) -> Postings:
    """The gateway took a fee for a provider."""
    return _moved(
        Account(AccountKind.GATEWAY_RECEIVABLE, gateway),
        Account(AccountKind.PROVIDER_PAYABLE, provider),
        amount,
    )


def late(gateway: str, amount: Money) -> Postings:
    """The gateway took what nobody owed any more: it goes straight back."""
    return _moved(
        Account(AccountKind.GATEWAY_RECEIVABLE, gateway),
        Account(AccountKind.REFUND_CLEARING, gateway),
        amount,
    )


def suspended(gateway: str, amount: Money) -> Postings:
    """The gateway took another amount than was asked: somebody has to look."""
    return _moved(
        Account(AccountKind.GATEWAY_RECEIVABLE, gateway),
        Account(AccountKind.SUSPENSE, gateway),
        amount,
    )


def to_refund(gateway: str, provider: str, amount: Money) -> Postings:
    """The provider's money is to go back."""
    return _moved(
        Account(AccountKind.PROVIDER_PAYABLE, provider),
        Account(AccountKind.REFUND_CLEARING, gateway),
        amount,
    )


def refunded(gateway: str, amount: Money) -> Postings:
    """The gateway gave it back."""
    return _moved(
        Account(AccountKind.REFUND_CLEARING, gateway),
        Account(AccountKind.GATEWAY_RECEIVABLE, gateway),
        amount,
    )


def disputed(gateway: str, provider: str, amount: Money) -> Postings:
    """A bank wants the provider's money back: until that is decided it is nobody's."""
    return _moved(
        Account(AccountKind.PROVIDER_PAYABLE, provider),
        Account(AccountKind.DISPUTED, gateway),
        amount,
    )


def won(gateway: str, provider: str, amount: Money) -> Postings:
    """The bank was refused: the money is the provider's again."""
    return _moved(
        Account(AccountKind.DISPUTED, gateway),
        Account(AccountKind.PROVIDER_PAYABLE, provider),
        amount,
    )


def disputed_beyond(gateway: str, amount: Money) -> Postings:
    """A bank wants more than is left of the order: somebody has to look where that comes from."""
    return _moved(
        Account(AccountKind.SUSPENSE, gateway), Account(AccountKind.DISPUTED, gateway), amount
    )


def won_beyond(gateway: str, amount: Money) -> Postings:
    """And was refused that, too."""
    return _moved(
        Account(AccountKind.DISPUTED, gateway), Account(AccountKind.SUSPENSE, gateway), amount
    )


def lost(gateway: str, amount: Money) -> Postings:
    """The gateway gave the money to the bank."""
    return _moved(
        Account(AccountKind.DISPUTED, gateway),
        Account(AccountKind.GATEWAY_RECEIVABLE, gateway),
        amount,
    )


def paid_out(gateway: str, amount: Money) -> Postings:
    """The gateway sent what it held to our bank account."""
    return _moved(
        Account(AccountKind.BANK, gateway),
        Account(AccountKind.GATEWAY_RECEIVABLE, gateway),
        amount,
    )


def paid_on(gateway: str, provider: str, amount: Money) -> Postings:
    """From our bank account the provider was sent what is its own."""
    return _moved(
        Account(AccountKind.PROVIDER_PAYABLE, provider), Account(AccountKind.BANK, gateway), amount
    )


def sent(gateway: str, amount: Money) -> Postings:
    """Our bank sent what a gateway cannot give back itself: the gateway owes us that much more."""
    return _moved(
        Account(AccountKind.GATEWAY_RECEIVABLE, gateway), Account(AccountKind.BANK, gateway), amount
    )


def charged(gateway: str, amount: Money) -> Postings:
    """The gateway kept this much of what it holds for us."""
    return _moved(
        Account(AccountKind.GATEWAY_FEE, gateway),
        Account(AccountKind.GATEWAY_RECEIVABLE, gateway),
        amount,
    )


def check(postings: Iterable[Posting]) -> None:
    """Raises Unbalanced. The database says the same once more, at commit."""
    sums: defaultdict[str, int] = defaultdict(int)
    counted = 0
    for posting in postings:
        sums[posting.amount.currency] += posting.amount.minor
        counted += 1
    if counted < 2 or any(sums.values()):
        raise Unbalanced(f"{counted} postings sum to {dict(sums)}.")


def _moved(debit: Account, credit: Account, amount: Money) -> Postings:
    postings = (Posting(debit, amount), Posting(credit, amount * -1))
    check(postings)
    return postings
