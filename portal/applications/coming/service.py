"""What waits for a person and until when: renewals, fees, questions and drafts.

How long each may lie is declared by its service.
"""

from collections.abc import Iterator, Mapping, Sequence
from datetime import date, datetime, time, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import or_, select

from portal.applications.applying import CORRECTION, TOGETHER
from portal.applications.domain import State
from portal.applications.fees.service import TO_PAY
from portal.applications.meetings import service as meetings
from portal.applications.meetings.service import Met
from portal.applications.models import Application
from portal.forms import service as drafts
from portal.i18n import day, say
from portal.i18n import gettext as _
from portal.i18n.formats import ZONE, listed, moment, time_of_day
from portal.kernel import clock
from portal.kernel.db import db
from portal.kernel.room import Coming
from portal.registry import Reminders
from portal.registry import service as registry
from portal.registry.discovery import life_events
from portal.registry.service import Offer

MOST = 100
# A reminder that a job missed is still of use for so long; what ended is shown for so long.
LATE, SHOWN = timedelta(days=3), timedelta(days=30)
BEFORE_IT_GOES = timedelta(days=7)
# No service lets anything lie for longer.
LONGEST = timedelta(days=180)
USUAL = Reminders()
COLUMNS = (
    Application.id,
    Application.person_id,
    Application.reference,
    Application.version_id,
    Application.state,
    Application.good_until,
    Application.created_at,
    Application.changed_at,
    Application.submitted_at,
)
Offers = Mapping[UUID, Offer]


def of_person(person_id: UUID) -> list[Coming]:
    """By what the person's applications and drafts say, in the language spoken now."""
    rows = db.session.execute(
        _waiting().where(Application.person_id == person_id).limit(MOST)
    ).all()
    left = [one for one in drafts.of_person(person_id) if not one.purpose.startswith(CORRECTION)]
    offers = registry.versions({row.version_id for row in rows} | {one.version_id for one in left})
    found = [_of_application(row, offers[row.version_id]) for row in rows]
    found += [_of_meeting(*one) for one in meetings.ahead(person_id)]
    for one in left:
        if one.version_id in offers:
            found += _of_draft(one.purpose, one.saved_at, offers[one.version_id])
    return found


def to_remind(today: date) -> Iterator[UUID]:
    """Whom to remind today, or what was missed lately. Renewals are announced by their own job."""
    since = clock.now() - LONGEST
    rows = db.session.execute(_open().where(Application.changed_at >= since)).all()
    left = [
        one for one in drafts.left_between(since, clock.now()) if not one[1].startswith(CORRECTION)
    ]
    offers = registry.versions({row.version_id for row in rows} | {one[2] for one in left})
    yield from _met_soon(today)
    for row in rows:
        if _is_due(_remind_on(row, offers[row.version_id]), today):
            yield row.person_id
    for person_id, _purpose, version_id, saved_at in left:
        days = _draft_days(saved_at, offers[version_id]) if version_id in offers else ()
        if any(_is_due(day, today) for day in days):
            yield person_id


def _met_soon(today: date) -> Sequence[UUID]:
    """Whose visit or appointment is on the next day, or still today."""
    until = datetime.combine(today + timedelta(days=2), time(), ZONE)
    return meetings.people_between(clock.now(), until - timedelta(seconds=1))


def _is_due(day: date | None, today: date) -> bool:
    return day is not None and today - LATE <= day <= today


def _open() -> Any:
    asked = Application.state == State.NEEDS_INFORMATION
    # Not with the provider yet: such an application lapses.
    owes = (Application.state == State.AWAITING_PAYMENT) & Application.submitted_at.is_(None)
    return select(*COLUMNS).where(or_(asked, owes)).order_by(Application.id)


def _waiting() -> Any:
    waits = Application.state.in_([State.NEEDS_INFORMATION, State.AWAITING_PAYMENT])
    ends = (Application.state == State.ISSUED) & (Application.good_until >= clock.today() - SHOWN)
    return select(*COLUMNS).where(or_(waits, ends)).order_by(Application.id.desc())


def _of_application(row: Any, offer: Offer) -> Coming:
    kind, said, body = _words(row, say(offer.service.title))
    # A thing may be asked for more than once.
    key = f"{kind}:{row.id}:{row.changed_at:%Y%m%d%H%M%S}"
    path = f"applications/{row.reference}"
    return Coming(key, said, body, path, _ends_on(row), _remind_on(row, offer))


def _words(row: Any, title: str) -> tuple[str, str, str]:
    if row.state == State.NEEDS_INFORMATION:
        body = _("The provider asks you for something. Open your application and answer.")
        return "answer", _("Answer: %(service)s", service=title), body
    if row.state == State.AWAITING_PAYMENT:
        approved = _(
            "The provider approved your application. Pay the fee, and the document is issued."
        )
        lapses = _("Your application lapses if the fee is not paid by then.")
        body = approved if row.submitted_at else lapses
        return "pay", _("Pay the fee: %(service)s", service=title), body
    body = _("What was issued to you ends then.")
    return "renew", _("Renew: %(service)s", service=title), body


def _lapses(row: Any) -> bool:
    return row.state == State.AWAITING_PAYMENT and row.submitted_at is None


def _ends_on(row: Any) -> date | None:
    if _lapses(row):
        return _day(row.created_at + TO_PAY)
    ends: date | None = row.good_until if row.state == State.ISSUED else None
    return ends


def _remind_on(row: Any, offer: Offer) -> date | None:
    days = offer.service.reminders or USUAL
    if row.state == State.NEEDS_INFORMATION:
        return _day(row.changed_at) + timedelta(days=days.answer_days)
    if _lapses(row):
        return _day(row.created_at + TO_PAY) - timedelta(days=days.pay_days)
    return None


def _of_draft(purpose: str, saved_at: datetime, offer: Offer) -> list[Coming]:
    """To finish it, and shortly before it goes, that it does."""
    goes = _day(drafts.ends_at(saved_at))
    title, path = _begun(purpose, offer)
    of = f"{purpose}:{saved_at:%Y%m%d%H%M%S}"
    begun, ending = _draft_days(saved_at, offer)
    if clock.today() >= ending:
        said = _("Your draft is about to go: %(service)s", service=title)
        body = _("It is deleted on %(day)s. Open it and save a page, and it stays.", day=day(goes))
        return [Coming(f"draft-goes:{of}", said, body, path, goes, ending)]
    said = _("Finish your draft: %(service)s", service=title)
    body = _("You began this and have not sent it. What you typed is kept.")
    return [Coming(f"draft:{of}", said, body, path, goes, begun)]


def _begun(purpose: str, offer: Offer) -> tuple[str, str]:
    """What was begun, in words, and where it is gone on with."""
    slug = purpose.removeprefix(TOGETHER)
    if slug != purpose:
        event = next((one for one in life_events() if one.slug == slug), None)
        return say(event.title if event else offer.service.title), f"life-events/{slug}/apply"
    return say(offer.service.title), f"apply/{offer.provider.slug}/{offer.service.slug}"


def _draft_days(saved_at: datetime, offer: Offer) -> tuple[date, date]:
    """When its person is reminded of it, and when they are told that it goes."""
    days = (offer.service.reminders or USUAL).draft_days
    goes = _day(drafts.ends_at(saved_at))
    return _day(saved_at) + timedelta(days=days), goes - BEFORE_IT_GOES


def _of_meeting(meeting: Met, row: Application) -> Coming:
    offer = registry.version(row.version_id)
    stage, title = offer.service.stage(meeting.stage), say(offer.service.title)
    office = stage.appointment.office(meeting.office) if stage and stage.appointment else None
    when = _(
        "From %(from)s to %(until)s",
        **{"from": moment(meeting.starts_at), "until": time_of_day(meeting.ends_at)},
    )
    visit = _("An officer comes to the place that you named in your application.")
    where = listed((say(office.title), say(office.address))) if office else visit
    said = _("Appointment: %(service)s", service=title)
    if meeting.kind == "visit":
        said = _("An officer visits you: %(service)s", service=title)
    on, path = _day(meeting.starts_at), f"applications/{row.reference}"
    before, at = on - timedelta(days=1), (meeting.starts_at, meeting.ends_at)
    return Coming(f"meeting:{meeting.id}", said, f"{when}. {where}", path, on, before, at)


def _day(at: datetime) -> date:
    return at.astimezone(ZONE).date()
