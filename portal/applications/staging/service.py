"""The stage of a case: whose work it is, its clock, and what happens when that runs out."""

from collections.abc import Sequence
from datetime import date
from typing import Any, NamedTuple
from uuid import UUID

from sqlalchemy import Integer, Uuid, any_, func, literal, select, update
from sqlalchemy.dialects.postgresql import ARRAY, insert

from portal.applications import domain, workflow
from portal.applications.domain import State
from portal.applications.meetings import service as meetings
from portal.applications.models import Application
from portal.applications.work.models import Rise
from portal.kernel import clock, ids
from portal.kernel.db import db
from portal.registry import domain as declared
from portal.registry import service as registry
from portal.registry.contract import Calendar, Stage

A_BATCH = 5_000
# Nothing of these rows was read into the session.
UNREAD = {"synchronize_session": False}


class Kind(NamedTuple):
    """What decides where a case goes up to, and when again."""

    version_id: UUID
    stage: str | None
    level: int
    due_on: date | None


def begun(calendar: Calendar, stage: Stage | None) -> dict[str, Any]:
    """The columns of a case whose stage begins now."""
    today = clock.today(calendar.zone)
    due = workflow.limit(calendar, stage, today)
    # Nobody has chosen a time yet.
    stands = bool(stage and stage.appointment and stage.appointment.pauses)
    return {
        "post": stage.post if stage else None,
        "stage_since": clock.now(),
        "stage_due_on": due,
        "stage_days_left": stage.days if stands and stage else None,
        "rises_on": None if stands else workflow.rises(calendar, stage, due, 0),
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
    meetings.call_off(application)
    for name, value in begun(offer.provider.calendar, stage).items():
        setattr(application, name, value)
    application.stage = slug
    if application.post != before:
        application.officer_id = None


def leave(application: Application) -> None:
    """It is decided: no stage and no clock of one; what is over is nobody's work."""
    meetings.call_off(application)
    application.stage = None
    application.stage_due_on = application.stage_days_left = application.rises_on = None
    application.appeal_on = None
    if domain.is_over(State(application.state)):
        application.post = application.officer_id = None


def pause(application: Application) -> None:
    """Stop the clock of the stage, as that of the promise."""
    calendar = _calendar(application)
    today = clock.today(calendar.zone)
    due = application.stage_due_on if application.stage_days_left is None else None
    if due is not None and due >= today:
        application.stage_days_left = domain.days_left(calendar, today, due)
    application.rises_on = None


def resume(application: Application) -> None:
    """Let it go on, unless it stands still until a time for an appointment is chosen."""
    if meetings.waits(application):
        return
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

    Cases of one version, stage, level and limit go up together, by two statements; a case that
    somebody works on in this moment comes with the next batch.
    """
    today = clock.today()
    rows = _overdue(today)
    alike: dict[Kind, list[Any]] = {}
    for row in rows:
        kind = Kind(row.version_id, row.stage, row.level, row.stage_due_on)
        alike.setdefault(kind, []).append(row)
    for kind, some in alike.items():
        _lift(kind, some, today)
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


def _lift(kind: Kind, rows: Sequence[Any], today: date) -> None:
    offer = registry.version(kind.version_id)
    stage = workflow.stage_of(offer.service, kind.stage)
    levels = (stage.escalates or ()) if stage else ()
    here = literal([row.id for row in rows], ARRAY(Uuid))
    those = update(Application).where(Application.id == any_(here))
    if stage is None or kind.level >= len(levels):
        # Moved to a version that has no such level: there is nowhere to go up to.
        db.session.execute(those.values(rises_on=None), execution_options=UNREAD)
        return
    level, post = kind.level + 1, levels[kind.level].to
    after = workflow.rises(offer.provider.calendar, stage, kind.due_on, level)
    up = those.values(post=post, officer_id=None, level=level, rises_on=after)
    db.session.execute(up, execution_options=UNREAD)
    _tell(rows, {"stage": stage.slug, "level": level, "post": post, "risen_on": today})


def _tell(rows: Sequence[Any], risen: dict[str, Any]) -> None:
    """A line for each that tells of it."""
    each = (
        func.unnest(
            literal([ids.uuid7() for _ in rows], ARRAY(Uuid)),
            literal([row.id for row in rows], ARRAY(Uuid)),
            literal([row.entries for row in rows], ARRAY(Integer)),
        )
        .table_valued("id", "application_id", "number", name="each")
        .render_derived()
    )
    same = {"created_at": clock.now(), **risen}
    columns = [getattr(Rise, name) for name in same]
    told = [
        literal(value, column.type) for value, column in zip(same.values(), columns, strict=True)
    ]
    lines = select(each.c.id, each.c.application_id, each.c.number, *told)
    names = ["id", "application_id", "number", *same]
    db.session.execute(insert(Rise).from_select(names, lines).on_conflict_do_nothing())
