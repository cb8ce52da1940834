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
    """The provider or an officer moved the application; told after every such move.

    `why` is appeal where the outcome of one did it, of which AppealEnded tells.
    """

    application_id: UUID
    state: str
    why: str = ""


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


@dataclass(frozen=True)
class DocumentEnded(Event):
    """A document that was issued on it was taken back, or another stands in its place."""

    application_id: UUID
    act: str


@dataclass(frozen=True)
class ApplicationAppealed(Event):
    """An appeal was opened: `act` says by whom, as the table of appeals calls it."""

    application_id: UUID
    appeal_id: UUID
    act: str


@dataclass(frozen=True)
class AppealEnded(Event):
    """An appeal was decided, withdrawn, or settled by a decision that came late.

    `ground` is what it was about, `then` what the application became by it, if anything.
    """

    application_id: UUID
    appeal_id: UUID
    state: str
    ground: str = ""
    then: str = ""


@dataclass(frozen=True)
class MessageWritten(Event):
    """Somebody wrote in the thread of an application: `side` is person or office."""

    application_id: UUID
    number: int
    side: str
