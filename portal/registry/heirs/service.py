"""One definition, given by many: who inherits it, how they differ, and keeping them in step."""

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import select

from portal.kernel.db import db
from portal.kernel.jobs import defer, job
from portal.registry import service as registry
from portal.registry.contract import Words
from portal.registry.inheriting import overrides
from portal.registry.models import Heir, ServiceState
from portal.registry.publishing import service as publishing


@dataclass(frozen=True)
class Inheritor:
    """Who gives a service that another one defines. `version_id` is what it offers today, if any.

    `behind` says that this was made from an older version of the definition.
    """

    provider: str
    name: Words
    differs: tuple[str, ...]
    version_id: UUID | None
    behind: bool
    problem: str | None


def of(provider: str, service: str, after: str = "", most: int = 200) -> Sequence[Inheritor]:
    """Who inherits this service, by slug."""
    wanted = (
        select(Heir, ServiceState.version_id)
        .outerjoin(
            ServiceState,
            (ServiceState.provider_slug == Heir.provider_slug)
            & (ServiceState.service_slug == Heir.service_slug),
        )
        .where(
            Heir.parent_provider == provider,
            Heir.parent_service == service,
            Heir.provider_slug > after,
        )
    )
    rows = db.session.execute(wanted.order_by(Heir.provider_slug).limit(most)).all()
    pairs: list[tuple[Heir, UUID | None]] = [(heir, on) for heir, on in rows]
    offers = registry.versions(on for _, on in pairs if on is not None)
    newest = _on(provider, service)
    return [_inheritor(heir, offers.get(on) if on else None, newest) for heir, on in pairs]


def follow(provider: str, service: str) -> None:
    """The definition is another: let everybody who inherits it take it over, each by itself."""
    wanted = select(Heir.provider_slug).where(
        Heir.parent_provider == provider, Heir.parent_service == service
    )
    for heir in db.session.scalars(wanted.order_by(Heir.provider_slug)):
        defer(take_over, provider=heir, service=service)


@job(queue="upkeep")
def take_over(provider: str, service: str) -> None:
    """Record the newest definition for one heir; where an earlier one is on, offer it at once.

    Two people have agreed to the change where it was made, and to what differs here before.
    """
    row = db.session.get(Heir, (provider, service))
    if row is None:
        return
    definition = registry.offered(row.parent_provider, row.parent_service)
    recorded = registry.inherit(*registry.declared(row))
    if recorded is not None and _on(provider, service) is not None:
        publishing.publish_as(recorded.version_id, definition.version_id)


def _on(provider: str, service: str) -> int | None:
    """The number of the version that people are offered."""
    try:
        return registry.offered(provider, service).number
    except registry.NoSuchService:
        return None


def _inheritor(heir: Heir, offer: registry.Offer | None, newest: int | None) -> Inheritor:
    provider, inherited = registry.declared(heir)
    made_from = offer.origin.version if offer and offer.origin else None
    return Inheritor(
        provider=heir.provider_slug,
        name=provider.name,
        differs=tuple(overrides(inherited)),
        version_id=offer.version_id if offer else None,
        behind=made_from is not None and made_from != newest,
        problem=heir.problem,
    )
