"""The pages of visits and appointments: choosing a time, the desk's panel, and the day list."""

from datetime import UTC
from io import BytesIO

import pytest
import time_machine

from portal.applications import service
from portal.applications.calling import service as calling
from portal.applications.meetings import service as meetings
from portal.kernel.db import db
from tests.accounts.factories import csrf_token, signed_in_client
from tests.applications.meeting_cases import (
    AT_HOME,
    AT_THE_KENDRA,
    MONDAY,
    TUESDAY_TEN,
    accepted,
    department,
    later,
)
from tests.applications.pages import open_page
from tests.applications.workflows import an_officer, reach
from tests.files.samples import picture


@pytest.fixture
def now(app):
    with time_machine.travel(MONDAY, tick=True) as clock:
        yield clock


@pytest.fixture
def clerk(revenue):
    return an_officer("clerk", name="Clerk Kaur")


@pytest.fixture
def clerks(revenue, clerk, now):
    """The clerk's browser."""
    return signed_in_client(revenue, clerk)


@pytest.fixture
def asha(revenue, person, now):
    """The person's browser."""
    return signed_in_client(revenue, person)


@pytest.fixture
def again(revenue):
    """Signs in: a session of one day is over on the next."""
    return lambda who: signed_in_client(revenue, who)


@pytest.fixture
def to_come(now, person, clerk):
    department(appointment=AT_THE_KENDRA)
    return accepted(person, clerk)


@pytest.fixture
def to_visit(now, person, clerk):
    department(visit=AT_HOME)
    return accepted(person, clerk)


def press(client, path, **told):
    token = csrf_token(client.get("/en/account/security").data)
    answer = client.post(path, data={"csrf_token": token, **told})
    db.session.expire_all()
    return answer


def of(case, more=""):
    return f"/en/applications/{case.reference}{more}"


def desk(case, more=""):
    return f"/en/desk/{case.reference}{more}"


def slot(at):
    return f"{at.astimezone(UTC):%Y-%m-%dT%H:%M}"


def take(client, case, at=TUESDAY_TEN, office="rampur"):
    return press(client, of(case, "/appointment"), office=office, slot=slot(at))


def test_the_person_is_led_to_the_choice_and_takes_a_time(asha, to_come):
    assert "Choose when you come" in open_page(asha, of(to_come)).words
    choice = open_page(asha, of(to_come, "/appointment"))
    assert "Tuesday 24 November" in choice.words
    assert "Bus stand, Rampur" in choice.words
    assert take(asha, to_come).status_code == 302
    told = open_page(asha, of(to_come)).words
    assert "24 November 2026, 10:00–10:30" in told
    assert "Sewa kendra Rampur, Bus stand, Rampur" in told


def test_the_other_place_is_a_link_away(asha, to_come):
    assert "Court road, Town" in open_page(asha, of(to_come, "/appointment?office=town")).words
    take(asha, to_come, office="town")
    assert meetings.coming(service.by_id(to_come.id)).office == "town"


@pytest.mark.parametrize("sent", ["", "2026-11-24T05:00", "no time", "2026-11-24T04:30+99:99"])
def test_a_time_that_is_not_there_is_refused_in_words(asha, to_come, sent):
    answer = press(asha, of(to_come, "/appointment"), office="nowhere", slot=sent)
    assert answer.status_code == 422
    assert "Choose one of those on the page" in answer.text


def test_it_is_called_off_and_the_choice_is_there_again(asha, to_come):
    take(asha, to_come)
    press(asha, of(to_come, "/appointment/off"))
    words = open_page(asha, of(to_come)).words
    assert "Choose when you come" in words
    assert "The appointment was called off" in words


def test_somebody_else_finds_no_page_of_it(theirs, to_come):
    assert theirs.get(of(to_come, "/appointment")).status_code == 404
    assert take(theirs, to_come).status_code == 404


def test_where_there_is_nothing_to_choose_one_is_led_to_the_application(asha, to_visit):
    answer = asha.get(of(to_visit, "/appointment"))
    assert (answer.status_code, answer.location) == (302, of(to_visit))
    assert take(asha, to_visit).status_code == 409


def test_a_visit_is_set_asked_for_again_held_and_its_photo_looked_at(
    again, person, clerk, to_visit, now
):
    asha, clerks = again(person), again(clerk)
    press(clerks, desk(to_visit, "/visit"), day="2026-11-24", time="10:00")
    told = open_page(asha, of(to_visit)).words
    assert "24 November 2026, 10:00–12:00" in told
    assert "The house and who lives in it" in told
    press(asha, of(to_visit, "/visit"), wish="After two")
    assert "After two" in open_page(clerks, desk(to_visit)).words
    now.move_to(later(minutes=5))
    clerks = again(clerk)
    photo = BytesIO(picture("jpeg")), "house.jpg"
    press(clerks, desk(to_visit, "/meeting"), state="done", photos=photo, remarks="All in order")
    page = open_page(clerks, desk(to_visit))
    assert "All in order" in page.words
    held = meetings.of_case(service.by_id(to_visit.id))
    (file_id,) = meetings.photos(held)[held[-1].id]
    seen = clerks.get(desk(to_visit, f"/photos/{file_id}"))
    assert seen.mimetype == "image/jpeg"
    asha = again(person)
    assert asha.get(desk(to_visit, f"/photos/{file_id}")).status_code == 403
    assert "All in order" not in open_page(asha, of(to_visit)).text


def test_too_few_photos_are_said_and_nothing_is_recorded(revenue, clerks, clerk, to_visit, now):
    press(clerks, desk(to_visit, "/visit"), day="2026-11-24", time="10:00")
    now.move_to(later(minutes=5))
    clerks = signed_in_client(revenue, clerk)
    press(clerks, desk(to_visit, "/meeting"), state="done")
    assert "Add at least so many photos: 1." in open_page(clerks, desk(to_visit)).words
    assert meetings.coming(service.by_id(to_visit.id)) is not None


@pytest.mark.parametrize("day", ["", "2026-02-31", "2020-01-01", "soon"])
def test_a_day_that_is_none_is_refused_in_words(clerks, to_visit, day):
    press(clerks, desk(to_visit, "/visit"), day=day, time="10:00")
    assert "still to come" in open_page(clerks, desk(to_visit)).words


def test_the_day_list_shows_the_office_and_the_officers_own(asha, clerks, clerk, to_come):
    take(asha, to_come)
    words = open_page(clerks, "/en/desk/meetings?day=2026-11-24").words
    assert to_come.reference in words
    assert "Tuesday 24 November" in words
    assert to_come.reference not in open_page(clerks, "/en/desk/meetings?day=2026-11-25").words
    mine = "/en/desk/meetings?day=2026-11-24&whose=mine"
    assert to_come.reference not in open_page(clerks, mine).words


def test_an_officer_of_another_provider_sees_none_of_it(asha, revenue, to_come, desk_of_revenue):
    take(asha, to_come)
    page = open_page(desk_of_revenue, "/en/desk/meetings?day=2026-11-24")
    assert to_come.reference not in page.words


@pytest.fixture
def desk_of_revenue(revenue, officer, now):
    return signed_in_client(revenue, officer)


def test_the_calendar_has_the_time_of_day(asha, person, clerk, to_come):
    take(asha, to_come)
    ics = asha.get("/en/inbox/coming-up.ics")
    assert b"DTSTART:20261124T043000Z" in ics.data
    calling.call_off(person.id, to_come.reference)
    db.session.commit()
    assert b"20261124T043000Z" not in asha.get("/en/inbox/coming-up.ics").data
    assert meetings.of_days(reach("clerk"), MONDAY, 3) == []
