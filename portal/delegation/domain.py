"""What may be done for another, by whom and for how long. No web here, no tables and no clock."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from uuid import UUID

from portal.kernel.errors import N_, Conflict, DomainError, NotFound, Refused

EVERYTHING = "*"
# What operators of a service centre may.
ASSIST = "delegation.assist"
LONGEST = timedelta(days=365)
INVITATION_LASTS = timedelta(days=7)
CODE_LASTS = timedelta(minutes=10)
SESSION_LASTS = timedelta(minutes=60)
OF_AGE = 18
# Typed within a week by somebody elsewhere, or read out within minutes to somebody at a counter.
INVITATION_LENGTH, CODE_LENGTH = 12, 8


class Need(StrEnum):
    """What is done for somebody. Reading what a form of theirs holds is part of filling it in."""

    FILL = "fill"
    SEND = "send"
    FOLLOW = "follow"
    WITHDRAW = "withdraw"
    PAY = "pay"


class Kind(StrEnum):
    """What lets somebody act: a grant, a session with an operator, a signed slip, a child."""

    HELPER = "helper"
    SESSION = "session"
    SLIP = "slip"
    CHILD = "child"


class Standing(StrEnum):
    """Who stands there beside the person, as timelines, officers and departments are told."""

    SELF = "self"
    GUARDIAN = "guardian"
    HELPER = "helper"
    OPERATOR = "operator"


STANDINGS = {
    Kind.HELPER: Standing.HELPER,
    Kind.SESSION: Standing.OPERATOR,
    Kind.SLIP: Standing.OPERATOR,
    Kind.CHILD: Standing.GUARDIAN,
}
ALL_NEEDS = tuple(Need)
# What an operator does at a counter.
AT_A_COUNTER = frozenset({Kind.SESSION, Kind.SLIP})


class NoSuchMandate(NotFound):
    message = N_("There is no such helper or session among yours. Look at the list again.")


class CodeEnded(DomainError):
    """The same for a wrong code, a used one, an ended one, and one that is for somebody else."""

    status = 422
    message = N_("This code does not work, or not any more. Check it, or ask for a new one.")


class TooLong(DomainError):
    status = 422
    message = N_("Choose a day after today and at most one year from now.")


class ActingEnded(Refused):
    message = N_(
        "You may not act for this person any more. Stop acting for them, then go on with your own "
        "things."
    )


class NotLetDo(Refused):
    message = N_(
        "This person did not let you do this for them. Ask them to let you, or stop acting for "
        "them."
    )


class SlipNotSigned(Refused):
    message = N_(
        "Nothing can be sent before the signed slip is kept here. Print it, let the person sign "
        "it, and add a photo of it."
    )


class NotYourself(DomainError):
    status = 422
    message = N_("You need no helper's rights for your own things. Give the contact of another.")


class SlipKeptAlready(Conflict):
    message = N_("The signed slip is kept already. It cannot be changed.")


@dataclass(frozen=True)
class Terms:
    """For which services, as "*", "provider" or "provider/service", and what may be done."""

    services: tuple[str, ...]
    needs: tuple[Need, ...]


@dataclass(frozen=True)
class Acting:
    """For whom somebody acts now, and how far that goes; `mandate_id` is None for one's child."""

    kind: Kind
    person_id: UUID
    actor_id: UUID
    terms: Terms
    ends: datetime | None
    mandate_id: UUID | None = None
    is_signed: bool = True
    centre: str | None = None

    @property
    def standing(self) -> Standing:
        return STANDINGS[self.kind]

    def check(self, need: Need, provider: str | None = None, service: str | None = None) -> None:
        """Raises NotLetDo, SlipNotSigned."""
        if need not in self.terms.needs:
            raise NotLetDo
        if provider is not None and not covers(self.terms.services, provider, service):
            raise NotLetDo
        if need is not Need.FILL and not self.is_signed:
            raise SlipNotSigned


def covers(services: Collection[str], provider: str, service: str | None = None) -> bool:
    return not {EVERYTHING, provider, f"{provider}/{service}"}.isdisjoint(services)


def check_end(ends: datetime, now: datetime) -> None:
    """Raises TooLong."""
    if not now < ends <= now + LONGEST:
        raise TooLong
