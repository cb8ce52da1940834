"""What providers offer: recorded, proposed, published by a second person, paused, looked up.

Whether a declaration makes sense is conformance.py's; what changed between two is domain.py's.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal
from uuid import UUID

from sqlalchemy import ColumnElement, Select, bindparam, func, or_, select, tuple_
from sqlalchemy.dialects.postgresql import distinct_on, insert

from portal.audit import service as audit
from portal.kernel import clock, events, ids
from portal.kernel.db import Json, db, unit
from portal.kernel.errors import N_, BadInput, DomainError, NotFound
from portal.registry import conformance, contract
from portal.registry.contract import Offering, Provider, Service, Words
from portal.registry.events import ServicePaused, ServicePublished, ServiceResumed
from portal.registry.finding import SLUG
from portal.registry.kept import Kept
from portal.registry.models import (
    CatalogueStamp,
    RecordedProvider,
    ServiceDefinition,
    ServiceState,
    ServiceVersion,
    VersionProposal,
    VersionPublication,
)

VersionState = Literal["draft", "proposed", "published", "retired"]
Path = tuple[str, str]
# Some 30 KB each when parsed.
_definitions: Kept[UUID, "Pinned"] = Kept(512)
STAMP = "registry.stamp"
# Put together once: that costs more than sending it.
OFFERED = select(ServiceState.version_id, ServiceState.paused_by, ServiceState.pause_reason).where(
    ServiceState.provider_slug == bindparam("provider"),
    ServiceState.service_slug == bindparam("service"),
)


class NoSuchService(NotFound):
    message = N_("There is no such service. Search for it, or look through all services.")


class NoSuchProvider(NotFound):
    message = N_("There is no such provider. Look through all services.")


class NoSuchVersion(NotFound):
    message = N_("There is no such version of a service.")


class ProviderDoesNotConform(DomainError):
    status = 422
    message = N_("%(provider)s is not recorded until this is put right: %(findings)s")


class AlreadyProposed(DomainError):
    message = N_("This version is proposed already. Another person must publish it.")


class AlreadyPublished(DomainError):
    message = N_("This version is published already.")


class NotProposed(DomainError):
    message = N_("Somebody must propose this version before it can be published.")


class TwoPeopleNeeded(DomainError):
    status = 403
    message = N_("You proposed this version. Another person must publish it.")


class AlreadyPaused(DomainError):
    message = N_("This service is paused already.")


class NotPaused(DomainError):
    message = N_("This service is not paused.")


class PauseNeedsReason(BadInput):
    status = 422
    message = N_("Say why the service is paused. People read it on the page of the service.")


@dataclass(frozen=True)
class Pinned:
    """One version, parsed. The same for as long as the house stands."""

    version_id: UUID
    number: int
    provider: Provider
    service: Service


@dataclass(frozen=True)
class Offer(Pinned):
    """`pinned` is a version that was asked for by its id: whether it is still on is not said."""

    state: Literal["published", "paused", "pinned"] = "pinned"
    pause_reason: Words | None = None


@dataclass(frozen=True)
class Version:
    """One version as a clerk sees it: who did what to it, and when."""

    id: UUID
    provider: str
    service: str
    number: int
    recorded_at: datetime
    proposed_by: UUID | None
    proposed_at: datetime | None
    published_by: UUID | None
    published_at: datetime | None
    current_id: UUID | None
    is_paused: bool

    @property
    def state(self) -> VersionState:
        if self.current_id == self.id:
            return "published"
        if self.published_by:
            return "retired"
        return "proposed" if self.proposed_by else "draft"


@dataclass(frozen=True)
class CatalogueRow:
    provider: str
    service: str
    version_id: UUID
    is_paused: bool


# --- Recording and publishing -------------------------------------------------------------------


def sync(providers: Iterable[Provider]) -> list[Version]:
    """Record each definition that is new as a draft; says which. Raises ProviderDoesNotConform."""
    recorded = []
    for provider in providers:
        _refuse_unfit(provider)
        row = {"slug": provider.slug, "created_at": clock.now()}
        db.session.execute(insert(RecordedProvider).values(row).on_conflict_do_nothing())
        _queue_up(provider.slug)
        recorded += [_record(provider, service) for service in provider.services]
    return [find(version_id) for version_id in recorded if version_id]


def propose(version_id: UUID, by: UUID) -> None:
    """Raises NoSuchVersion, AlreadyProposed, AlreadyPublished."""
    version = _take(version_id)
    if version.state == "proposed":
        raise AlreadyProposed
    if version.state == "published":
        raise AlreadyPublished
    db.session.add(VersionProposal(version_id=version_id, proposed_by=by))
    db.session.flush()
    audit.record("service.propose", about=f"version:{version_id}", actor=by)


def publish(version_id: UUID, by: UUID) -> None:
    """Offer this version from now on.

    Raises NoSuchVersion, NotProposed, TwoPeopleNeeded, AlreadyPublished.
    """
    version = _take(version_id)
    if version.state == "published":
        raise AlreadyPublished
    if version.state != "proposed":
        raise NotProposed
    if version.proposed_by == by:
        raise TwoPeopleNeeded
    _turn_on(version, by)
    _bump()
    audit.record("service.publish", about=f"version:{version_id}", actor=by)
    events.publish(ServicePublished(version_id, version.provider, version.service))


def pause(provider: str, service: str, by: UUID, reason: Words | None) -> None:
    """Take no applications for now. Raises NoSuchService, AlreadyPaused, PauseNeedsReason."""
    state = _state(provider, service)
    if reason is None:
        raise PauseNeedsReason
    if state.paused_by:
        raise AlreadyPaused
    state.paused_by, state.paused_at, state.pause_reason = by, clock.now(), dict(reason.texts)
    _bump()
    audit.record("service.pause", about=f"service:{provider}/{service}", actor=by)
    events.publish(ServicePaused(provider, service))


def resume(provider: str, service: str, by: UUID) -> None:
    """Raises NoSuchService, NotPaused."""
    state = _state(provider, service)
    if not state.paused_by:
        raise NotPaused
    state.paused_by = state.paused_at = state.pause_reason = None
    _bump()
    audit.record("service.resume", about=f"service:{provider}/{service}", actor=by)
    events.publish(ServiceResumed(provider, service))


def _refuse_unfit(provider: Provider) -> None:
    wrong = [one for one in conformance.findings(provider) if one.weight == "error"]
    if wrong:
        said = " ".join(f"{one.place}: {one.sentence}" for one in wrong)
        raise ProviderDoesNotConform(provider=provider.slug, findings=said)


def _record(provider: Provider, service: Service) -> UUID | None:
    """The id of the new version; None when this definition is known."""
    definition = contract.definition(provider, service)
    digest = contract.digest(definition)
    number, same = ServiceVersion.number, ServiceVersion.digest == digest
    known = select(func.max(number), func.max(number).filter(same))
    last, found = db.session.execute(known.where(_of(provider.slug, service.slug))).one()
    if found:
        return None
    frozen = {"digest": digest, "definition": definition}
    db.session.execute(insert(ServiceDefinition).values(frozen).on_conflict_do_nothing())
    version = ServiceVersion(
        provider_slug=provider.slug,
        service_slug=service.slug,
        number=(last or 0) + 1,
        digest=digest,
    )
    db.session.add(version)
    db.session.flush()
    audit.record("service.record", about=f"version:{version.id}", actor="registry.sync")
    return version.id


def _sane(*slugs: str) -> bool:
    """Whether these may be slugs at all: what an address holds may be anything."""
    return all(SLUG.match(slug) for slug in slugs)


def _queue_up(provider: str) -> None:
    """One at a time for each provider, until this transaction ends."""
    row = select(RecordedProvider.slug).where(RecordedProvider.slug == provider)
    db.session.execute(row.with_for_update())


def _take(version_id: UUID) -> Version:
    _queue_up(find(version_id).provider)
    return find(version_id)


def _state(provider: str, service: str) -> ServiceState:
    offered(provider, service)
    _queue_up(provider)
    state = db.session.get(ServiceState, (provider, service), populate_existing=True)
    if state is None:
        raise NoSuchService
    return state


def _turn_on(version: Version, by: UUID) -> None:
    newest = select(VersionProposal.id).where(VersionProposal.version_id == version.id)
    newest = newest.order_by(VersionProposal.created_at.desc()).limit(1)
    publication = VersionPublication(
        proposal_id=db.session.scalars(newest).one(),
        version_id=version.id,
        proposed_by=version.proposed_by,
        published_by=by,
    )
    db.session.add(publication)
    db.session.flush()
    on = {"publication_id": publication.id, "version_id": version.id}
    here = {"provider_slug": version.provider, "service_slug": version.service}
    statement = insert(ServiceState).values(here | on)
    db.session.execute(statement.on_conflict_do_update(index_elements=list(here), set_=on))


def _bump() -> None:
    stamp_now = {"stamp": ids.uuid7()}
    statement = insert(CatalogueStamp).values({"id": 1} | stamp_now)
    db.session.flush()
    db.session.execute(statement.on_conflict_do_update(index_elements=["id"], set_=stamp_now))
    unit().pop(STAMP, None)


# --- Looking up ---------------------------------------------------------------------------------


def stamp() -> UUID | None:
    """Changes whenever anything does that the catalogue shows: what caches are kept under."""
    notes = unit()
    if STAMP not in notes:
        notes[STAMP] = db.session.scalar(select(CatalogueStamp.stamp))
    known: UUID | None = notes[STAMP]
    return known


def offered(provider: str, service: str) -> Offer:
    """What people are offered today, paused or not. Raises NoSuchService."""
    here = {"provider": provider, "service": service}
    found = _sane(provider, service) and db.session.execute(OFFERED, here).first()
    if not found:
        raise NoSuchService
    pinned = versions([found.version_id])[found.version_id]
    if found.paused_by is None:
        return Offer(**vars(pinned) | {"state": "published"})
    reason = Words(texts=found.pause_reason)
    return Offer(**vars(pinned) | {"state": "paused", "pause_reason": reason})


def version(version_id: UUID) -> Offer:
    """One version, whatever became of it. Asks the database once for each. Raises NoSuchVersion."""
    found = versions([version_id])
    if version_id not in found:
        raise NoSuchVersion
    return found[version_id]


def versions(version_ids: Iterable[UUID]) -> dict[UUID, Offer]:
    """Several at once, with one question to the database at most; unknown ones are left out."""
    wanted = set(version_ids)
    kept = {one: pinned for one in wanted if (pinned := _definitions.get(one))}
    if missing := wanted - set(kept):
        rows = db.session.execute(
            select(ServiceVersion.id, ServiceVersion.number, ServiceDefinition.definition)
            .join(ServiceDefinition)
            .where(ServiceVersion.id.in_(missing))
        )
        for version_id, number, definition in rows:
            kept[version_id] = _parse(version_id, number, definition)
            _definitions.put(version_id, kept[version_id])
    return {one: Offer(**vars(pinned)) for one, pinned in kept.items()}


def provider(slug: str) -> Provider:
    """The provider as the newest publication of any of its services has it.

    Raises NoSuchProvider, also while none of its services was published.
    """
    newest = (
        select(ServiceState.version_id)
        .where(ServiceState.provider_slug == slug)
        .order_by(ServiceState.publication_id.desc())
        .limit(1)
    )
    found = db.session.scalar(newest) if _sane(slug) else None
    if found is None:
        raise NoSuchProvider
    return version(found).provider


def catalogue_rows() -> list[CatalogueRow]:
    """Every service that is on, by provider and service."""
    state = ServiceState
    rows = db.session.execute(
        select(state.provider_slug, state.service_slug, state.version_id, state.paused_by).order_by(
            state.provider_slug, state.service_slug
        )
    )
    return [CatalogueRow(here, name, on, by is not None) for here, name, on, by in rows]


def find(version_id: UUID) -> Version:
    """Raises NoSuchVersion."""
    row = db.session.execute(_latest(ServiceVersion.id == version_id)).first()
    if row is None:
        raise NoSuchVersion
    return Version(*row)


def history(provider: str, service: str) -> list[Version]:
    """All versions of a service, newest first. Raises NoSuchService."""
    rows = _sane(provider, service) and db.session.execute(_latest(_of(provider, service))).all()
    if not rows:
        raise NoSuchService
    return [Version(*row) for row in rows]


def newest(after: Path = ("", ""), most: int = 50, *, waiting: bool = False) -> Sequence[Version]:
    """The newest version of each service; only those that are not on yet when `waiting`."""
    path = (ServiceVersion.provider_slug, ServiceVersion.service_slug)
    each = _latest(tuple_(*path) > after, *path).subquery()
    found = select(each).order_by(each.c.provider_slug, each.c.service_slug).limit(most)
    if waiting:
        found = found.where(or_(each.c.current_id.is_(None), each.c.current_id != each.c.id))
    return [Version(*row) for row in db.session.execute(found)]


def _parse(version_id: UUID, number: int, definition: Json) -> Pinned:
    offering = Offering.model_validate(definition)
    return Pinned(version_id, number, offering.provider, offering.service)


def _of(provider: str, service: str) -> ColumnElement[bool]:
    return (ServiceVersion.provider_slug == provider) & (ServiceVersion.service_slug == service)


def _latest(where: ColumnElement[bool], *path: Any) -> Select[*tuple[Any, ...]]:
    """Versions with their newest proposal; with a path, the newest version of each."""
    distinct = path or (ServiceVersion.number,)
    return (
        select(
            ServiceVersion.id,
            ServiceVersion.provider_slug,
            ServiceVersion.service_slug,
            ServiceVersion.number,
            ServiceVersion.created_at,
            VersionProposal.proposed_by,
            VersionProposal.created_at.label("proposed_at"),
            VersionPublication.published_by,
            VersionPublication.created_at.label("published_at"),
            ServiceState.version_id.label("current_id"),
            ServiceState.paused_by.is_not(None).label("is_paused"),
        )
        .ext(distinct_on(*distinct))
        .outerjoin(VersionProposal, VersionProposal.version_id == ServiceVersion.id)
        .outerjoin(VersionPublication, VersionPublication.proposal_id == VersionProposal.id)
        .outerjoin(
            ServiceState,
            (ServiceState.provider_slug == ServiceVersion.provider_slug)
            & (ServiceState.service_slug == ServiceVersion.service_slug),
        )
        .where(where)
        .order_by(*path, ServiceVersion.number.desc(), VersionProposal.created_at.desc())
    )
