"""Keeps the catalogue in step: hears the registry within its own transaction."""

from portal.catalogue import service
from portal.registry.events import ServicePaused, ServicePublished, ServiceResumed


def enter(event: ServicePublished) -> None:
    service.enter(event.provider, event.service)


def pause(event: ServicePaused) -> None:
    service.mark(event.provider, event.service, is_paused=True)


def resume(event: ServiceResumed) -> None:
    service.mark(event.provider, event.service, is_paused=False)
