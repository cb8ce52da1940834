"""The last day to appeal, and the time that is still to be chosen: listed, and reminded of."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import date, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import Select, select

from portal.applications.appeals import service as appeals
from portal.applications.domain import State
from portal.applications.meetings import service as meetings
from portal.applications.meetings.domain import Standing
from portal.applications.models import Application
from portal.i18n import gettext as _
from portal.i18n import say
from portal.i18n.formats import ZONE
from portal.kernel import clock
from portal.kernel.db import db
from portal.kernel.room import Coming
from portal.registry import Reminders
from portal.registry import service as registry
from portal.registry.service import Offer

MOST = 50
# An appeal is reminded of so long before its last day; what a job missed is made up for so long.
BEFORE, LATE = timedelta(days=3), timedelta(days=3)
BEING_WORKED_ON = (State.SUBMITTED, State.IN_PROGRESS)
HELD = (Standing.SET, Standing.DONE)
USUAL = Reminders()


def of_person(person_id: UUID) -> list[Coming]:
    """In the language spoken now."""
    mine = Application.person_id == person_id
    refused = _fresh(mine, Application.state == State.REFUSED)
    open_ = _fresh(mine, Application.state.in_(BEING_WORKED_ON), Application.stage.is_not(None))
    found = [_appeal(case) for case in db.session.scalars(refused)]
    found += [_choice(case) for case in db.session.scalars(open_)]
    return [item for item in found if item is not None]


def to_remind(today: date) -> Iterator[UUID]:
    """Whose last day to appeal comes near, and who has not chosen a time yet."""
    for case in (*_appealable(), *_to_choose()):
        item = _appeal(case) if case.state == State.REFUSED else _choice(case)
        if item and item.remind_on and today - LATE <= item.remind_on <= today:
            yield case.person_id


def _fresh(*where: Any) -> Select[Application]:
    return select(Application).where(*where).order_by(Application.id.desc()).limit(MOST)


# --- Appeals ------------------------------------------------------------------------------------


def _appeal(case: Application) -> Coming | None:
    """The right that ends on a day; where the promised day passed, nothing ends."""
    found = appeals.askable(case)
    if found is None or found.until is None:
        return None
    service = registry.version(case.version_id).service
    level = appeals.levels(case)[found.level]
    title = _("Last day to appeal: %(service)s", service=say(service.title))
    body = _(
        "If you do not agree with the decision, ask %(authority)s to look at it again.",
        authority=say(level.authority),
    )
    key = f"appeal:{case.id}:{found.level}:{found.until:%Y%m%d}"
    path = f"applications/{case.reference}/appeal"
    return Coming(key, title, body, path, found.until, found.until - BEFORE)


def _appealable() -> Iterator[Application]:
    """Refused so lately that a last day may be near: what is decided changes, then or later."""
    for version_id, offer in _versions(Application.state == State.REFUSED).items():
        if levels := offer.service.appeals:
            shortest = min(level.ask_days for level in levels)
            longest = max(level.ask_days for level in levels)
            since = clock.now() - timedelta(days=longest + 1)
            # Nobody's last day is near when even the refusal is younger than this.
            until = clock.now() - timedelta(days=shortest) + BEFORE + timedelta(days=1)
            yield from db.session.scalars(
                select(Application).where(
                    Application.version_id == version_id,
                    Application.state == State.REFUSED,
                    Application.changed_at >= since,
                    Application.submitted_at <= until,
                )
            )


# --- Times --------------------------------------------------------------------------------------


def _choice(case: Application) -> Coming | None:
    """A time for an appointment, as long as none is chosen or was held at this stage."""
    stage = meetings.stage_of(case)
    if stage is None or stage.appointment is None or case.stage_since is None:
        return None
    if any(one.state in HELD for one in meetings.of_stage(case)):
        return None
    offer = registry.version(case.version_id)
    title = _("Choose a time: %(service)s", service=say(offer.service.title))
    body = _("Come to one of the offices at a time that you choose.")
    asked_on = case.stage_since.astimezone(ZONE).date()
    remind_on = asked_on + timedelta(days=_patience(offer))
    key = f"choose:{case.id}:{case.stage_since:%Y%m%d%H%M%S}"
    path = f"applications/{case.reference}/appointment"
    until = None if meetings.waits(case) else case.stage_due_on
    return Coming(key, title, body, path, until, remind_on)


def _patience(offer: Offer) -> int:
    return (offer.service.reminders or USUAL).answer_days


def _to_choose() -> Iterator[Application]:
    """Cases that came to a stage with an appointment as long ago as their service reminds after."""
    for version_id, offer in _versions(Application.state.in_(BEING_WORKED_ON)).items():
        stages = [one.slug for one in offer.service.stages if one.appointment is not None]
        if stages:
            # One day more on each side: days begin at midnight of people, not of the database.
            wait = timedelta(days=_patience(offer))
            ends = clock.now() - wait + timedelta(days=1)
            yield from db.session.scalars(
                select(Application).where(
                    Application.version_id == version_id,
                    Application.state.in_(BEING_WORKED_ON),
                    Application.stage.in_(stages),
                    Application.stage_since.between(ends - LATE - timedelta(days=2), ends),
                )
            )


def _versions(*where: Any) -> Mapping[UUID, Offer]:
    found: Sequence[UUID] = db.session.scalars(
        select(Application.version_id).where(*where).distinct()
    ).all()
    return registry.versions(set(found))
