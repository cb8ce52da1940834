"""A provider's statement. No web here, and no tables.

Amounts are as the provider sees them: what it is owed is above zero.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from payments.journals.domain import row
from payments.ledger import Kind
from portal.kernel.errors import N_
from portal.kernel.money import Money

WORDS = {
    Kind.CAPTURE: N_("Payments that came"),
    Kind.REFUND: N_("Money to go back"),
    Kind.DISPUTE: N_("Wanted back by banks"),
    Kind.DISPUTE_WON: N_("Banks that were refused"),
    Kind.PAID_ON: N_("Sent to the provider"),
}
DAYS = ("day", "opening", "closing", "currency")
ENTRIES = ("booked", "kind", "payment", "amount", "currency")


@dataclass(frozen=True)
class Day:
    """What moved on a day, by the kind of transaction, and what was owed when it was over."""

    on: date
    moved: Mapping[str, Money]
    closing: Money


@dataclass(frozen=True)
class Statement:
    """Of one provider in one currency. Kinds stand in the order in which they are shown."""

    provider: str
    since: date
    until: date
    opening: Money
    kinds: Sequence[str]
    days: Sequence[Day]

    @property
    def closing(self) -> Money:
        return self.days[-1].closing if self.days else self.opening

    def total(self, kind: str) -> Money:
        nothing = Money(0, self.opening.currency)
        return sum((day.moved.get(kind, nothing) for day in self.days), nothing)


@dataclass(frozen=True)
class Line:
    """One entry of the provider's account."""

    at: datetime
    kind: str
    payment: str
    amount: Money


def days_as_csv(statements: Sequence[Statement]) -> Iterator[str]:
    """A row for each day on which something moved, with a column for each kind."""
    kinds = sorted({kind for one in statements for kind in one.kinds})
    yield row(["day", "opening", *kinds, "closing", "currency"])
    for one in statements:
        stood = one.opening
        for day in one.days:
            nothing = Money(0, stood.currency)
            moved = [day.moved.get(kind, nothing).amount for kind in kinds]
            yield row([day.on, stood.amount, *moved, day.closing.amount, stood.currency])
            stood = day.closing
        if not one.days:
            nothing_moved = ["0"] * len(kinds)
            said = [one.since, stood.amount, *nothing_moved, stood.amount, stood.currency]
            yield row(said)


def entries_as_csv(lines: Iterable[Line]) -> Iterator[str]:
    yield row(ENTRIES)
    for one in lines:
        at = one.at.isoformat(timespec="seconds")
        yield row([at, one.kind, one.payment, one.amount.amount, one.amount.currency])
