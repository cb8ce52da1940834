"""The times that are free, seats that are taken, and how visits and appointments went."""

from collections.abc import Collection, Iterable, Sequence
from datetime import datetime, timedelta
from typing import NamedTuple, cast
from uuid import UUID

from sqlalchemy import Select, Table, func, select
from sqlalchemy.dialects.postgresql import insert

from portal.applications import workflow
from portal.applications.domain import State
from portal.applications.meetings import domain
from portal.applications.meetings.domain import Slot, Standing
from portal.applications.meetings.models import Meeting, MeetingPhoto
from portal.applications.models import Application
from portal.applications.reach.service import Reach, reached
from portal.kernel import clock
from portal.kernel.db import db, wait_patiently
from portal.registry import service as registry
from portal.registry.contract import Calendar, Stage

TABLE = cast("Table", Meeting.__table__)
# What callers read; the columns are changed here alone.
Met = Meeting
MOST_LISTED = 500
GIVEN_BACK = (Standing.MOVED, Standing.CALLED_OFF)


class Wanted(NamedTuple):
    """When and where; `seats` are how many there are at that time, None where nobody counts."""

    slot: Slot
    office: str | None = None
    seats: int | None = None
    officer_id: UUID | None = None


def stage_of(application: Application) -> Stage | None:
    service = registry.version(application.version_id).service
    return workflow.stage_of(service, application.stage)


def calendar(application: Application) -> Calendar:
    return registry.version(application.version_id).provider.calendar


# --- What there is ------------------------------------------------------------------------------


def of_stage(application: Application) -> Sequence[Meeting]:
    """All since the stage began, the oldest first."""
    wanted = select(Meeting).where(Meeting.application_id == application.id)
    if application.stage_since is not None:
        wanted = wanted.where(Meeting.created_at >= application.stage_since)
    return db.session.scalars(wanted.order_by(Meeting.created_at, Meeting.id)).all()


def of_case(application: Application) -> Sequence[Meeting]:
    mine = select(Meeting).where(Meeting.application_id == application.id)
    return db.session.scalars(mine.order_by(Meeting.created_at, Meeting.id)).all()


def coming(application: Application) -> Meeting | None:
    """The one that is set and still to be held."""
    mine = _set().where(Meeting.application_id == application.id)
    return db.session.scalar(mine)


def is_met(application: Application) -> bool:
    return any(one.state == Standing.DONE for one in of_stage(application))


def unmet(application: Application) -> bool:
    """Whether the stage asks for a visit or an appointment that was not held."""
    stage = stage_of(application)
    asked = (stage.visit or stage.appointment) if stage else None
    return asked is not None and asked.required and not is_met(application)


def waits(application: Application) -> bool:
    """Whether the clock of the stage stands still until the person chooses a time."""
    stage = stage_of(application)
    if stage is None or stage.appointment is None or not stage.appointment.pauses:
        return False
    held = (Standing.SET, Standing.DONE)
    return not any(one.state in held for one in of_stage(application))


def free(application: Application, office: str) -> list[Slot]:
    """The times at this office with a seat left. Raises NothingToSet."""
    stage = stage_of(application)
    if stage is None or stage.appointment is None:
        raise domain.NothingToSet
    offered = list(domain.slots(calendar(application), stage.appointment, clock.now()))
    taken = _taken(application, office, offered) if offered else {}
    return [one for one in offered if taken.get(one.starts_at, 0) < stage.appointment.seats]


def _taken(application: Application, office: str, offered: Sequence[Slot]) -> dict[datetime, int]:
    counted = (
        select(Meeting.starts_at, func.count())
        .where(
            Meeting.provider_slug == application.provider_slug,
            Meeting.service_slug == application.service_slug,
            Meeting.office == office,
            Meeting.seat.is_not(None),
            Meeting.starts_at.between(offered[0].starts_at, offered[-1].starts_at),
        )
        .group_by(Meeting.starts_at)
    )
    return {row[0]: row[1] for row in db.session.execute(counted)}


# --- Setting, moving, calling off ---------------------------------------------------------------


def put(application: Application, wanted: Wanted) -> Meeting:
    """Set it, instead of the one that was set before, if any. Raises SlotTaken.

    Both at once: whoever finds the seat taken keeps the time that they had.
    """
    wait_patiently()
    with db.session.begin_nested():
        before = coming(application)
        if before is not None:
            _end(before, Standing.MOVED)
        return _seated(application, wanted)


def _seated(application: Application, wanted: Wanted) -> Meeting:
    numbers = range(1, wanted.seats + 1) if wanted.seats is not None else (None,)
    for seat in numbers:
        row = _row(application, wanted, seat)
        values = {column.name: getattr(row, column.name) for column in TABLE.columns}
        fresh = insert(TABLE).on_conflict_do_nothing().returning(TABLE.c.id)
        found = db.session.scalar(fresh, values)
        if found is not None:
            return db.session.get_one(Meeting, found)
    raise domain.SlotTaken


def _row(application: Application, wanted: Wanted, seat: int | None) -> Meeting:
    stage = stage_of(application)
    return Meeting(
        subject_id=application.subject_id,
        application_id=application.id,
        provider_slug=application.provider_slug,
        service_slug=application.service_slug,
        stage=stage.slug if stage else "",
        kind="visit" if wanted.office is None else "appointment",
        office=wanted.office,
        starts_at=wanted.slot.starts_at,
        ends_at=wanted.slot.ends_at,
        seat=seat,
        state=Standing.SET,
        officer_id=wanted.officer_id,
        changed_at=clock.now(),
    )


def call_off(application: Application) -> bool:
    """Give back what was set, if anything was."""
    meeting = coming(application)
    if meeting is None:
        return False
    _end(meeting, Standing.CALLED_OFF)
    return True


def _end(meeting: Meeting, state: Standing) -> None:
    meeting.state, meeting.seat, meeting.changed_at = state, None, clock.now()
    db.session.flush()


def wish(meeting: Meeting, text: str) -> None:
    """Keep that the person asks for another time of a visit."""
    meeting.wish = text
    meeting.changed_at = clock.now()
    db.session.flush()


def changes(application: Application) -> int:
    """How often what was set at this stage was moved or called off."""
    return sum(one.state in GIVEN_BACK for one in of_stage(application))


def wished(application: Application) -> bool:
    return any(one.wish_sealed is not None for one in of_stage(application))


def hold(meeting: Meeting, state: Standing, remarks: str | None, officer_id: UUID) -> None:
    """Write down how it went."""
    meeting.state, meeting.remarks, meeting.officer_id = state, remarks, officer_id
    meeting.changed_at = clock.now()
    db.session.flush()


def add_photos(meeting: Meeting, files: Iterable[UUID]) -> None:
    rows = (
        MeetingPhoto(subject_id=meeting.subject_id, meeting_id=meeting.id, file_id=one)
        for one in files
    )
    db.session.add_all(rows)
    db.session.flush()


def photos(meetings: Collection[Meeting]) -> dict[UUID, list[UUID]]:
    """The files of each, in the order in which they were added."""
    ids = [one.id for one in meetings]
    wanted = select(MeetingPhoto).where(MeetingPhoto.meeting_id.in_(ids))
    found: dict[UUID, list[UUID]] = {}
    for row in db.session.scalars(wanted.order_by(MeetingPhoto.id)):
        found.setdefault(row.meeting_id, []).append(row.file_id)
    return found


# --- Lists --------------------------------------------------------------------------------------


def _set() -> Select[Meeting]:
    return select(Meeting).where(Meeting.state == Standing.SET)


def of_days(reach: Reach, since: datetime, days: int = 1) -> Sequence[tuple[Meeting, Application]]:
    """All that is set, or was held, in these days among the cases that are reached."""
    of_cases = select(Meeting, Application).join(
        Application, Application.id == Meeting.application_id
    )
    wanted = of_cases.where(
        reached(reach),
        Meeting.starts_at >= since,
        Meeting.starts_at < since + timedelta(days=days),
        Meeting.state.not_in(GIVEN_BACK),
    )
    ordered = wanted.order_by(Meeting.starts_at, Meeting.office, Meeting.seat, Meeting.id)
    found = db.session.execute(ordered.limit(MOST_LISTED))
    return [(row[0], row[1]) for row in found]


def ahead(person_id: UUID) -> Sequence[tuple[Meeting, Application]]:
    """What is set for this person, with its application."""
    found = db.session.execute(
        select(Meeting, Application)
        .join(Application, Application.id == Meeting.application_id)
        .where(Meeting.state == Standing.SET, Application.person_id == person_id)
        .where(Meeting.ends_at >= clock.now())
        .order_by(Meeting.starts_at, Meeting.id)
    )
    return [(row[0], row[1]) for row in found]


def people_between(since: datetime, until: datetime) -> Sequence[UUID]:
    """Whose visit or appointment is in this time."""
    wanted = (
        select(Application.person_id)
        .join(Meeting, Application.id == Meeting.application_id)
        .where(Meeting.state == Standing.SET, Meeting.starts_at.between(since, until))
    )
    return db.session.scalars(wanted.order_by(Meeting.starts_at, Meeting.id)).all()


def may_be_set(application: Application) -> bool:
    return State(application.state) in (State.SUBMITTED, State.IN_PROGRESS)
