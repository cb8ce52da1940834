"""Pausing a case and letting it go on. The only user of the table of pauses."""

from uuid import UUID

from sqlalchemy import select, update
from sqlalchemy.dialects.postgresql import insert

from portal.applications import domain as cases
from portal.applications.domain import Actor, Author, ProviderEvent, State
from portal.applications.pausing.models import CasePause
from portal.applications.reach.service import Reach
from portal.applications.records import service as records
from portal.applications.service import Case
from portal.applications.work import service as work
from portal.kernel import clock
from portal.kernel.db import db
from portal.kernel.errors import N_, BadInput, Conflict
from portal.registry import service as registry
from portal.registry.contract import Pause

RUNS = (State.SUBMITTED, State.IN_PROGRESS)


class NoSuchPause(BadInput):
    status = 422
    message = N_("Choose one of the reasons for which the service lets the clock stand still.")


class NothingToPause(Conflict):
    message = N_("The clock of this case does not run now, or has run out. Load the case again.")


def declared(case: Case) -> tuple[Pause, ...]:
    return registry.version(case.version_id).service.pauses or ()


def now(case: Case) -> Pause | None:
    """Why the clock of the case stands still now; None when it runs or waits for the person."""
    here = CasePause.application_id == case.id, CasePause.ended_at.is_(None)
    reason = db.session.scalar(select(CasePause.reason).where(*here))
    return next((one for one in declared(case) if one.slug == reason), None)


def may_pause(case: Case) -> bool:
    """Whether the clock runs, and the service has reasons to stop it."""
    due = case.due_on if case.state in RUNS and case.days_left is None else None
    return due is not None and due >= records.today(case) and bool(declared(case))


def pause(case: Case, reason: str, officer: UUID, reach: Reach) -> None:
    """Let both clocks stand still; whoever calls has locked the case.

    Raises NoSuchPause, NothingToPause, NotYourPost, HeldByAnother, OwnCase.
    """
    chosen = [one for one in declared(case) if one.slug == reason]
    if not chosen:
        raise NoSuchPause
    _check(case, officer, reach)
    if not may_pause(case):
        raise NothingToPause
    row = CasePause(application_id=case.id, reason=reason, begun_by=officer)
    row.ended_at = None
    values = {column.name: getattr(row, column.name) for column in CasePause.__table__.columns}
    put = insert(CasePause).values(values).on_conflict_do_nothing().returning(CasePause.id)
    if db.session.scalar(put) is None:
        raise NothingToPause
    records.stop_clock(case)
    _tell(case, ProviderEvent(type="pause", message=chosen[0].title.texts), officer)


def resume(case: Case, officer: UUID, reach: Reach) -> None:
    """Let the clocks go on. Raises NothingToPause, NotYourPost, HeldByAnother, OwnCase."""
    _check(case, officer, reach)
    if not end(case.id):
        raise NothingToPause
    records.start_clock(case)
    _tell(case, ProviderEvent(type="resume"), officer)


def end(application_id: UUID) -> bool:
    """Whether a pause ended by this; a move of the case ends it, too."""
    mine = CasePause.application_id == application_id, CasePause.ended_at.is_(None)
    ended = update(CasePause).where(*mine).values(ended_at=clock.now()).returning(CasePause.id)
    return db.session.scalar(ended) is not None


def _check(case: Case, officer: UUID, reach: Reach) -> None:
    if officer == case.person_id:
        raise cases.OwnCase
    if not work.works_on(case, reach):
        raise cases.NotYourPost
    if case.officer_id not in (None, officer):
        raise cases.HeldByAnother


def _tell(case: Case, event: ProviderEvent, officer: UUID) -> None:
    case.changed_at = clock.now()
    records.tell(case, event.type, Author(Actor.OFFICER, f"person:{officer}"), event)
