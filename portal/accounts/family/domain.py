"""Guardians and children: who may be which, and what is told of them."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum
from uuid import UUID

from portal.accounts.attempts.domain import FORGOTTEN_AFTER, Limit
from portal.kernel.errors import N_, Conflict, DomainError, NotFound

INVITATION_LASTS = timedelta(days=7)
CODE_LENGTH = 12
HOUR = timedelta(hours=1)
# Whoever is signed in types another guardian's code, or adds children.
CODES = Limit("guardian code", 10, FORGOTTEN_AFTER, HOUR, HOUR)
ADDING = Limit("child added", 12, FORGOTTEN_AFTER, FORGOTTEN_AFTER, FORGOTTEN_AFTER)


class Relation(StrEnum):
    MOTHER = "mother"
    FATHER = "father"
    GRANDPARENT = "grandparent"
    GUARDIAN = "guardian"


RELATIONS = {
    Relation.MOTHER: N_("Mother"),
    Relation.FATHER: N_("Father"),
    Relation.GRANDPARENT: N_("Grandparent with the right of care"),
    Relation.GUARDIAN: N_("Guardian, appointed by law"),
}


class NoSuchChild(NotFound):
    message = N_("There is no such child among yours. Look at your family again.")


class NotOfAge(DomainError):
    status = 403
    message = N_("Only somebody of 18 years or older can be a guardian.")


class NoChild(DomainError):
    status = 422
    message = N_(
        "Here you add children under 18. Somebody of age can let you act for them under Helpers."
    )


class GuardianAlready(Conflict):
    message = N_("You are this child's guardian already. Look at your family.")


class LastGuardian(Conflict):
    message = N_(
        "Your child has an account and needs a guardian until 18. Let another guardian join "
        "first, then end yours."
    )


class GuardianCodeUnfit(DomainError):
    status = 422
    message = N_("This code does not work, or not any more. Check it, or ask for a new one.")


@dataclass(frozen=True)
class Dependant:
    """A child under 18, as a guardian of theirs sees them."""

    id: UUID
    name: str
    birth_date: date
    has_account: bool
    relation: Relation


@dataclass(frozen=True)
class Guardian:
    id: UUID
    name: str
    relation: Relation
    since: datetime
