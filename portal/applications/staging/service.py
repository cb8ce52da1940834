"""The stage of a case: whose work it is, its clock, and what happens when that runs out."""

from collections.abc import Sequence
from datetime import date
from typing import Any

from sqlalchemy import bindparam, select, update
from sqlalchemy.dialects.postgresql import insert

from portal.applications import domain, workflow
from portal.applications.domain import State
from portal.applications.models import Application
from portal.applications.work.models import Rise
from portal.kernel import clock, ids
from portal.kernel.db import db
from portal.registry import domain as declared
from portal.registry import service as registry
from portal.registry.contract import Calendar, Service, Stage

A_BATCH = 2_000
LIFTED = ("post", "officer_id", "level", "rises_on")


def begun(calendar: Calendar, stage: Stage | None) -> dict[str, Any]:
    """The columns of a case whose stage begins now."""
    today = clock.today(calendar.zone)
    due = workflow.limit(calendar, stage, today)
    return {
        "post": stage.post if stage else None,
        "stage_since": clock.now(),
        "stage_due_on": due,
        "stage_days_left": None,
        "rises_on": workflow.rises(calendar, stage, due, 0),
        "level": 0,
    }


def handed_over(offer: registry.Offer) -> dict[str, Any]:
    """The columns of a case that the provider gets: its first stage runs from now on."""
    return begun(offer.provider.calendar, workflow.stage_of(offer.service, None))


def enter(application: Application, slug: str | None) -> None:
    """Bring the case to a stage; whoever holds it keeps it while the work is of one post.

    The first stage runs since the case came in, so that to accept it does not begin it anew.
    """
    offer = registry.version(application.version_id)
    stage = offer.service.stage(slug)
    is_first = stage is not None and stage == offer.service.stages[0]
    if application.stage == slug or (application.stage is None and is_first):
        application.stage = slug
        return
    before = application.post
    for name, value in begun(offer.provider.calendar, stage).items():
        setattr(application, name, value)
    application.stage = slug
    if application.post != before:
        application.officer_id = None


def leave(application: Application) -> None:
    """It is decided: no stage and no clock of one; what is over is nobody's work."""
    application.stage = None
    application.stage_due_on = application.stage_days_left = application.rises_on = None
    if domain.is_over(State(application.state)):
        application.post = application.officer_id = None


def pause(application: Application) -> None:
    """Stop the clock of the stage, as that of the promise."""
    calendar = _calendar(application)
    today = clock.today(calendar.zone)
    if application.stage_due_on is not None and application.stage_due_on >= today:
        application.stage_days_left = domain.days_left(calendar, today, application.stage_due_on)
    application.rises_on = None


def resume(application: Application) -> None:
    offer = registry.version(application.version_id)
    calendar = offer.provider.calendar
    if application.stage_days_left is not None:
        today = clock.today(calendar.zone)
        application.stage_due_on = declared.due_on(calendar, today, application.stage_days_left)
        application.stage_days_left = None
    stage = workflow.stage_of(offer.service, application.stage)
    application.rises_on = workflow.rises(
        calendar, stage, application.stage_due_on, application.level
    )


def _calendar(application: Application) -> Calendar:
    return registry.version(application.version_id).provider.calendar


def rise() -> bool:
    """Let a batch of the cases that stay too long go up to the next post; whether more may wait.

    What a case shows for itself and the line that tells of it are written by two statements for
    the whole batch; a case that somebody works on in this moment comes with the next one.
    """
    today = clock.today()
    rows = _overdue(today)
    lifted = [one for row in rows if (one := _lifted(row)) is not None]
    stuck = [row.id for row in rows if _stage(row) is None]
    if stuck:
        still = update(Application).where(Application.id.in_(stuck)).values(rises_on=None)
        db.session.execute(still)
    if lifted:
        told = [_told(row, today) for row in lifted]
        db.session.execute(insert(Rise).on_conflict_do_nothing(), told)
        table = Application.__table__
        put = update(Application).where(table.c.id == bindparam("case"))
        # Only the columns that change are sent; entities of this session are none of them.
        changed = [{"case": row["id"], **{name: row[name] for name in LIFTED}} for row in lifted]
        db.session.connection().execute(
            put.values({name: bindparam(name) for name in LIFTED}), changed
        )
    return len(rows) == A_BATCH


def _overdue(today: date) -> Sequence[Any]:
    wanted = (
        select(
            Application.id,
            Application.version_id,
            Application.stage,
            Application.stage_due_on,
            Application.level,
            Application.entries,
        )
        .where(Application.rises_on <= today)
        .order_by(Application.rises_on)
        .limit(A_BATCH)
        .with_for_update(skip_locked=True)
    )
    return db.session.execute(wanted).all()


def _stage(row: Any) -> Stage | None:
    """None when there is no level left that it could go up to."""
    service: Service = registry.version(row.version_id).service
    stage = workflow.stage_of(service, row.stage)
    return stage if stage and len(stage.escalates or ()) > row.level else None


def _lifted(row: Any) -> dict[str, Any] | None:
    stage = _stage(row)
    if stage is None or stage.escalates is None:
        return None
    calendar = registry.version(row.version_id).provider.calendar
    level = row.level + 1
    return {
        "id": row.id,
        "stage": stage.slug,
        "number": row.entries,
        "post": stage.escalates[row.level].to,
        "officer_id": None,
        "level": level,
        "rises_on": workflow.rises(calendar, stage, row.stage_due_on, level),
    }


def _told(row: dict[str, Any], today: date) -> dict[str, Any]:
    told = {name: row[name] for name in ("stage", "number", "post", "level")}
    made = {"id": ids.uuid7(), "created_at": clock.now(), "application_id": row["id"]}
    return {**made, **told, "risen_on": today}
