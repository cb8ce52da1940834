"""What happens in this room."""

from dataclasses import dataclass
from uuid import UUID

from portal.kernel.events import Event


@dataclass(frozen=True)
class ConsentGiven(Event):
    consent_id: UUID
    application_id: UUID
    person_id: UUID
