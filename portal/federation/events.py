"""What happens in this room."""

from dataclasses import dataclass
from uuid import UUID

from portal.kernel.events import Event


@dataclass(frozen=True)
class IdentityLinked(Event):
    """The person may sign in with this identity provider from now on."""

    person_id: UUID
    provider: str


@dataclass(frozen=True)
class IdentityUnlinked(Event):
    """The person may no longer sign in with it."""

    person_id: UUID
    provider: str
