"""What the post tells upward. Ids only."""

from dataclasses import dataclass
from uuid import UUID

from portal.kernel.events import Event


@dataclass(frozen=True)
class MailCameBack(Event):
    """A mail could not be delivered, at once or later; `person_id` is the subject it went to."""

    message_id: UUID
    person_id: UUID
