"""What the desk's queue can be asked for: groups of states, clocks, orders, places in a list."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum
from types import MappingProxyType
from uuid import UUID

from portal.applications.domain import State, is_over

WEEK = timedelta(days=7)
AGES = {"week": WEEK, "month": timedelta(days=30), "quarter": timedelta(days=90)}


class Due(StrEnum):
    LATE = "late"
    TODAY = "today"
    WEEK = "week"
    LATER = "later"


class Whose(StrEnum):
    """Whose work: the officer's own, that of nobody yet, that of the officer's post."""

    MINE = "mine"
    NOBODY = "nobody"
    POST = "post"


class Age(StrEnum):
    """Sent longer ago than this."""

    WEEK = "week"
    MONTH = "month"
    QUARTER = "quarter"


class Sort(StrEnum):
    URGENT = "urgent"
    NEWEST = "newest"


# What the states of a group wait for: the provider, the person, the document, nothing.
GROUPS: Mapping[str, tuple[State, ...]] = MappingProxyType(
    {
        "open": (State.SUBMITTED, State.IN_PROGRESS),
        "waiting": (State.NEEDS_INFORMATION, State.AWAITING_PAYMENT),
        "decided": (State.APPROVED,),
        "over": tuple(state for state in State if is_over(state)),
    }
)


@dataclass(frozen=True)
class Wanted:
    """What an officer asks of the queue; what is empty leaves all in.

    `service` is a provider and its service; `since` the moment from which it was sent, `age` how
    long ago that is at least. `area` is a code, with all areas in it. `officer` and `posts` are
    those of the officer who asks, for `whose`.
    """

    group: str = "open"
    service: tuple[str, str] | None = None
    stage: str = ""
    due: Due | None = None
    since: datetime | None = None
    age: Age | None = None
    area: str = ""
    whose: Whose | None = None
    officer: UUID | None = None
    posts: tuple[str, ...] = ()
    sort: Sort = Sort.URGENT


@dataclass(frozen=True)
class Place:
    """Where a page of the list ended: the value that it is sorted by, and the row's id."""

    value: date | datetime
    id: UUID

    def __str__(self) -> str:
        return f"{self.value.isoformat()}_{self.id}"


def read_place(text: str, sort: Sort) -> Place | None:
    """The place that an address names; None when it names none of this order."""
    value, _, last = text.partition("_")
    try:
        if sort is Sort.URGENT:
            return Place(date.fromisoformat(value), UUID(last))
        moment = datetime.fromisoformat(value)
        return Place(moment, UUID(last)) if moment.tzinfo else None
    except ValueError:
        return None


def due_days(due: Due, today: date) -> tuple[date, date]:
    """The first and the last day on which it falls due."""
    day = timedelta(days=1)
    return {
        Due.LATE: (date.min, today - day),
        Due.TODAY: (today, today),
        Due.WEEK: (today + day, today + WEEK),
        # The very last day is where the queue puts what has no running clock.
        Due.LATER: (today + WEEK + day, date.max - day),
    }[due]
