"""What happened to accounts. Ids and codes only."""

from dataclasses import dataclass
from datetime import datetime
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
    """Something new to sign in with; `kind` is app, passkey, codes or text."""

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


@dataclass(frozen=True)
class NewDevice(Event):
    """Somebody signed in with a browser that they had not used before, as makers name it."""

    person_id: UUID
    browser: str
    system: str


@dataclass(frozen=True)
class FactorRemoved(Event):
    """Somebody no longer signs in with this; `kind` is app, passkey or text."""

    person_id: UUID
    kind: str


@dataclass(frozen=True)
class GuardianLinked(Event):
    """Somebody applies for their child, or a second guardian was let in."""

    guardian_id: UUID
    dependant_id: UUID


@dataclass(frozen=True)
class GuardianEnded(Event):
    """One guardian stopped; coming of age ends all without this."""

    guardian_id: UUID
    dependant_id: UUID


@dataclass(frozen=True)
class AccountSecured(Event):
    """The person said that a change was not theirs: what was set up since then goes."""

    person_id: UUID
    since: datetime | None


@dataclass(frozen=True)
class PersonRemoved(Event):
    """The person and all that accounts keep of them are gone; other rooms remove theirs."""

    person_id: UUID
