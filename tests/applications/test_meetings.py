"""Appointments and visits: seats that two want, moving, how it went, and the clock meanwhile."""

from datetime import timedelta
from io import BytesIO

import pytest
import time_machine

from portal.applications import service
from portal.applications.calling import service as calling
from portal.applications.calling.service import Outcome
from portal.applications.coming import service as coming
from portal.applications.meetings import domain
from portal.applications.meetings import service as meetings
from portal.applications.work import service as work
from portal.files import service as files
from portal.kernel.db import db
from tests.accounts.factories import make_person
from tests.accounts.threads import at_once
from tests.applications.meeting_cases import (
    AT_HOME,
    AT_THE_KENDRA,
    MONDAY,
    TUESDAY_TEN,
    accepted,
    department,
    later,
)
from tests.applications.workflows import act, an_officer, reach
from tests.files.samples import picture


@pytest.fixture
def now(app):
    with time_machine.travel(MONDAY, tick=True) as clock:
        yield clock


@pytest.fixture
def kendra(revenue, now):
    department(appointment=AT_THE_KENDRA)


@pytest.fixture
def visiting(revenue, now):
    department(visit=AT_HOME)


@pytest.fixture
def clerk(revenue):
    return an_officer("clerk", name="Clerk Kaur")


def choose(case, starts_at=TUESDAY_TEN, office="rampur"):
    chosen = calling.choose(case.person_id, case.reference, office, starts_at)
    db.session.commit()
    return chosen


def visit(case, clerk, starts_at=TUESDAY_TEN):
    made = calling.set_visit(reach("clerk"), case.reference, starts_at, clerk.id)
    db.session.commit()
    return made


def hold(case, clerk, state, photos=0, remarks=None):
    files_of = [(BytesIO(picture("jpeg")), f"house{number}.jpg") for number in range(photos)]
    done = calling.hold(reach("clerk"), case.reference, Outcome(state, remarks, files_of), clerk.id)
    db.session.commit()
    return done


def fresh(case):
    db.session.rollback()
    db.session.expire_all()
    return service.by_id(case.id)


def times(case, office="rampur"):
    return [slot.starts_at for slot in meetings.free(fresh(case), office)]


# --- Appointments -------------------------------------------------------------------------------


def test_of_fifty_who_want_one_time_three_get_it(app, kendra, clerk):
    cases = [accepted(make_person(email=f"p{number}@example.org"), clerk) for number in range(50)]
    told = [(case.person_id, case.reference) for case in cases]
    order = iter(told)

    def press():
        return calling.choose(*next(order), "rampur", TUESDAY_TEN).seat

    results = at_once(app, 50, press)
    seats = sorted(one for one in results if isinstance(one, int))
    assert seats == [1, 2, 3]
    refused = [one for one in results if not isinstance(one, int)]
    assert {type(one) for one in refused} == {domain.SlotTaken}
    assert TUESDAY_TEN not in times(cases[0])
    assert TUESDAY_TEN in times(cases[0], "town")


def test_moved_the_old_seat_is_free_and_the_new_one_taken(kendra, clerk, person):
    case = accepted(person, clerk)
    first, second = choose(case), choose(case, later(minutes=30))
    assert (first.id, second.state) != (second.id, first.state)
    assert meetings.coming(fresh(case)).starts_at == later(minutes=30)
    assert [(one.state, one.seat) for one in meetings.of_stage(case)] == [
        ("moved", None),
        ("set", 1),
    ]


def test_moving_to_a_full_time_leaves_the_one_that_was_chosen(kendra, clerk, person):
    for number in range(3):
        choose(accepted(make_person(email=f"p{number}@example.org"), clerk))
    case = accepted(person, clerk)
    choose(case, later(minutes=30))
    with pytest.raises(domain.SlotTaken):
        choose(case)
    db.session.commit()
    assert meetings.coming(fresh(case)).starts_at == later(minutes=30)


def test_it_is_moved_or_called_off_as_often_as_declared(kendra, clerk, person):
    case = accepted(person, clerk)
    choose(case)
    calling.call_off(person.id, case.reference)
    choose(case)
    choose(case, later(minutes=30))
    with pytest.raises(domain.MovedEnough):
        choose(case, later(minutes=60))
    db.session.rollback()
    with pytest.raises(domain.MovedEnough):
        calling.call_off(person.id, case.reference)


@pytest.mark.parametrize(
    "starts_at",
    [later(-1), later(minutes=5), later(4), later(30), later(hours=2), later(hours=-1)],
    ids=["today", "between", "Saturday", "too far", "closed", "not open yet"],
)
def test_a_time_that_is_not_offered_cannot_be_taken(kendra, clerk, person, starts_at):
    case = accepted(person, clerk)
    with pytest.raises(domain.NoSuchSlot):
        choose(case, starts_at)


def test_somebody_elses_application_gets_no_time(kendra, clerk, person, stranger):
    case = accepted(person, clerk)
    with pytest.raises(service.NoSuchApplication):
        calling.choose(stranger.id, case.reference, "rampur", TUESDAY_TEN)


def test_the_clock_of_the_stage_waits_for_the_choice(kendra, clerk, person, now):
    case = accepted(person, clerk)
    assert (case.stage_days_left, case.rises_on) == (5, None)
    now.shift(timedelta(days=3))
    choose(case, later(3))
    case = fresh(case)
    assert case.stage_days_left is None
    # Thursday, and five working days.
    assert f"{case.stage_due_on}" == "2026-12-03"
    calling.call_off(person.id, case.reference)
    assert service.by_id(case.id).stage_days_left == 5


def test_an_answer_to_a_question_does_not_start_a_clock_that_waits(kendra, clerk, person):
    case = accepted(person, clerk)
    act(case, clerk, "ask", "clerk", message={"en": "Which house?"}, fields=("applicant",))
    service.answer(person.id, case.reference, {"applicant": "Asha Rani"})
    assert service.by_id(case.id).stage_days_left == 5


def test_the_case_goes_on_when_the_person_was_there(kendra, clerk, person, now):
    case = accepted(person, clerk)
    choose(case)
    with pytest.raises(domain.NotMet):
        act(case, clerk, "progress", "clerk", stage="decide")
    db.session.rollback()
    with pytest.raises(domain.NotYetOver):
        hold(case, clerk, "done")
    db.session.rollback()
    now.move_to(later(minutes=40))
    hold(case, clerk, "done", remarks="All papers seen.")
    assert act(case, clerk, "progress", "clerk", stage="decide").stage == "decide"


def test_whoever_did_not_come_chooses_again(kendra, clerk, person, now):
    case = accepted(person, clerk)
    choose(case)
    now.move_to(later(minutes=40))
    hold(case, clerk, "nobody")
    assert fresh(case).stage_days_left is not None
    assert choose(case, later(1)).seat == 1


def test_a_refused_case_gives_its_seat_back(kendra, clerk, person):
    case = accepted(person, clerk)
    choose(case)
    act(case, clerk, "refuse", "clerk", reason={"en": "Not here."})
    assert meetings.coming(fresh(case)) is None
    assert [one.seat for one in meetings.of_case(case)] == [None]


def test_it_comes_up_and_is_reminded_of_the_day_before(kendra, clerk, person):
    case = accepted(person, clerk)
    choose(case, later(2))
    (one,) = [one for one in coming.of_person(person.id) if one.key.startswith("meeting")]
    assert (f"{one.on}", f"{one.remind_on}") == ("2026-11-26", "2026-11-25")
    assert "10:00" in one.body
    assert "Bus stand" in one.body
    assert one.at[0] == later(2)
    assert person.id not in set(coming.to_remind(later(0).date()))
    assert person.id in set(coming.to_remind(later(1).date()))


# --- Visits -------------------------------------------------------------------------------------


def test_a_visit_is_set_made_with_photos_and_then_the_case_goes_on(visiting, clerk, person, now):
    case = accepted(person, clerk)
    made = visit(case, clerk)
    assert (made.kind, made.ends_at - made.starts_at) == ("visit", timedelta(hours=2))
    now.move_to(later(minutes=15))
    with pytest.raises(domain.TooFewPhotos):
        hold(case, clerk, "done")
    db.session.rollback()
    held = hold(case, clerk, "done", photos=2)
    found = meetings.photos([held])[held.id]
    assert len(found) == 2
    assert calling.photo(case, found[0]) == found[0]
    assert files.find(found[0]).type == "image/jpeg"
    assert act(case, clerk, "progress", "clerk", stage="decide").stage == "decide"


def test_a_photo_of_another_case_is_not_shown(visiting, clerk, person, stranger, now):
    case, other = accepted(person, clerk), accepted(stranger, clerk)
    visit(case, clerk)
    now.move_to(later(minutes=15))
    held = hold(case, clerk, "done", photos=1)
    (photo,) = meetings.photos([held])[held.id]
    with pytest.raises(service.NoSuchApplication):
        calling.photo(other, photo)


def test_nobody_there_lets_a_new_date_be_set(visiting, clerk, person, now):
    case = accepted(person, clerk)
    visit(case, clerk)
    now.move_to(later(minutes=15))
    hold(case, clerk, "nobody")
    assert meetings.unmet(fresh(case))
    visit(case, clerk, later(1))
    assert meetings.coming(fresh(case)).starts_at == later(1)


def test_another_time_is_asked_for_once(visiting, clerk, person):
    case = accepted(person, clerk)
    visit(case, clerk)
    calling.ask_another(person.id, case.reference, "I work until two.")
    db.session.commit()
    assert meetings.coming(fresh(case)).wish == "I work until two."
    visit(case, clerk, later(1))
    with pytest.raises(domain.AskedEnough):
        calling.ask_another(person.id, case.reference, "Later still.")


@pytest.mark.parametrize("starts_at", [later(-10), later(200)], ids=["past", "too far"])
def test_no_visit_is_set_in_the_past_or_a_year_ahead(visiting, clerk, person, starts_at):
    case = accepted(person, clerk)
    with pytest.raises(domain.NotAVisitTime):
        visit(case, clerk, starts_at)


def test_a_case_that_another_officer_holds_is_theirs(visiting, clerk, person):
    case = accepted(person, clerk)
    with pytest.raises(work.domain.HeldByAnother):
        visit(case, an_officer("clerk", name="Clerk Gill"))
