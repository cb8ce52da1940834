"""A line of a bank's file, and what it is worth. No web here, and no tables."""

from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from portal.kernel.errors import N_, Conflict, NotFound
from portal.kernel.money import Money


class FileState(StrEnum):
    """`dropped`: it was the wrong file, and counts for nothing."""

    READ = "read"
    RELEASED = "released"
    DROPPED = "dropped"


class LineState(StrEnum):
    """`known`: the same was told before; `closed`: a person looked at what was parked."""

    WAITING = "waiting"
    PAID = "paid"
    KNOWN = "known"
    PARKED = "parked"
    CLOSED = "closed"


class Why(StrEnum):
    """What keeps a line from paying its challan."""

    UNKNOWN = "unknown"
    AMOUNT = "amount"
    TWICE = "twice"


SAID = {
    Why.UNKNOWN: N_("No challan has this number"),
    Why.AMOUNT: N_("Another amount than the challan asks for"),
    Why.TWICE: N_("The challan is paid already, by another number"),
}


@dataclass(frozen=True)
class Told:
    """What a line says; `place` counts lines as the file does."""

    place: int
    challan: str
    amount: Money
    number: str
    on: date


class NoSuchFile(NotFound):
    message = N_("There is no such file, or somebody decided on it already.")


class NoSuchLine(NotFound):
    message = N_("There is no such line, or somebody closed it already.")


class YourOwnFile(Conflict):
    message = N_("You brought this file, so another person lets it count.")


class TooLong(Conflict):
    message = N_("A file may have 20,000 lines. Split it, and bring the parts.")
