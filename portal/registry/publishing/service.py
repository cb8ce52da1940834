"""What becomes of a version: proposed, tried, approved by another, on at its time, taken back.

Recording and looking up are portal.registry.service's.
"""

from dataclasses import asdict, dataclass
from datetime import datetime, timedelta
from typing import ClassVar
from uuid import UUID

from sqlalchemy import delete, select
from sqlalchemy.dialects.postgresql import insert

from portal.audit import service as audit
from portal.kernel import clock, events
from portal.kernel.db import db
from portal.kernel.errors import N_, BadInput, Conflict, DomainError
from portal.kernel.jobs import job
from portal.registry import changes
from portal.registry import service as registry
from portal.registry.contract import Words
from portal.registry.events import (
    ServicePaused,
    ServicePublished,
    ServiceResumed,
    VersionProposed,
)
from portal.registry.models import (
    PlannedPublication,
    ServiceState,
    VersionProposal,
    VersionPublication,
    VersionTrial,
    VersionTurn,
)
from portal.registry.service import NoSuchService, Version, find

LONGEST_AHEAD = timedelta(days=366)


class AlreadyProposed(DomainError):
    message = N_("This version is proposed already. Another person must publish it.")


class AlreadyPublished(DomainError):
    message = N_("This version is published already.")


class AlreadyApproved(DomainError):
    message = N_("This version is approved already. It is published when its time comes.")


class NotProposed(DomainError):
    message = N_("Somebody must propose this version before it can be published.")


class NotApproved(DomainError):
    message = N_("This version does not wait for its time. There is nothing to call off.")


class TwoPeopleNeeded(DomainError):
    status = 403
    message = N_("You proposed this version. Another person must publish it.")


class NotTriedYet(Conflict):
    message = N_(
        "The new rules are being tried on past applications. Look again in a minute, then decide."
    )


class TooFarAhead(BadInput):
    status: ClassVar[int] = 422
    message = N_("Choose a time within a year from now.")


class NothingBefore(Conflict):
    message = N_("There is no earlier version of this service to go back to.")


class AlreadyPaused(DomainError):
    message = N_("This service is paused already.")


class NotPaused(DomainError):
    message = N_("This service is not paused.")


class PauseNeedsReason(BadInput):
    status = 422
    message = N_("Say why the service is paused. People read it on the page of the service.")


class ReasonNeeded(BadInput):
    status: ClassVar[int] = 422
    message = N_("Say why you go back. It stays in the record.")


@dataclass(frozen=True)
class Trial:
    """How past applications fare under a version that is proposed, against the one they were under.

    Of `tried` applications, so many would pay another fee, lose or gain the right to the service,
    or lack an answer; `untold` cannot be judged, since a fact is missing. `running` applications
    and `drafts` keep the version that they have.
    """

    tried: int = 0
    fee: int = 0
    lose: int = 0
    gain: int = 0
    lacking: int = 0
    untold: int = 0
    running: int = 0
    drafts: int = 0


# --- Two people, and a time ---------------------------------------------------------------------


def propose(version_id: UUID, by: UUID) -> None:
    """Raises NoSuchVersion, AlreadyProposed, AlreadyApproved, AlreadyPublished."""
    version = _take(version_id)
    if version.state == "proposed":
        raise AlreadyProposed
    _refuse_settled(version)
    db.session.add(VersionProposal(version_id=version_id, proposed_by=by))
    db.session.flush()
    audit.record("service.propose", about=f"version:{version_id}", actor=by)
    if version.current_id:
        events.publish(VersionProposed(version_id, version.provider, version.service))


def publish(version_id: UUID, by: UUID, at: datetime | None = None) -> None:
    """The second person agrees: people are offered this version now, or from `at` on.

    Raises NoSuchVersion, NotProposed, TwoPeopleNeeded, NotTriedYet, TooFarAhead, AlreadyApproved,
    AlreadyPublished.
    """
    version = _take(version_id)
    _refuse_settled(version)
    if version.state != "proposed":
        raise NotProposed
    if version.proposed_by == by:
        raise TwoPeopleNeeded
    if needs_trial(version) and trial(version) is None:
        raise NotTriedYet
    publication = _approve(version, by)
    if at is not None and at > clock.now():
        _plan(version, publication, at, by)
    else:
        _turn_on(version, publication, by)


def publish_as(version_id: UUID, definition_id: UUID) -> None:
    """Offer what was inherited, in the names of the two who published its definition."""
    first, second = _who_published(definition_id)
    if _take(version_id).state in ("published", "approved"):
        return
    db.session.add(VersionProposal(version_id=version_id, proposed_by=first))
    db.session.flush()
    version = find(version_id)
    _turn_on(version, _approve(version, second), second)


def call_off(version_id: UUID, by: UUID) -> None:
    """Take an approval back before its time: the version is a draft again.

    Raises NoSuchVersion, NotApproved.
    """
    version = _take(version_id)
    gone = delete(PlannedPublication).where(PlannedPublication.version_id == version_id)
    if not db.session.execute(gone.returning(PlannedPublication.version_id)).first():
        raise NotApproved
    audit.record("service.call_off", about=f"version:{version.id}", actor=by)


@job(queue="upkeep")
def publish_due() -> None:
    """Turn on what was approved for a time that has come, the earliest first."""
    waiting = select(PlannedPublication).where(PlannedPublication.at <= clock.now())
    order = (PlannedPublication.at, PlannedPublication.publication_id)
    for version_id in [row.version_id for row in db.session.scalars(waiting.order_by(*order))]:
        version = _take(version_id)
        taken = delete(PlannedPublication).where(PlannedPublication.version_id == version_id)
        row = db.session.execute(taken.returning(PlannedPublication)).scalar_one_or_none()
        # Somebody may have called it off in the meantime.
        if row is not None:
            _turn_on(version, row.publication_id, row.approved_by)


def before(provider: str, service: str) -> Version | None:
    """The version that was on before the one of today: what going back leads to."""
    state = db.session.get(ServiceState, (provider, service))
    turn = state and _turn_before(state)
    return find(turn.version_id) if turn else None


def roll_back(provider: str, service: str, by: UUID, why: str) -> Version:
    """Offer again what was on before. Two people have agreed to it once, so that one may do this.

    Raises NoSuchService, ReasonNeeded, NothingBefore.
    """
    state = _state(provider, service)
    if not why:
        raise ReasonNeeded
    turn = _turn_before(state)
    if turn is None:
        raise NothingBefore
    version = find(turn.version_id)
    about = f"version:{version.id}"
    audit.record("service.roll_back", about=about, actor=by, why=why)
    _turn_on(version, turn.publication_id, by)
    return version


def _refuse_settled(version: Version) -> None:
    if version.state == "approved":
        raise AlreadyApproved
    if version.state == "published":
        raise AlreadyPublished


def _approve(version: Version, by: UUID) -> UUID:
    newest = select(VersionProposal.id).where(VersionProposal.version_id == version.id)
    newest = newest.order_by(VersionProposal.created_at.desc(), VersionProposal.id.desc()).limit(1)
    publication = VersionPublication(
        proposal_id=db.session.scalars(newest).one(),
        version_id=version.id,
        proposed_by=version.proposed_by,
        published_by=by,
    )
    db.session.add(publication)
    db.session.flush()
    return publication.id


def _plan(version: Version, publication_id: UUID, at: datetime, by: UUID) -> None:
    if at - clock.now() > LONGEST_AHEAD:
        raise TooFarAhead
    row = PlannedPublication(
        publication_id=publication_id, version_id=version.id, at=at, approved_by=by
    )
    db.session.add(row)
    db.session.flush()
    audit.record("service.approve", about=f"version:{version.id}", actor=by, why=at.isoformat())


def _turn_on(version: Version, publication_id: UUID, by: UUID) -> None:
    on = {"publication_id": publication_id, "version_id": version.id}
    here = {"provider_slug": version.provider, "service_slug": version.service}
    db.session.add(VersionTurn(**here | on, turned_by=by))
    db.session.flush()
    statement = insert(ServiceState).values(here | on)
    db.session.execute(statement.on_conflict_do_update(index_elements=list(here), set_=on))
    registry.bump()
    audit.record("service.publish", about=f"version:{version.id}", actor=by)
    events.publish(ServicePublished(version.id, version.provider, version.service))


def _who_published(version_id: UUID) -> tuple[UUID, UUID]:
    wanted = select(VersionPublication.proposed_by, VersionPublication.published_by)
    newest = wanted.where(VersionPublication.version_id == version_id)
    newest = newest.order_by(VersionPublication.id.desc()).limit(1)
    first, second = db.session.execute(newest).one()
    return first, second


def _turn_before(state: ServiceState) -> VersionTurn | None:
    """The newest turn to another version than the one that is on."""
    wanted = select(VersionTurn).where(
        VersionTurn.provider_slug == state.provider_slug,
        VersionTurn.service_slug == state.service_slug,
        VersionTurn.version_id != state.version_id,
    )
    return db.session.scalar(wanted.order_by(VersionTurn.id.desc()).limit(1))


# --- Tried on past applications -----------------------------------------------------------------


def needs_trial(version: Version) -> bool:
    """Whether it decides differently from what people are offered now."""
    if version.current_id is None or version.current_id == version.id:
        return False
    offers = registry.versions((version.id, version.current_id))
    return changes.decides_otherwise(offers[version.current_id].service, offers[version.id].service)


def note_trial(version_id: UUID, trial: Trial) -> None:
    """Keep how past applications fare; the room that has them tells it."""
    db.session.add(VersionTrial(version_id=version_id, told=asdict(trial)))
    db.session.flush()


def trial(version: Version) -> Trial | None:
    """The newest since it was proposed; None while there is none."""
    if version.proposed_at is None:
        return None
    wanted = select(VersionTrial).where(
        VersionTrial.version_id == version.id, VersionTrial.created_at >= version.proposed_at
    )
    row = db.session.scalar(wanted.order_by(VersionTrial.id.desc()).limit(1))
    return Trial(**row.told) if row else None


# --- Paused -------------------------------------------------------------------------------------


def pause(provider: str, service: str, by: UUID, reason: Words | None) -> None:
    """Take no applications for now. Raises NoSuchService, AlreadyPaused, PauseNeedsReason."""
    state = _state(provider, service)
    if reason is None:
        raise PauseNeedsReason
    if state.paused_by:
        raise AlreadyPaused
    state.paused_by, state.paused_at, state.pause_reason = by, clock.now(), dict(reason.texts)
    registry.bump()
    audit.record("service.pause", about=f"service:{provider}/{service}", actor=by)
    events.publish(ServicePaused(provider, service))


def resume(provider: str, service: str, by: UUID) -> None:
    """Raises NoSuchService, NotPaused."""
    state = _state(provider, service)
    if not state.paused_by:
        raise NotPaused
    state.paused_by = state.paused_at = state.pause_reason = None
    registry.bump()
    audit.record("service.resume", about=f"service:{provider}/{service}", actor=by)
    events.publish(ServiceResumed(provider, service))


def _take(version_id: UUID) -> Version:
    registry.queue_up(find(version_id).provider)
    return find(version_id)


def _state(provider: str, service: str) -> ServiceState:
    registry.offered(provider, service)
    registry.queue_up(provider)
    state = db.session.get(ServiceState, (provider, service), populate_existing=True)
    if state is None:
        raise NoSuchService
    return state
