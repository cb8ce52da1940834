"""What is done with a visit or an appointment: the line in the timeline, the clock, who is told.

The meetings themselves are kept in `portal.applications.meetings`.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from portal.applications import domain as cases
from portal.applications import service
from portal.applications.domain import Actor, Author, Behalf
from portal.applications.events import MeetingChanged
from portal.applications.meetings import domain
from portal.applications.meetings import service as meetings
from portal.applications.meetings.domain import Slot, Standing
from portal.applications.meetings.service import Met, Wanted
from portal.applications.pausing import service as pausing
from portal.applications.reach.service import Reach
from portal.applications.records import service as records
from portal.applications.service import Case
from portal.applications.staging import service as staging
from portal.applications.work import service as work
from portal.files import service as files
from portal.kernel import clock
from portal.kernel.events import publish
from portal.registry.contract import Appointment, Visit

MOST_PHOTOS, PHOTO_BYTES = 10, 10_000_000
PICTURES = ("jpeg", "png", "webp")
# What stands in the timeline, and is told, when an officer writes down how it went.
HELD = {Standing.DONE: "met", Standing.NOBODY: "met_nobody", Standing.REFUSED: "met_refused"}


@dataclass(frozen=True)
class Outcome:
    """How it went, as an officer writes it down; `photos` are streams with their names."""

    state: str
    remarks: str | None = None
    photos: Sequence[tuple[Any, str]] = ()


def appointment_of(case: Case) -> Appointment:
    """What the stage declares. Raises NothingToSet."""
    stage = meetings.stage_of(case)
    if stage is None or stage.appointment is None or not meetings.may_be_set(case):
        raise domain.NothingToSet
    return stage.appointment


def visit_of(case: Case) -> Visit:
    """Raises NothingToSet."""
    stage = meetings.stage_of(case)
    if stage is None or stage.visit is None or not meetings.may_be_set(case):
        raise domain.NothingToSet
    return stage.visit


# --- By the person ------------------------------------------------------------------------------


def choose(
    person_id: UUID, reference: str, office: str, starts_at: datetime, by: Behalf | None = None
) -> Met:
    """Take this time, instead of the one chosen before.

    Raises NoSuchApplication, NothingToSet, NoSuchSlot, MovedEnough, SlotTaken.
    """
    case = service.find(person_id, reference, lock=True, by=by)
    declared, before = appointment_of(case), meetings.coming(case)
    if declared.office(office) is None or meetings.is_met(case):
        raise domain.NoSuchSlot
    if before is not None and (before.office, before.starts_at) == (office, starts_at):
        return before
    if before is not None:
        _check_changes(case, declared)
    slot = _offered(case, declared, starts_at)
    chosen = meetings.put(case, Wanted(slot, office, declared.seats))
    _tell(case, "meeting_moved" if before else "meeting_set", _person(person_id, by))
    return chosen


def _offered(case: Case, declared: Appointment, starts_at: datetime) -> Slot:
    for one in domain.slots(meetings.calendar(case), declared, clock.now()):
        if one.starts_at == starts_at:
            return one
    raise domain.NoSuchSlot


def call_off(person_id: UUID, reference: str, by: Behalf | None = None) -> None:
    """Give the chosen time back. Raises NoSuchApplication, NothingToSet, MovedEnough."""
    case = service.find(person_id, reference, lock=True, by=by)
    declared = appointment_of(case)
    if meetings.coming(case) is None:
        raise domain.NothingToSet
    _check_changes(case, declared)
    meetings.call_off(case)
    _tell(case, "meeting_off", _person(person_id, by))


def _check_changes(case: Case, declared: Appointment) -> None:
    if meetings.changes(case) >= declared.moves:
        raise domain.MovedEnough


def ask_another(person_id: UUID, reference: str, text: str, by: Behalf | None = None) -> None:
    """Ask once for another time of a visit. Raises NothingToSet, AskedEnough."""
    case = service.find(person_id, reference, lock=True, by=by)
    meeting = meetings.coming(case)
    if meeting is None or not may_ask(case):
        raise domain.AskedEnough
    meetings.wish(meeting, text)
    records.tell(case, "meeting_wish", _person(person_id, by))


def may_ask(case: Case) -> bool:
    """Whether the person may ask for another time of the visit that is set."""
    return visit_of(case).may_ask and not meetings.wished(case)


def _person(person_id: UUID, by: Behalf | None) -> Author:
    return by.author if by else Author(Actor.CITIZEN, str(person_id))


# --- By the officer -----------------------------------------------------------------------------


def set_visit(reach: Reach, reference: str, starts_at: datetime, officer: UUID) -> Met:
    """Say when the officer comes, instead of what was said before.

    Raises NoSuchApplication, NothingToSet, NotAVisitTime, and what `work.check_hand` refuses.
    """
    case, author = _in_hand(reach, reference, officer)
    visit, before = visit_of(case), meetings.coming(case)
    domain.check_visit(starts_at, clock.now())
    slot = Slot(starts_at, starts_at + timedelta(minutes=visit.minutes))
    if meetings.is_met(case):
        raise domain.NothingToSet
    if before is not None and before.starts_at == starts_at:
        return before
    work.taken_up(case, author)
    made = meetings.put(case, Wanted(slot, officer_id=officer))
    _tell(case, "meeting_moved" if before else "meeting_set", author)
    return made


def hold(reach: Reach, reference: str, outcome: Outcome, officer: UUID) -> Met:
    """Write down how the visit or appointment went.

    Raises NoSuchApplication, NothingToSet, NotYetOver, NoOutcome, TooFewPhotos, what the files
    room refuses, and what `work.check_hand` refuses.
    """
    case, author = _in_hand(reach, reference, officer)
    meeting = meetings.coming(case)
    if meeting is None:
        raise domain.NothingToSet
    if outcome.state not in domain.OUTCOMES:
        raise domain.NoOutcome
    if meeting.starts_at > clock.now():
        raise domain.NotYetOver
    state = Standing(outcome.state)
    _check_photos(case, outcome)
    work.taken_up(case, author)
    meetings.add_photos(meeting, [_kept(case, *one) for one in outcome.photos])
    meetings.hold(meeting, state, outcome.remarks, officer)
    _tell(case, HELD[state], author)
    return meeting


def _check_photos(case: Case, outcome: Outcome) -> None:
    stage = meetings.stage_of(case)
    least = stage.visit.photos if stage and stage.visit else 0
    if outcome.state == Standing.DONE and len(outcome.photos) < least:
        raise domain.TooFewPhotos(n=least)
    if len(outcome.photos) > MOST_PHOTOS:
        raise domain.TooManyPhotos(n=MOST_PHOTOS)


def _kept(case: Case, stream: Any, name: str) -> UUID:
    """Cleaned of all but the picture, under the person's key; it takes none of their room."""
    kept = files.keep(
        stream,
        name,
        subject_id=case.subject_id,
        person_id=case.person_id,
        accepts=PICTURES,
        most_bytes=PHOTO_BYTES,
        counted=False,
    )
    return kept.id


def photo(case: Case, file_id: UUID) -> UUID:
    """The id of a photo of a visit to this case. Raises NoSuchApplication."""
    found = meetings.photos(meetings.of_case(case))
    if any(file_id in some for some in found.values()):
        return file_id
    raise service.NoSuchApplication


def _in_hand(reach: Reach, reference: str, officer: UUID) -> tuple[Case, Author]:
    case = service.find_case(reach, reference, lock=True)
    author = Author(Actor.OFFICER, f"person:{officer}")
    if officer == case.person_id:
        raise cases.OwnCase
    work.check_hand(case, author, reach)
    return case, author


# --- Both ---------------------------------------------------------------------------------------


def _tell(case: Case, act: str, author: Author) -> None:
    _clock(case)
    case.changed_at = clock.now()
    records.tell(case, act, author)
    publish(MeetingChanged(case.id, act))


def _clock(case: Case) -> None:
    """The clock of the stage stands still while a time is to be chosen, as for other reasons."""
    asked = case.state == cases.State.NEEDS_INFORMATION
    stands = meetings.waits(case) or asked or pausing.now(case) is not None
    act: Callable[[Case], None] = staging.pause if stands else staging.resume
    act(case)
