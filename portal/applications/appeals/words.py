"""Appeals in words, as citizens and officers read them."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from portal.applications import words
from portal.applications.appeals import service
from portal.applications.appeals.domain import Ground, State
from portal.applications.appeals.service import Asked
from portal.applications.service import Case
from portal.applications.words import Moment
from portal.i18n import day, gettext, say
from portal.kernel import clock
from portal.kernel.errors import N_

GROUNDS: Mapping[str, str] = {
    Ground.REFUSED: N_("The refusal of the application"),
    Ground.LATE: N_("No decision in the promised time"),
}
STATES: Mapping[str, tuple[str, str]] = {
    State.OPEN: (N_("Waiting for the authority"), "info"),
    State.UPHELD: (N_("The decision stands"), "bad"),
    State.SET_ASIDE: (N_("The provider must decide again"), "ok"),
    State.ALLOWED_IN_PART: (N_("Right in part: the provider must decide again"), "ok"),
    State.GRANTED: (N_("Decided for the person"), "ok"),
    State.WITHDRAWN: (N_("Withdrawn"), "off"),
    State.PASSED_ON: (N_("Passed on to the next authority"), "warn"),
    State.SETTLED: (N_("Nothing is left to decide"), "off"),
}
# The outcomes as an officer chooses them, for a refusal and for what is late.
OUTCOMES: Mapping[str, Mapping[str, str]] = {
    Ground.REFUSED: {
        "uphold": N_("The decision stands"),
        "set_aside": N_("The decision is set aside: the application is decided again"),
        "allow_in_part": N_("The person is right in part: it is decided again as your reasons say"),
        "grant": N_("Decide for the person: the application is approved"),
    },
    Ground.LATE: {
        "uphold": N_("The delay has good reasons: the provider goes on"),
        "set_aside": N_("The provider must decide without more delay"),
        "grant": N_("Decide for the person: the application is approved"),
    },
}


@dataclass(frozen=True)
class Standing:
    """What the person may ask for: of whom, and until when."""

    authority: str
    ground: str
    until: date | None
    days: int
    level: int


@dataclass(frozen=True)
class Shown:
    """An appeal that waits."""

    authority: str
    ground: str
    due: date
    is_late: bool


def standing(application: Case) -> Standing | None:
    found = service.askable(application)
    if found is None:
        return None
    level = service.levels(application)[found.level]
    ground = gettext(GROUNDS[found.ground])
    return Standing(say(level.authority), ground, found.until, level.days, found.level + 1)


def waiting(application: Case) -> Shown | None:
    """The appeal of an application that waits for its authority."""
    open_ = [one for one in service.of(application) if one.state == State.OPEN]
    return shown(application, open_[0]) if open_ else None


def shown(application: Case, row: Asked) -> Shown:
    level = service.level_of(application, row.level)
    authority = say(level.authority) if level else ""
    return Shown(authority, gettext(GROUNDS[row.ground]), row.due_on, row.due_on < clock.today())


def state(row: Asked) -> tuple[str, str]:
    said, colour = STATES[row.state]
    return gettext(said), colour


def clock_left(row: Asked) -> tuple[str, str]:
    return words.clock_left(row.due_on, None, over=row.state != State.OPEN)


def to_come(application: Case) -> list[Moment]:
    """The line of the timeline for an appeal that waits."""
    open_ = waiting(application)
    if open_ is None:
        return []
    until = gettext("Due %(day)s", day=day(open_.due))
    return [Moment(gettext("Decision on the appeal"), None, (open_.authority, until), "todo")]
