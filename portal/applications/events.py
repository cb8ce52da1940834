"""What is told upward of an application: ids and codes, never an answer."""

from dataclasses import dataclass
from uuid import UUID

from portal.kernel.events import Event


@dataclass(frozen=True)
class ApplicationSubmitted(Event):
    application_id: UUID


@dataclass(frozen=True)
class ApplicationAnswered(Event):
    """The person corrected what the provider asked about."""

    application_id: UUID


@dataclass(frozen=True)
class ApplicationWithdrawn(Event):
    application_id: UUID


@dataclass(frozen=True)
class StateChanged(Event):
    """The provider or an officer moved the application; told after every such move."""

    application_id: UUID
    state: str


@dataclass(frozen=True)
class ApplicationPaid(Event):
    """The fee of an application that the provider has already was paid."""

    application_id: UUID


@dataclass(frozen=True)
class MeetingChanged(Event):
    """A visit or an appointment was set, moved or called off, or is not needed any more."""

    application_id: UUID
    what: str


@dataclass(frozen=True)
class RenewalDue(Event):
    """What was issued on this application ends soon."""

    application_id: UUID
