"""What may be asked of another provider about a case. No web here, and no tables."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum
from typing import Any

from portal.applications.domain import State
from portal.kernel.errors import N_, BadInput, Conflict, NotFound

LONGEST = 4000
# An answer that is wanted later than this is no help for the case.
FURTHEST = timedelta(days=180)
# While the provider, or the person, still has something to do before the decision.
WHILE = (State.SUBMITTED, State.IN_PROGRESS, State.NEEDS_INFORMATION)


class Standing(StrEnum):
    """`over`: the case was decided or ended before anybody answered."""

    OPEN = "open"
    ANSWERED = "answered"
    DECLINED = "declined"
    WITHDRAWN = "withdrawn"
    OVER = "over"


class NoSuchReferral(NotFound):
    message = N_("There is no such referral here. Load the list again.")


class NotNow(Conflict):
    message = N_("Another office can be asked only until the case is decided. Load the case again.")


class NoSuchOffice(BadInput):
    status = 422
    message = N_("Choose one of the offices in the list.")


class NobodyThere(Conflict):
    message = N_("Nobody at this office can answer yet. Ask another one, or write to it yourself.")


class AskedAlready(Conflict):
    message = N_("This office was asked about the case and has not answered yet.")


class NotShared(BadInput):
    status = 422
    message = N_("Tick only answers that are on this case. Load it again, they may have changed.")


class NoWords(BadInput):
    status = 422
    message = N_("Write your words, in up to 4,000 characters.")


class UnfitDay(BadInput):
    status = 422
    message = N_("Choose a day from today on, and within six months.")


class Ended(Conflict):
    message = N_("This referral was answered or ended in the meantime. Nothing was changed.")


@dataclass(frozen=True)
class Wanted:
    """`to` is the provider asked; `fields` name the answers that it may see, and no others."""

    to: str
    text: str
    fields: tuple[str, ...]
    due_on: date


@dataclass(frozen=True)
class Reply:
    """`outcome` is answered or declined, with words for it, and papers when it is answered."""

    outcome: Standing
    text: str
    papers: Sequence[Mapping[str, Any]] = ()


def check_words(text: str) -> str:
    """The words without what surrounds them. Raises NoWords."""
    if not 0 < len(text.strip()) <= LONGEST:
        raise NoWords
    return text.strip()


def check_day(due_on: date, today: date) -> None:
    """Raises UnfitDay."""
    if not today <= due_on <= today + FURTHEST:
        raise UnfitDay
