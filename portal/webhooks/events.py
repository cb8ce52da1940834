"""What happened to endpoints and messages. Ids, slugs and codes only."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from portal.kernel.events import Event


@dataclass(frozen=True)
class EndpointFailing(Event):
    """The third try in a row failed, whichever message it was of."""

    endpoint_id: UUID
    provider: str
    since: datetime


@dataclass(frozen=True)
class EndpointSwitchedOff(Event):
    """Nothing is sent there any more; `reason` is gone or failing."""

    endpoint_id: UUID
    provider: str
    reason: str
    at: datetime


@dataclass(frozen=True)
class DeliveryGivenUp(Event):
    """A message was tried as often as planned; those behind it wait for a person."""

    delivery_id: UUID
    provider: str
    at: datetime
