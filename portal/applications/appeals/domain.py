"""Levels, clocks and moves of appeals. No web here, and no tables."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum
from types import MappingProxyType
from typing import ClassVar

from portal.applications.domain import State as CaseState
from portal.kernel.errors import N_, BadInput, Conflict, NotFound, Refused
from portal.registry.contract import AppealLevel

LONGEST = 4000
A_DAY = timedelta(days=1)


class Ground(StrEnum):
    """What it is about: a refusal, or that nobody decided in the promised time."""

    REFUSED = "refused"
    LATE = "late"


class State(StrEnum):
    """`passed_on`: its clock ran out, and the next level has it.

    `settled`: nothing was left to decide, because the provider decided late or it had ended.
    """

    OPEN = "open"
    UPHELD = "upheld"
    SET_ASIDE = "set_aside"
    ALLOWED_IN_PART = "allowed_in_part"
    GRANTED = "granted"
    WITHDRAWN = "withdrawn"
    PASSED_ON = "passed_on"
    SETTLED = "settled"


class Party(StrEnum):
    PERSON = "person"
    AUTHORITY = "authority"
    PROVIDER = "provider"
    CLOCK = "clock"


@dataclass(frozen=True)
class Move:
    """One line of the table; `before` is None where no appeal was made yet.

    `only` is the one ground that it fits: nothing can be allowed in part where nobody decided.
    """

    act: str
    before: State | None
    to: State
    by: Party
    only: Ground | None = None


MOVES: tuple[Move, ...] = (
    Move("ask", None, State.OPEN, Party.PERSON),
    Move("ask", State.UPHELD, State.OPEN, Party.PERSON),
    Move("open", None, State.OPEN, Party.CLOCK),
    Move("uphold", State.OPEN, State.UPHELD, Party.AUTHORITY),
    Move("set_aside", State.OPEN, State.SET_ASIDE, Party.AUTHORITY),
    Move("allow_in_part", State.OPEN, State.ALLOWED_IN_PART, Party.AUTHORITY, Ground.REFUSED),
    Move("grant", State.OPEN, State.GRANTED, Party.AUTHORITY),
    Move("withdraw", State.OPEN, State.WITHDRAWN, Party.PERSON),
    Move("settle", State.OPEN, State.SETTLED, Party.PROVIDER),
    Move("pass_on", State.OPEN, State.PASSED_ON, Party.CLOCK),
    Move("open", State.PASSED_ON, State.OPEN, Party.CLOCK),
)
# Where it may stay for good; what was upheld, when no level is left or nobody asks.
ENDS = frozenset(
    {
        *(State.UPHELD, State.SET_ASIDE, State.ALLOWED_IN_PART, State.GRANTED),
        *(State.WITHDRAWN, State.SETTLED),
    }
)
OUTCOMES = tuple(move.act for move in MOVES if move.by is Party.AUTHORITY)
# What an outcome makes of a refused application; it leaves one that is late where it is.
AFTER: Mapping[str, CaseState] = MappingProxyType(
    {
        "set_aside": CaseState.IN_PROGRESS,
        "allow_in_part": CaseState.IN_PROGRESS,
        "grant": CaseState.APPROVED,
    }
)
# After these the provider decides anew, and what it says then can be appealed from the first level.
ANEW = tuple(act for act, state in AFTER.items() if state is CaseState.IN_PROGRESS)


class NothingToAppeal(Conflict):
    message = N_("There is no decision here that you can appeal now. Load the application again.")


class NotOpen(Conflict):
    message = N_("This appeal is decided already, or another authority has it. Load it again.")


class NotTheAuthority(Refused):
    message = N_("Another post decides this appeal. You can read it.")


class DecidedBefore(Refused):
    message = N_(
        "You decided this application, or an appeal before this one. Another officer must decide."
    )


class NoReasons(BadInput):
    status = 422
    message = N_("Write the reasons, which the person reads, in up to 4,000 characters.")


class NoSuchAppeal(NotFound):
    kind: ClassVar[str | None] = "no-such-appeal"
    message = N_("There is no such appeal here. Load the list again.")


@dataclass(frozen=True)
class Past:
    """The newest appeal about what stands now; `ended_on` is when it was decided."""

    level: int
    state: State
    ended_on: date | None


@dataclass(frozen=True)
class Askable:
    """What the person may ask for now: the level, what about, and the last day; None: no end."""

    level: int
    ground: Ground
    until: date | None


def move(act: str, before: State | None, by: Party, ground: Ground | None = None) -> Move:
    """The line of the table. Raises NotOpen."""
    for one in MOVES:
        if (one.act, one.before, one.by) == (act, before, by) and one.only in (None, ground):
            return one
    raise NotOpen


def askable(
    levels: Sequence[AppealLevel],
    ground: Ground | None,
    past: Past | None,
    decided_on: date | None,
    today: date,
) -> Askable | None:
    """What the person may appeal now: the decision, or what the level before said to it.

    `decided_on` is the day of the refusal, None where nobody has decided.
    """
    if ground is None or (past is not None and past.state is not State.UPHELD):
        return None
    level = past.level + 1 if past else 0
    if level >= len(levels):
        return None
    since = past.ended_on if past else decided_on
    until = since + timedelta(days=levels[level].ask_days) if since else None
    if until is not None and until < today:
        return None
    return Askable(level, ground, until)
