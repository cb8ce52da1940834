"""The life events that people are offered today: those of which two services or more are on."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from uuid import UUID

from portal.kernel.errors import N_, NotFound
from portal.registry import discovery
from portal.registry import service as registry
from portal.registry.kept import Kept
from portal.registry.life_events import LifeEvent
from portal.registry.service import NoSuchService, Offer

FEWEST = 2


class NoSuchLifeEvent(NotFound):
    message = N_("There is no such life event now. Look through all services.")


@dataclass(frozen=True)
class Gathered:
    """A life event with the services of it that are on and not paused, by path."""

    event: LifeEvent
    offers: Mapping[str, Offer]


_kept: Kept[UUID | None, tuple[Gathered, ...]] = Kept(2)


def offered() -> tuple[Gathered, ...]:
    """Looked up once for each state of the catalogue."""
    now = registry.stamp()
    if (known := _kept.get(now)) is None:
        gathered = (_gathered(event) for event in discovery.life_events())
        known = tuple(one for one in gathered if len(one.offers) >= FEWEST)
        _kept.put(now, known)
    return known


def find(slug: str) -> Gathered:
    """Raises NoSuchLifeEvent."""
    found = next((one for one in offered() if one.event.slug == slug), None)
    if found is None:
        raise NoSuchLifeEvent
    return found


def about(code: str) -> Sequence[LifeEvent]:
    """Those that stand on the page of a life event of the catalogue."""
    return [one.event for one in offered() if one.event.about == code]


def of_service(provider: str, service: str) -> Sequence[LifeEvent]:
    """Those that this service belongs to."""
    path = f"{provider}/{service}"
    return [one.event for one in offered() if path in one.offers]


def _gathered(event: LifeEvent) -> Gathered:
    return Gathered(event, dict(_on(event)))


def _on(event: LifeEvent) -> Iterator[tuple[str, Offer]]:
    for included in event.services:
        provider, _, service = included.service.partition("/")
        try:
            offer = registry.offered(provider, service)
        except NoSuchService:
            continue
        if offer.state == "published":
            yield included.service, offer
