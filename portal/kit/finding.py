"""A provider by its slug, or by the folder, manifest or bundle that declares it."""

from pathlib import Path

from portal.kernel.errors import NotFound
from portal.registry import discovery
from portal.registry.bundles import MOST_PACKED
from portal.registry.contract import Provider
from portal.registry.discovery import Found
from portal.registry.hooks import Hooks
from portal.registry.uploads import domain as uploads


class NoSuchProvider(NotFound):
    message = (
        "There is no provider %(name)s. Name one of those that `portal providers list` tells, or a"
        " folder, manifest or bundle."
    )


def find(name: str) -> Found:
    """Raises NoSuchProvider, ProviderDoesNotLoad, ManifestDoesNotRead."""
    by_slug = {one.provider.slug: one for one in every()}
    if name in by_slug:
        return by_slug[name]
    place = Path(name)
    if place.suffix == ".zip" and place.is_file():
        return Found(of_bundle(place), Hooks(), name, place)
    if place.exists():
        return discovery.at(place)
    raise NoSuchProvider(name=name)


def of_bundle(file: Path) -> Provider:
    """As an upload is read, limits and all. Raises ManifestDoesNotRead."""
    with file.open("rb") as opened:
        return uploads.look(opened.read(MOST_PACKED + 1), "bundle", file.name).provider


def every() -> tuple[Found, ...]:
    """All that this Python finds by itself. Raises ProviderDoesNotLoad."""
    return discovery.found("providers")
