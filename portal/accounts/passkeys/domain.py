"""What is refused about passkeys, and how it is said."""

from dataclasses import dataclass, replace
from datetime import datetime
from uuid import UUID

from portal.accounts.attempts.domain import ADDRESS
from portal.kernel.errors import N_, DomainError, NotFound

MOST = 20
# Passkeys cannot be guessed: this only keeps a stranger from filling the audit.
REFUSALS = replace(ADDRESS, name="passkey")


class Unfit(Exception):
    """What came from the browser does not hold; `why` is a code for the audit, said to nobody."""

    def __init__(self, why: str, owner: UUID | None = None) -> None:
        super().__init__(why)
        self.why, self.owner = why, owner


class PasskeyRefused(DomainError):
    status = 422
    message = N_("This passkey was not accepted. Try again, or use another way.")


class NoSuchPasskey(NotFound):
    message = N_("There is no such passkey. Go back to your list.")


class EnoughPasskeys(DomainError):
    status = 422
    message = N_("You have as many passkeys as one person can have. Remove one first.")


@dataclass(frozen=True)
class Kept:
    """A passkey as its owner sees it."""

    id: UUID
    name: str
    made: datetime
    used: datetime | None
    backed_up: bool
