"""Challans, and who says that one was paid. No web here, and no tables."""

from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from portal.kernel.errors import N_, Conflict, NotFound
from portal.kernel.money import Money


class State(StrEnum):
    """Of a challan. `taken`: a cashier has the money, and nobody has confirmed it yet."""

    OPEN = "open"
    TAKEN = "taken"
    PAID = "paid"
    REFUSED = "refused"
    CALLED_OFF = "called_off"


class EntryState(StrEnum):
    """`struck`: it was wrong, and counts for nothing."""

    ENTERED = "entered"
    CONFIRMED = "confirmed"
    STRUCK = "struck"


class ReturnState(StrEnum):
    ASKED = "asked"
    DONE = "done"


# Why a challan brought no money: nobody paid, or a cheque was not honoured.
NOT_PAID = "not_paid"


@dataclass(frozen=True)
class Taken:
    """What was taken where; `number` is that of the receipt book."""

    counter: str
    amount: Money
    number: str
    on: date


class NoSuchChallan(NotFound):
    message = N_("No challan has this number. Check it, character by character.")


class NoSuchEntry(NotFound):
    message = N_("There is no such entry, or somebody decided on it already.")


class ChallanOver(Conflict):
    message = N_("This challan is over. Take no money for it; what was taken, give back now.")


class EnteredAlready(Conflict):
    message = N_("This challan is entered already. Let that entry be confirmed or sent back.")


class ReceiptUsed(Conflict):
    message = N_("This number of the receipt book stands at another challan. Check it.")


class YourOwnEntry(Conflict):
    message = N_("You entered this, so another person confirms it.")


class NoMoreToReturn(Conflict):
    message = N_("So much was not taken by this challan.")
