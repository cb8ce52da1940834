"""What falls due: one list, a calendar, and reminders that are sent once."""

from datetime import timedelta
from uuid import uuid4

import icalendar
import pytest
import time_machine
from sqlalchemy import select

from portal.applications import applying
from portal.applications.models import Application
from portal.kernel import clock
from portal.kernel.db import db
from portal.notifications import jobs
from portal.notifications.coming import service as coming
from portal.notifications.inbox import service as inbox
from portal.post.models import Message
from tests.accounts.factories import browser, csrf_token, make_person, signed_in_client
from tests.applications import factories
from tests.jobs import run_jobs


@pytest.fixture
def person(app):
    factories.published()
    return make_person()


@pytest.fixture
def asked(person):
    """An application that waits for the person."""
    application = factories.sent(person)
    return factories.asked(application, "applicant")


@pytest.fixture
def ending(person):
    """Something that was issued and ends in forty days."""
    application = factories.issued(factories.sent(person))
    row = db.session.get(Application, application.id)
    row.good_until = clock.today() + timedelta(days=40)
    db.session.commit()
    return application


def reminders(person):
    db.session.expire_all()
    return [row.words.title for row in inbox.listed(person.id) if row.kind == "reminders"]


def remind():
    jobs.remind()
    db.session.commit()
    run_jobs()


def days_later(days):
    return time_machine.travel(clock.now() + timedelta(days=days), tick=False)


@pytest.mark.promise("M7")
def test_what_waits_and_what_ends_stands_in_one_list(app, person, asked, ending):
    page = signed_in_client(app, person).get("/en/inbox/coming-up").get_data(as_text=True)
    assert "Answer: Income certificate" in page
    assert "Renew: Income certificate" in page
    assert f"/en/applications/{asked.reference}" in page
    assert page.index("Answer:") < page.index("Renew:")


@pytest.mark.promise("M7")
def test_what_was_asked_is_reminded_of_once(person, asked):
    run_jobs()
    with days_later(6):
        remind()
    assert reminders(person) == []
    for days in (7, 8, 9):
        with days_later(days):
            remind()
    assert reminders(person) == ["Answer: Income certificate"]
    titles = select(Message).where(Message.key.startswith("due:"))
    assert [one.title for one in db.session.scalars(titles)] == ["Answer: Income certificate"]


@pytest.mark.promise("M7")
def test_a_draft_that_lies_is_reminded_of_and_its_answers_stay_where_they_are(person):
    applying.begin(person.id, "revenue", factories.INCOME)
    db.session.commit()
    with days_later(14):
        remind()
    assert reminders(person) == ["Finish your draft: Income certificate"]
    (item,) = coming.of_person(person.id)
    assert item.path == "apply/revenue/income-certificate"


@pytest.mark.promise("M7")
def test_a_draft_is_told_of_a_week_before_it_goes(app, person):
    applying.begin(person.id, "revenue", factories.INCOME)
    db.session.commit()
    for days in (82, 83, 84):
        with days_later(days):
            remind()
    assert reminders(person)[-1] == "Your draft is about to go: Income certificate"
    assert len(reminders(person)) == 1
    page = signed_in_client(app, person).get("/en/applications").get_data(as_text=True)
    assert "Kept until" in page


def test_what_was_answered_meanwhile_is_not_reminded_of(person, asked):
    db.session.get(Application, asked.id).state = "in_progress"
    db.session.commit()
    with days_later(8):
        remind()
    assert reminders(person) == []


@pytest.mark.promise("M7")
def test_the_list_is_a_calendar(app, person, asked, ending):
    client = signed_in_client(app, person)
    answer = client.get("/en/inbox/coming-up.ics")
    assert answer.mimetype == "text/calendar"
    (event,) = icalendar.Calendar.from_ical(answer.data).walk("VEVENT")
    assert event["SUMMARY"] == "Renew: Income certificate"
    assert event["DTSTART"].dt == clock.today() + timedelta(days=40)
    assert client.get("/en/inbox/coming-up.ics?only=none").data.count(b"VEVENT") == 0


def test_the_private_address_works_without_a_sign_in_until_it_is_taken_back(app, person, ending):
    client, path = signed_in_client(app, person), "/en/inbox/coming-up"

    def do(act):
        page = client.get(path)
        client.post(path, data={"csrf_token": csrf_token(page.data), "act": act})
        found = coming.feed(person.id)
        return found and found.removeprefix("http://localhost:8000")

    first = do("open")
    assert b"Renew: Income certificate" in browser(app).get(first).data
    second = do("open")
    assert browser(app).get(first).status_code == 404
    assert browser(app).get(second).status_code == 200
    assert do("close") is None
    assert browser(app).get(second).status_code == 404


@pytest.mark.parametrize("token", ["AAAA", "*", "ਅ", "A" * 43])
def test_a_made_up_calendar_address_shows_nothing(app, token):
    assert browser(app).get(f"/calendar/{token}").status_code == 404


def test_nobody_else_is_told(person, asked):
    other = make_person()
    with days_later(7):
        remind()
    assert reminders(other) == []
    assert coming.of_person(uuid4()) == []


def test_a_fee_is_due_before_the_application_lapses(person):
    application = db.session.get(Application, factories.sent(person, factories.LAND).id)
    application.state, application.submitted_at = "awaiting_payment", None
    db.session.commit()
    (item,) = coming.of_person(person.id)
    lapses = clock.today() + timedelta(days=14)
    assert item.on == lapses
    assert item.title.startswith("Pay the fee: ")
    with days_later(11):
        remind()
    assert reminders(person) == [item.title]
    db.session.get(Application, application.id).submitted_at = clock.now()
    db.session.commit()
    (approved,) = coming.of_person(person.id)
    assert approved.on is None
