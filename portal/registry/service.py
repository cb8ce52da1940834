"""What providers offer: recorded and looked up.

Whether a declaration makes sense is conformance.py's, what changed between two is changes.py's,
and who publishes it is publishing's.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal, NamedTuple
from uuid import UUID

from sqlalchemy import ColumnElement, Select, bindparam, delete, func, or_, select, tuple_, update
from sqlalchemy.dialects.postgresql import distinct_on, insert

from portal.audit import service as audit
from portal.kernel import clock, ids
from portal.kernel.db import Json, db, unit
from portal.kernel.errors import N_, DomainError, NotFound
from portal.registry import conformance, contract, hook_paths, inheriting
from portal.registry.contract import Inherited, Offering, Origin, Provider, Service, Words
from portal.registry.discovery import hooks_of
from portal.registry.finding import SLUG
from portal.registry.kept import Kept
from portal.registry.models import (
    CatalogueStamp,
    Heir,
    PlannedPublication,
    ProviderHealth,
    RecordedProvider,
    ServiceDefinition,
    ServiceState,
    ServiceVersion,
    VersionProposal,
    VersionPublication,
    VersionTurn,
)

VersionState = Literal["draft", "proposed", "approved", "published", "retired"]
Path = tuple[str, str]
# Some 30 KB each when parsed.
_definitions: Kept[UUID, "Pinned"] = Kept(512)
_billing: Kept[UUID | None, tuple[Provider, ...]] = Kept(2)
PATH_OF_BILLS = ("provider", "hooks", "bills")
STAMP = "registry.stamp"
# Put together once: that costs more than sending it.
OFFERED = (
    select(
        ServiceState.version_id,
        ServiceState.paused_by,
        ServiceState.pause_reason,
        (ProviderHealth.state == "later").label("is_later"),
    )
    .outerjoin(ProviderHealth, ProviderHealth.provider_slug == ServiceState.provider_slug)
    .where(
        ServiceState.provider_slug == bindparam("provider"),
        ServiceState.service_slug == bindparam("service"),
    )
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


@dataclass(frozen=True)
class Pinned:
    """One version, parsed. The same for as long as the house stands."""

    version_id: UUID
    number: int
    provider: Provider
    service: Service
    origin: Origin | None = None


@dataclass(frozen=True)
class Offer(Pinned):
    """`pinned` is a version that was asked for by its id: whether it is still on is not said.

    `is_later`: the provider's own machine is away, so that what is sent is worked on later.
    """

    state: Literal["published", "paused", "pinned"] = "pinned"
    pause_reason: Words | None = None
    is_later: bool = False


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
    planned_at: datetime | None
    was_on: bool
    current_id: UUID | None
    is_paused: bool

    @property
    def state(self) -> VersionState:
        """`approved` waits for its time; one that was called off before is a draft again."""
        if self.current_id == self.id:
            return "published"
        if self.planned_at:
            return "approved"
        if self.published_by:
            return "retired" if self.was_on else "draft"
        return "proposed" if self.proposed_by else "draft"


class Recorded(NamedTuple):
    """`is_new` is false when the very same was recorded before."""

    version_id: UUID
    is_new: bool


@dataclass(frozen=True)
class CatalogueRow:
    provider: str
    service: str
    version_id: UUID
    is_paused: bool


# --- Recording and publishing -------------------------------------------------------------------


def sync(providers: Iterable[Provider]) -> list[Version]:
    """Record each definition that is new as a draft; says which. Raises ProviderDoesNotConform."""
    recorded: list[Recorded | None] = []
    for provider in providers:
        _refuse_unfit(provider)
        row = {"slug": provider.slug, "created_at": clock.now()}
        db.session.execute(insert(RecordedProvider).values(row).on_conflict_do_nothing())
        queue_up(provider.slug)
        recorded += [_record(provider, service) for service in provider.services]
        _forget_heirs(provider)
        recorded += [inherit(provider, inherited) for inherited in provider.inherits]
    return [find(one.version_id) for one in recorded if one is not None and one.is_new]


def inherit(provider: Provider, inherited: Inherited) -> Recorded | None:
    """Record what the provider inherits, as its definition is published now.

    None when nobody has published the definition yet, or when it does not fit what is said
    otherwise here: then the heir's row says so.
    """
    row = _heir(provider, inherited)
    try:
        defined = offered(row.parent_provider, row.parent_service)
    except NoSuchService:
        return None
    service = inheriting.resolved(defined.service, inherited)
    provider = inheriting.staffed(provider, defined.provider)
    resolved = inheriting.alone(provider, service)
    wrong = _wrong(resolved) or _unanswered(resolved)
    if defined.origin is not None:
        wrong = f"{inherited.service} is inherited itself. Inherit {defined.origin.service}."
    row.problem = wrong or None
    db.session.flush()
    if wrong:
        return None
    return _record(provider, service, inheriting.origin(inherited, defined.number))


def declared(row: Heir) -> tuple[Provider, Inherited]:
    """What the heir declared last."""
    provider = Provider.model_validate(row.told["provider"])
    return provider, Inherited.model_validate(row.told["inherited"])


def _heir(provider: Provider, inherited: Inherited) -> Heir:
    parent, service = inheriting.path_of(inherited)
    row = db.session.get(Heir, (provider.slug, service))
    if row is None:
        row = Heir(provider_slug=provider.slug, service_slug=service)
        db.session.add(row)
    alone = provider.model_copy(update={"services": (), "inherits": ()})
    parts = {"provider": alone, "inherited": inherited}
    row.parent_provider, row.parent_service = parent, service
    row.told = {n: one.model_dump(mode="json", exclude_none=True) for n, one in parts.items()}
    return row


def _forget_heirs(provider: Provider) -> None:
    """What it does not declare any more it does not inherit; what is on stays as it is."""
    kept = [inheriting.path_of(one)[1] for one in provider.inherits]
    gone = delete(Heir).where(Heir.provider_slug == provider.slug, Heir.service_slug.not_in(kept))
    db.session.execute(gone)


def _refuse_unfit(provider: Provider) -> None:
    if said := _wrong(provider):
        raise ProviderDoesNotConform(provider=provider.slug, findings=said)


def _wrong(provider: Provider) -> str:
    """The errors of a declaration, in sentences; empty when there is none."""
    wrong = [one for one in conformance.findings(provider) if one.weight == "error"]
    return " ".join(f"{one.place}: {one.sentence}" for one in wrong)


def _unanswered(provider: Provider) -> str:
    """What its services ask of a provider that answers nothing of the kind."""
    found = hook_paths.unanswered(provider, hooks_of(provider.slug))
    asked = [one for one in found if one.place.startswith("services.")]
    return " ".join(f"{one.place}: {one.sentence}" for one in asked)


def _record(provider: Provider, service: Service, origin: Origin | None = None) -> Recorded:
    definition = contract.definition(provider, service, origin)
    digest = contract.digest(definition)
    here = _of(provider.slug, service.slug)
    same = select(ServiceVersion.id).where(here, ServiceVersion.digest == digest)
    if known := db.session.scalar(same):
        return Recorded(known, is_new=False)
    last = db.session.scalar(select(func.max(ServiceVersion.number)).where(here))
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
    return Recorded(version.id, is_new=True)


def _sane(*slugs: str) -> bool:
    """Whether these may be slugs at all: what an address holds may be anything."""
    return all(SLUG.match(slug) for slug in slugs)


def queue_up(provider: str) -> None:
    """One at a time for each provider, until this transaction ends."""
    row = select(RecordedProvider.slug).where(RecordedProvider.slug == provider)
    db.session.execute(row.with_for_update())


def _take(version_id: UUID) -> Version:
    queue_up(find(version_id).provider)
    return find(version_id)


def bump() -> None:
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
        return Offer(**vars(pinned) | {"state": "published", "is_later": bool(found.is_later)})
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


def answering_for_bills() -> tuple[Provider, ...]:
    """Who declares where it answers for bills, each as its newest publication has it.

    All publications are looked through, so the answer is kept for as long as nothing changes.
    """
    now = stamp()
    if (known := _billing.get(now)) is None:
        newest = (
            select(ServiceState.version_id)
            .ext(distinct_on(ServiceState.provider_slug))
            .join(ServiceVersion, ServiceVersion.id == ServiceState.version_id)
            .join(ServiceDefinition)
            .where(ServiceDefinition.definition[PATH_OF_BILLS].is_not(None))
            .order_by(ServiceState.provider_slug, ServiceState.publication_id.desc())
        )
        known = tuple(one.provider for one in versions(db.session.scalars(newest)).values())
        _billing.put(now, known)
    return known


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
    return Pinned(version_id, number, offering.provider, offering.service, offering.origin)


def _of(provider: str, service: str) -> ColumnElement[bool]:
    return (ServiceVersion.provider_slug == provider) & (ServiceVersion.service_slug == service)


def _latest(where: ColumnElement[bool], *path: Any) -> Select[*tuple[Any, ...]]:
    """Versions with their newest proposal; with a path, the newest version of each."""
    distinct = path or (ServiceVersion.number,)
    turned = select(VersionTurn.id).where(VersionTurn.version_id == ServiceVersion.id)
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
            PlannedPublication.at.label("planned_at"),
            turned.exists().label("was_on"),
            ServiceState.version_id.label("current_id"),
            ServiceState.paused_by.is_not(None).label("is_paused"),
        )
        .ext(distinct_on(*distinct))
        .outerjoin(VersionProposal, VersionProposal.version_id == ServiceVersion.id)
        .outerjoin(VersionPublication, VersionPublication.proposal_id == VersionProposal.id)
        .outerjoin(PlannedPublication, PlannedPublication.version_id == ServiceVersion.id)
        .outerjoin(
            ServiceState,
            (ServiceState.provider_slug == ServiceVersion.provider_slug)
            & (ServiceState.service_slug == ServiceVersion.service_slug),
        )
        .where(where)
        .order_by(*path, ServiceVersion.number.desc(), VersionProposal.id.desc())
    )


# --- How providers fare -------------------------------------------------------------------------


def note_health(provider_slug: str, state: Literal["well", "later"]) -> None:
    """Say whether the provider's own machine takes what people send, for the catalogue to tell.

    One that was never away has no row.
    """
    here = ProviderHealth.provider_slug == provider_slug
    told_now = {"state": state, "since": clock.now()}
    other = update(ProviderHealth).where(here, ProviderHealth.state != state).values(told_now)
    changed = db.session.scalar(other.returning(ProviderHealth.provider_slug))
    if changed is None and state != "well":
        row = insert(ProviderHealth).values(told_now | {"provider_slug": provider_slug})
        put = row.on_conflict_do_nothing().returning(ProviderHealth.provider_slug)
        changed = db.session.scalar(put)
    if changed is not None:
        bump()
