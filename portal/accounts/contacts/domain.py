"""Contacts: their kinds, how long a code for one is good, and how many may be sent."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from portal.accounts.attempts.domain import FORGOTTEN_AFTER, Limit
from portal.kernel.errors import N_, DomainError

HOUR = timedelta(hours=1)
# So many codes, whenever they were asked for, then an hour without any.
FOR_CONTACT = Limit("code for contact", 5, FORGOTTEN_AFTER, HOUR, HOUR)
FOR_PERSON = Limit("code for person", 5, FORGOTTEN_AFTER, HOUR, HOUR)
# Of its own, so that no stranger who asks for codes to a number takes a sign-in away.
FOR_SIGN_IN = Limit("code for sign-in", 5, FORGOTTEN_AFTER, HOUR, HOUR)
# Visitors who are nobody yet.
FOR_ADDRESS = Limit("code for address", 10, HOUR, HOUR, HOUR)
# How often a number can be asked to be released, whether that is stopped or not.
RELEASES = Limit("release", 2, FORGOTTEN_AFTER, FORGOTTEN_AFTER, FORGOTTEN_AFTER)
RELEASE_WAITS = timedelta(hours=24)


class Kind(StrEnum):
    EMAIL = "email"
    MOBILE = "mobile"


class LastContact(DomainError):
    status = 422
    message = N_(
        "This is the only contact that you have proven. Prove another first, then remove this."
    )


class CannotBeProven(DomainError):
    status = 422
    message = N_("This portal sends no text messages. Give an e-mail address.")


@dataclass(frozen=True)
class Contact:
    kind: Kind
    value: str


@dataclass(frozen=True)
class Known:
    """A contact as its owner sees it. `waits` is what shall take its place once it is proven.

    `leaves` is when the number goes to its next owner, unless that is stopped.
    """

    kind: Kind
    value: str | None
    is_proven: bool = False
    waits: str | None = None
    leaves: datetime | None = None

    @property
    def to_prove(self) -> str | None:
        return self.waits or (None if self.is_proven else self.value)


def masked(contact: Contact) -> str:
    """As much as its owner needs to know it by, for pages before the sign-in is done."""
    if contact.kind is Kind.MOBILE:
        return f"•••• {contact.value[-4:]}"
    name, _, host = contact.value.partition("@")
    return f"{name[:1]}•••@{host}"
