"""What follows of a publication: those who inherit the service take it over."""

from portal.registry.events import ServicePublished
from portal.registry.heirs import service as heirs


def published(event: ServicePublished) -> None:
    heirs.follow(event.provider, event.service)
