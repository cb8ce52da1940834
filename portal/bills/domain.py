"""What a bill is here, who may pay it when, and what is shown of whose it is. No tables, no web."""

import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal
from enum import StrEnum
from typing import Any, ClassVar

from babel.numbers import is_currency

from portal.i18n import money as in_words
from portal.kernel.errors import N_, Conflict, DomainError, NotFound
from portal.kernel.money import Money
from portal.registry.hooks import Bill

# So long nobody else may pay a bill that somebody began to pay: as an order at a gateway lasts.
HOLD = timedelta(minutes=45)
# What was fetched is shown so long, and then asked for anew.
FRESH = timedelta(hours=1)
LOOKUPS, WITHIN = 20, timedelta(minutes=10)
MOST_BILLS = 60
LONGEST_ACCOUNT = 40
AMOUNT = re.compile(r"[0-9]{1,9}(\.[0-9]{1,3})?", re.ASCII)
DOTS = "•••"
WORDS_SHOWN = 4


class State(StrEnum):
    """`released`: somebody began to pay and did not go on, so that another bill row took over."""

    PAYING = "paying"
    PAID = "paid"
    RELEASED = "released"


class NotConnected(NotFound):
    message = N_("This provider takes no bills here yet. Pay it as you did until now.")


class NotAnswering(DomainError):
    status: ClassVar[int] = 503
    message = N_("The provider does not answer now. Nothing was paid. Try again in a few minutes.")


class UnknownAccount(DomainError):
    status: ClassVar[int] = 422
    message = N_("The provider knows no account with this number. Look at your bill once more.")


class NoSuchLookup(NotFound):
    message = N_("These bills are no longer shown. Enter the account number again.")


class NoSuchBill(NotFound):
    message = N_("There is no such bill among yours.")


class NotOpen(Conflict):
    message = N_("This bill is not open any more. It may have been paid elsewhere.")


class AmountChanged(Conflict):
    message = N_("The amount of this bill has changed. Look at it, then pay.")


class PaidAlready(Conflict):
    message = N_("This bill is paid already, so it is not paid again.")


class PartPaid(PaidAlready):
    message = N_(
        "A part of this bill was paid here. The rest can be paid when the provider has taken that"
        " in, often within a day."
    )


class WrongPart(DomainError):
    status: ClassVar[int] = 422
    message = N_("Enter an amount from %(least)s to %(most)s, in figures.")


class BeingPaid(Conflict):
    message = N_(
        "Somebody else is paying this bill right now. If they do not go on, you can pay it within "
        "the hour."
    )


class Unreadable(Exception):
    """What a provider's hook gave is no list of bills; the text says why."""


@dataclass(frozen=True)
class Open:
    """A bill that may be paid, as the provider told it; `holder` is masked.

    One that may be paid in parts has a `least_minor`. `received_minor` is what the provider has
    taken in of what was paid here.
    """

    number: str
    minor: int
    currency: str
    due_on: date | None = None
    period: str = ""
    holder: str = ""
    least_minor: int = 0
    received_minor: int = 0

    @property
    def amount(self) -> Money:
        return Money(self.minor, self.currency)

    @property
    def least(self) -> Money | None:
        return Money(self.least_minor, self.currency) if self.least_minor else None

    @property
    def seen(self) -> str:
        """The amount as the page sends it back, to notice when it has changed."""
        return f"{self.amount.amount} {self.currency}"


@dataclass(frozen=True)
class Fetched:
    """What a person asked for, and what came back."""

    account: str
    bills: tuple[Open, ...] = ()

    def bill(self, number: str) -> Open | None:
        return next((bill for bill in self.bills if bill.number == number), None)


@dataclass(frozen=True)
class Particulars:
    """Whose bill it is, and which one: what is kept sealed."""

    account: str
    number: str
    period: str = ""
    holder: str = ""


@dataclass(frozen=True)
class Standing:
    """The row that stands for a bill now: whose payment it is, of how much, and until when."""

    state: State
    person_id: Any
    amount: Money
    held_until: datetime
    before_minor: int = 0


def may_go_on(
    standing: Standing, person_id: Any, amount: Money, now: datetime, before_minor: int = 0
) -> bool:
    """Whether the person goes on with what stands; else it is released, and begun anew.

    Raises PaidAlready, BeingPaid.
    """
    if standing.state is State.PAID:
        raise PaidAlready
    if standing.person_id == person_id:
        return (standing.amount, standing.before_minor) == (amount, before_minor)
    if now < standing.held_until:
        raise BeingPaid
    return False


def check_open(bill: Open, paid_minor: int) -> None:
    """Whether more can be paid of a bill of which so much was paid here.

    What the provider says is open is true only when it has taken all of that in. Raises
    PaidAlready, PartPaid.
    """
    if paid_minor != bill.received_minor:
        raise PartPaid if bill.least_minor else PaidAlready


def read(told: Any) -> tuple[Open, ...]:
    """The bills that a hook gave, each of them whole. Raises Unreadable."""
    if not isinstance(told, Sequence) or isinstance(told, str) or len(told) > MOST_BILLS:
        raise Unreadable("The hook gave no list of bills, or too long a one.")
    bills = tuple(_read_one(bill) for bill in told)
    if len({bill.number for bill in bills}) < len(bills):
        raise Unreadable("Two bills have one number.")
    return bills


def part_of(typed: str, bill: Open) -> Money:
    """What somebody typed to pay of a bill. Raises WrongPart."""
    least = bill.least or bill.amount
    plain = re.sub(r"[\s,]", "", typed)
    amount = Money.of(plain, bill.currency) if AMOUNT.fullmatch(plain) else None
    if amount is None or amount.decimal != Decimal(plain) or not least <= amount <= bill.amount:
        raise WrongPart(least=in_words(least), most=in_words(bill.amount))
    return amount


def _read_one(bill: Any) -> Open:
    if not isinstance(bill, Bill) or not isinstance(bill.due_on, date | None):
        raise Unreadable("One of the bills is no bill.")
    if not _is_number(bill.number):
        raise Unreadable("The number of a bill cannot be shown.")
    amount = _amount(bill.amount, bill.currency)
    least = _amount(bill.least, bill.currency) if bill.least else None
    if least is not None and least > amount:
        # The last part may be smaller than others.
        least = amount
    return Open(
        number=bill.number,
        minor=amount.minor,
        currency=amount.currency,
        due_on=bill.due_on,
        period=shown(bill.period),
        holder=masked(bill.holder),
        least_minor=least.minor if least else 0,
        received_minor=_received(bill.received, bill.currency),
    )


def _received(text: Any, currency: str) -> int:
    """Raises Unreadable; nothing is nothing."""
    if text == "" or (isinstance(text, str) and AMOUNT.fullmatch(text) and not Decimal(text)):
        return 0
    return _amount(text, currency).minor


def _is_number(number: Any) -> bool:
    return isinstance(number, str) and 0 < len(number) <= 64 and number.isprintable()


def _amount(text: Any, currency: Any) -> Money:
    """Raises Unreadable, also for nothing, and for less than the smallest coin."""
    if not isinstance(text, str) or not AMOUNT.fullmatch(text):
        raise Unreadable("The amount of a bill is no number.")
    if not isinstance(currency, str) or not is_currency(currency):
        raise Unreadable("The currency of a bill is unknown.")
    amount = Money.of(text, currency)
    if not amount or amount.decimal != Decimal(text):
        raise Unreadable("The amount of a bill cannot be paid.")
    return amount


def shown(text: Any) -> str:
    """A provider's words, short and without what would turn the line around."""
    kept = "".join(one for one in str(text or "") if one.isprintable() or one in "\u200c\u200d")
    return kept.strip()[:60]


def masked(name: Any) -> str:
    """The first letters of a name, enough for those who know it and for nobody else."""
    words = shown(name).split()[:WORDS_SHOWN]
    return " ".join(f"{_first_letter(word)}{DOTS}" for word in words)


def _first_letter(word: str) -> str:
    """With the signs that belong to it, as in ਬਿ."""
    signs = 1
    while signs < len(word) and unicodedata.category(word[signs]) in ("Mn", "Mc"):
        signs += 1
    return word[:signs]


def squeezed(account: str) -> str:
    """As people type what bills print in groups: without the spaces."""
    return re.sub(r"\s+", "", account)
