"""Moving running applications to another version: tried first, then done in batches by a job.

Each keeps its reference, state, fee and clock. One that does not fit stays where it is.
"""

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import func, select

from portal.applications import workflow
from portal.applications.domain import ENDED, Actor, Author
from portal.applications.models import Application
from portal.applications.moving import domain
from portal.applications.moving.domain import Fate, Names
from portal.applications.records import service as records
from portal.audit import service as audit
from portal.kernel import clock, keys
from portal.kernel.db import db
from portal.kernel.errors import N_, Conflict
from portal.kernel.jobs import defer, job
from portal.kernel.keys import Erased
from portal.registry import service as registry
from portal.registry.service import Offer

AT_A_TIME = 100
# A rehearsal looks at the newest of them.
MOST = 1000


class SameService(Conflict):
    message = N_("Choose two different versions of one service.")


@dataclass(frozen=True)
class Running:
    """How many applications go on under a version of a service."""

    provider: str
    service: str
    version_id: UUID
    number: int
    count: int
    is_current: bool


@dataclass(frozen=True)
class Outcome:
    """How many fit the other version, how many would stay, and why, by how many."""

    fit: int
    stay: int
    reasons: Mapping[str, int]


def running(provider: str, service: str) -> list[Running]:
    """The versions with running applications, the newest first. Raises NoSuchService."""
    current = registry.offered(provider, service)
    counted = (
        select(Application.version_id, func.count())
        .where(
            Application.provider_slug == provider,
            Application.service_slug == service,
            Application.state.not_in(ENDED),
        )
        .group_by(Application.version_id)
    )
    rows = {row.version_id: row[1] for row in db.session.execute(counted)}
    offers = registry.versions(rows)
    found = [
        Running(provider, service, one, offers[one].number, count, one == current.version_id)
        for one, count in rows.items()
    ]
    return sorted(found, key=lambda one: -one.number)


def left_behind() -> list[Running]:
    """The services with applications that go on under a version that is not offered any more."""
    counted = (
        select(Application.version_id, func.count())
        .where(Application.state.not_in(ENDED))
        .group_by(Application.version_id)
    )
    on = {row.version_id for row in registry.catalogue_rows()}
    rows = {row.version_id: row[1] for row in db.session.execute(counted)}
    offers = registry.versions(rows.keys() - on)
    found = [
        Running(one.provider.slug, one.service.slug, key, one.number, rows[key], is_current=False)
        for key, one in offers.items()
    ]
    return sorted(found, key=lambda one: (one.provider, one.service, -one.number))


def rehearse(from_id: UUID, to_id: UUID, names: Names) -> Outcome:
    """What moving would do, to the newest thousand. Raises SameService, MapUnfit."""
    old, new = _both(from_id, to_id, names)
    fits, reasons = 0, Counter[str]()
    stay = 0
    for application in _some(from_id, MOST):
        found = _fate(application, old, new, names)
        fits, stay = fits + (not found.reasons), stay + bool(found.reasons)
        reasons.update(found.reasons)
    return Outcome(fits, stay, dict(reasons.most_common()))


def begin(from_id: UUID, to_id: UUID, names: Names, by: UUID) -> None:
    """Move what fits, from now on by a job. Raises SameService, MapUnfit."""
    _both(from_id, to_id, names)
    why = ", ".join(f"{old} -> {new or '-'}" for old, new in sorted(names.items()))
    audit.record("applications.move", about=f"version:{to_id}", actor=by, why=f"{from_id}: {why}")
    defer(move, from_id=str(from_id), to_id=str(to_id), names=dict(names), by=str(by))


@job(queue="applications")
def move(from_id: str, to_id: str, names: Names, by: str, after: str | None = None) -> None:
    """Move the next hundred; those that are moved or ended in the meantime are let be."""
    old, new = _both(UUID(from_id), UUID(to_id), names)
    some = list(_some(UUID(from_id), AT_A_TIME, after=UUID(after) if after else None, lock=True))
    for application in some:
        found = _fate(application, old, new, names)
        if found.answers is not None:
            application.answers, application.version_id = found.answers, new.version_id
            application.changed_at = clock.now()
            if application.days_left is None:
                due = application.due_on
                application.appeal_on = workflow.appeals_on(new.service, due)
            records.tell(application, "move", Author(Actor.PORTAL, f"person:{by}"))
    if len(some) == AT_A_TIME:
        last = str(some[-1].id)
        defer(move, from_id=from_id, to_id=to_id, names=dict(names), by=by, after=last)


def _both(from_id: UUID, to_id: UUID, names: Names) -> tuple[Offer, Offer]:
    old, new = registry.version(from_id), registry.version(to_id)
    here = (old.provider.slug, old.service.slug)
    if from_id == to_id or here != (new.provider.slug, new.service.slug):
        raise SameService
    domain.check(old.service, new.service, names, (old.number, new.number))
    return old, new


def _fate(application: Application, old: Offer, new: Offer, names: Names) -> Fate:
    stages = {stage.slug for stage in new.service.stages}
    try:
        found = domain.fate(old.service, new.service, application.answers, names)
    except Erased:
        return Fate(reasons=("erased",))
    if application.stage is not None and application.stage not in stages:
        return Fate(reasons=(*found.reasons, f"stage {application.stage}"))
    return found


def _some(
    version_id: UUID, most: int, *, after: UUID | None = None, lock: bool = False
) -> Iterator[Application]:
    wanted = select(Application).where(
        Application.version_id == version_id, Application.state.not_in(ENDED)
    )
    if after is not None:
        wanted = wanted.where(Application.id > after)
    order = Application.id if lock else Application.id.desc()
    wanted = wanted.order_by(order).limit(most)
    rows = db.session.scalars(wanted.with_for_update() if lock else wanted).all()
    keys.preload(row.subject_id for row in rows)
    yield from rows
