"""What happened to accounts. Ids and codes only."""

from dataclasses import dataclass
from uuid import UUID

from portal.kernel.events import Event


@dataclass(frozen=True)
class PersonRegistered(Event):
    """The account is complete: its second factor was set."""

    person_id: UUID


@dataclass(frozen=True)
class SignedIn(Event):
    person_id: UUID


@dataclass(frozen=True)
class FactorSet(Event):
    """A new authenticator app or new recovery codes; `kind` is app or codes."""

    person_id: UUID
    kind: str


@dataclass(frozen=True)
class PasswordChanged(Event):
    person_id: UUID


@dataclass(frozen=True)
class DetailsChanged(Event):
    person_id: UUID


@dataclass(frozen=True)
class RoleGranted(Event):
    person_id: UUID
    role: str
    provider: str | None


@dataclass(frozen=True)
class RoleRevoked(Event):
    person_id: UUID
    role: str
    provider: str | None
