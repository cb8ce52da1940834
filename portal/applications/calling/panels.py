"""What is read of a visit or an appointment, by the person and by officers."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from portal.accounts import service as accounts
from portal.applications.calling import service as calling
from portal.applications.meetings import service as meetings
from portal.applications.meetings.domain import Standing
from portal.applications.meetings.service import Met
from portal.applications.service import Case
from portal.forms.words import in_words
from portal.i18n import gettext, say
from portal.i18n.formats import listed, moment, time_of_day
from portal.kernel import clock
from portal.kernel.errors import N_
from portal.registry import service as registry
from portal.registry.contract import Appointment, Stage, Visit

STANDINGS = {
    Standing.SET: (N_("Set"), "info"),
    Standing.DONE: (N_("Took place"), "ok"),
    Standing.NOBODY: (N_("Nobody was there"), "warn"),
    Standing.REFUSED: (N_("Not let in"), "bad"),
    Standing.MOVED: (N_("Moved"), "off"),
    Standing.CALLED_OFF: (N_("Called off"), "off"),
}


@dataclass(frozen=True)
class Shown:
    """One meeting in words."""

    meeting: Met
    when: str
    where: str
    standing: tuple[str, str]
    who: str
    photos: Sequence[UUID]


@dataclass(frozen=True)
class Panel:
    """`coming` is what is set, `open` whether something may be done about it at this stage."""

    visit: Visit | None
    appointment: Appointment | None
    open: bool
    coming: Shown | None
    past: tuple[Shown, ...]
    may_ask: bool
    may_move: bool
    began: bool


def of(case: Case) -> Panel | None:
    """None where the stage declares neither and there never was any."""
    stage, held = meetings.stage_of(case), meetings.of_case(case)
    visit, appointment = (stage.visit, stage.appointment) if stage else (None, None)
    is_open = meetings.may_be_set(case) and bool(visit or appointment)
    if not held and not is_open:
        return None
    shown = _all(case, held)
    coming = next((one for one in shown if one.meeting.state == Standing.SET), None)
    moved = meetings.changes(case)
    return Panel(
        visit=visit if is_open else None,
        appointment=appointment if is_open else None,
        open=is_open and not meetings.is_met(case),
        coming=coming,
        past=tuple(one for one in shown if one is not coming),
        may_ask=is_open and visit is not None and calling.may_ask(case),
        may_move=bool(is_open and appointment and moved < appointment.moves),
        began=bool(coming and coming.meeting.starts_at <= clock.now()),
    )


def _all(case: Case, held: Sequence[Met]) -> list[Shown]:
    photos = meetings.photos(held)
    names = accounts.names({one.officer_id for one in held if one.officer_id})
    return [
        Shown(
            one,
            when(one),
            where(case, one),
            standing(one),
            names.get(one.officer_id, "") if one.officer_id else "",
            photos.get(one.id, ()),
        )
        for one in held
    ]


def standing(meeting: Met) -> tuple[str, str]:
    said, colour = STANDINGS[Standing(meeting.state)]
    return gettext(said), colour


def when(meeting: Met) -> str:
    """The day, and from when to when."""
    return f"{moment(meeting.starts_at)}–{time_of_day(meeting.ends_at)}"


def where(case: Case, meeting: Met) -> str:
    """The office, or the answer that gives the place of a visit."""
    service = registry.version(case.version_id).service
    stage = service.stage(meeting.stage)
    if stage is None:
        return ""
    office = stage.appointment.office(meeting.office) if stage.appointment else None
    if office is not None:
        return listed((say(office.title), say(office.address)))
    return _place(case, service, stage)


def _place(case: Case, service: Any, stage: Stage) -> str:
    asked = service.form.field(stage.visit.place) if stage.visit else None
    return in_words(asked, case.answers.get(asked.name)) if asked else ""
