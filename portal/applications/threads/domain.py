"""Who writes to whom on an application, and how long. No web here, and no tables."""

from datetime import date, timedelta
from enum import StrEnum

from portal.applications.domain import Actor
from portal.kernel.errors import N_, BadInput, Conflict, TooMany
from portal.registry.contract import AppealLevel

LONGEST = 4000
# So many in an hour from one side: a conversation, and no flood.
MOST, WITHIN = 20, timedelta(hours=1)
# Where no appeal is declared, questions about a decision may still come for so long.
USUAL_DAYS = 30


class Side(StrEnum):
    PERSON = "person"
    OFFICE = "office"

    @property
    def other(self) -> "Side":
        return Side.OFFICE if self is Side.PERSON else Side.PERSON


class Closed(Conflict):
    message = N_("Nothing can be written here any more: the application has ended.")


class EmptyMessage(BadInput):
    status = 422
    message = N_("Write a message of up to 4,000 characters.")


class TooMuch(TooMany):
    message = N_("You have written many messages in this hour. Write again later.")


def side_of(kind: Actor) -> Side:
    return Side.OFFICE if kind in (Actor.OFFICER, Actor.PROVIDER) else Side.PERSON


def until(levels: tuple[AppealLevel, ...], ended_on: date) -> date:
    """The last day on which somebody may write: as long as an appeal can be asked for."""
    days = max((level.ask_days for level in levels), default=USUAL_DAYS)
    return ended_on + timedelta(days=days)
