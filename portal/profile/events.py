"""What happens in this room."""

from dataclasses import dataclass
from uuid import UUID

from portal.kernel.events import Event


@dataclass(frozen=True)
class ProfileChanged(Event):
    """The person changed this group of their profile."""

    person_id: UUID
    group: str
