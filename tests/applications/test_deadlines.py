"""What a person may or must still do by a day stands in what comes up, and is reminded of once."""

from datetime import date, datetime, timedelta

import icalendar
import pytest
import time_machine

from portal.applications.calling import service as calling
from portal.applications.deadlines import service as deadlines
from portal.kernel.db import db
from portal.notifications.coming import service as coming
from portal.notifications.inbox import service as inbox
from tests.applications import appealing, meeting_cases
from tests.applications.meeting_cases import AT_THE_KENDRA, TUESDAY_TEN, accepted
from tests.applications.workflows import act, an_officer, sent
from tests.jobs import run_jobs

MONDAY = appealing.MONDAY
DAY = timedelta(days=1)


@pytest.fixture
def now(app):
    with time_machine.travel(MONDAY, tick=True) as clock:
        yield clock


@pytest.fixture
def refused(revenue, now, person):
    """Refused on a Monday; an appeal may be made within 30 days."""
    appealing.department()
    head = an_officer("head", name="Head Rana")
    return act(sent(person), head, "refuse", "head", reason={"en": "Too much income."})


@pytest.fixture
def to_choose(revenue, now, person):
    meeting_cases.department(appointment=AT_THE_KENDRA)
    now.move_to(datetime(2026, 11, 23, 8, 0, tzinfo=meeting_cases.IST))
    return accepted(person, an_officer("clerk", name="Clerk Devi"))


def listed(person, kind):
    db.session.expire_all()
    return [one for one in coming.of_person(person.id) if one.key.startswith(f"{kind}:")]


def reminded(person):
    """Let the job of the day run; what the person was reminded of so far."""
    coming.remind()
    db.session.commit()
    run_jobs()
    rows = inbox.listed(person.id)
    return [row.words.title for row in rows if row.kind == "reminders"]


@pytest.mark.promise("M7")
def test_the_last_day_to_appeal_is_listed_and_a_day_of_a_calendar(refused, person):
    (one,) = listed(person, "appeal")
    assert one.title == "Last day to appeal: Income certificate"
    assert one.on == date(2026, 12, 23)
    assert "Commissioner" in one.body
    assert one.path == f"applications/{refused.reference}/appeal"
    (event,) = icalendar.Calendar.from_ical(coming.ics([one])).walk("VEVENT")
    assert event["DTSTART"].dt == one.on


def test_it_is_reminded_of_three_days_before_and_once(refused, person, now):
    now.move_to(MONDAY + 26 * DAY)
    assert reminded(person) == []
    for days in (27, 28, 29):
        now.move_to(MONDAY + days * DAY)
        said = reminded(person)
    assert said == ["Last day to appeal: Income certificate"]


def test_after_the_last_day_and_after_an_appeal_there_is_none(refused, person, now):
    now.move_to(MONDAY + 31 * DAY)
    assert listed(person, "appeal") == []
    now.move_to(MONDAY + 2 * DAY)
    appealing.asks(refused)
    assert listed(person, "appeal") == []
    now.move_to(MONDAY + 27 * DAY)
    assert reminded(person) == []


def test_what_was_upheld_may_go_to_the_next_authority_until_its_own_day(refused, person, now):
    made = appealing.asks(refused)
    now.shift(DAY)
    appealing.decides(made, an_officer("commissioner", name="Commissioner Bedi"), "uphold")
    (one,) = listed(person, "appeal")
    assert one.on == date(2027, 1, 23)
    assert "Board of appeals" in one.body
    now.move_to(datetime(2027, 1, 20, 10, tzinfo=appealing.IST))
    assert person.id in set(deadlines.to_remind(date(2027, 1, 20)))


def test_a_time_that_is_to_be_chosen_waits_for_the_person(to_choose, person):
    (one,) = listed(person, "choose")
    assert one.title == "Choose a time: Income certificate"
    assert one.on is None
    assert one.path == f"applications/{to_choose.reference}/appointment"


def test_where_the_clock_runs_on_it_says_until_when(revenue, now, person):
    runs = AT_THE_KENDRA.model_copy(update={"pauses": False})
    meeting_cases.department(appointment=runs)
    case = accepted(person, an_officer("clerk", name="Clerk Devi"))
    (one,) = listed(person, "choose")
    assert one.on == case.stage_due_on
    assert one.on is not None


def test_who_does_not_choose_is_reminded_once_after_a_week(to_choose, person, now):
    now.shift(6 * DAY)
    assert reminded(person) == []
    for _ in range(3):
        now.shift(DAY)
        said = reminded(person)
    assert said == ["Choose a time: Income certificate"]


def test_chosen_it_is_the_appointment_that_comes_up(to_choose, person, now):
    calling.choose(person.id, to_choose.reference, "rampur", TUESDAY_TEN)
    db.session.commit()
    assert listed(person, "choose") == []
    assert len(listed(person, "meeting")) == 1
    now.shift(7 * DAY)
    assert person.id not in set(deadlines.to_remind(date(2026, 11, 30)))


def test_it_is_nobody_elses(to_choose, stranger):
    assert coming.of_person(stranger.id) == []
