"""What happened to a service as it is offered. Ids and slugs only."""

from dataclasses import dataclass
from uuid import UUID

from portal.kernel.events import Event


@dataclass(frozen=True)
class VersionProposed(Event):
    """Somebody wants this version on in place of the one of today; it is tried before that."""

    version_id: UUID
    provider: str
    service: str


@dataclass(frozen=True)
class ServicePublished(Event):
    """People are offered this version from now on."""

    version_id: UUID
    provider: str
    service: str


@dataclass(frozen=True)
class ServicePaused(Event):
    provider: str
    service: str


@dataclass(frozen=True)
class ServiceResumed(Event):
    provider: str
    service: str
