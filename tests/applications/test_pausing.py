"""The clock of a case stands still for a reason that its service declares, and for no other."""

from datetime import timedelta

import pytest
import time_machine

from portal.applications import domain as cases
from portal.applications import jobs, service
from portal.applications.appeals import service as appeals
from portal.applications.pausing import service as pausing
from portal.kernel.db import db
from portal.registry import Pause
from tests.accounts.factories import signed_in_client
from tests.applications.appealing import MONDAY, department, fresh
from tests.applications.pages import open_page
from tests.applications.workflows import act, an_officer, reach, sent
from tests.registry.publishing_factories import words

DAY = timedelta(days=1)


@pytest.fixture
def office(revenue):
    department(pauses=(Pause("court", words("A court must decide first")),))
    return revenue


@pytest.fixture
def head(office):
    return an_officer("head", name="Head Rana")


@pytest.fixture
def case(office, person):
    with time_machine.travel(MONDAY, tick=True):
        return sent(person)


def pauses(case, officer, reason="court", at=MONDAY + DAY, post="head"):
    with time_machine.travel(at, tick=True):
        locked = service.find_case(reach(post), case.reference, lock=True)
        pausing.pause(locked, reason, officer.id, reach(post))
        db.session.commit()


def goes_on(case, officer, at):
    with time_machine.travel(at, tick=True):
        locked = service.find_case(reach("head"), case.reference, lock=True)
        pausing.resume(locked, officer.id, reach("head"))
        db.session.commit()


def test_the_days_that_were_left_are_left_when_it_goes_on(case, head):
    pauses(case, head)
    left = fresh(case).days_left
    assert left
    assert pausing.now(case).slug == "court"
    goes_on(case, head, MONDAY + 31 * DAY)
    later = fresh(case)
    assert later.days_left is None
    assert later.due_on > (MONDAY + 31 * DAY).date()
    assert [one.act for one in service.timeline(later)][-2:] == ["pause", "resume"]


def test_no_appeal_opens_while_it_stands_still(case, head):
    pauses(case, head)
    with time_machine.travel(MONDAY + 90 * DAY, tick=True):
        jobs.open_appeals()
        db.session.commit()
        assert appeals.of(fresh(case)) == []


def test_another_reason_a_second_pause_and_another_post_are_refused(case, head):
    with pytest.raises(pausing.NoSuchPause):
        pauses(case, head, "holiday")
    with pytest.raises(cases.NotYourPost):
        pauses(case, an_officer("clerk", name="Clerk Kaur"), post="clerk")
    db.session.rollback()
    pauses(case, head)
    with pytest.raises(pausing.NothingToPause):
        pauses(case, head)


def test_what_is_late_stays_late(case, head):
    with pytest.raises(pausing.NothingToPause):
        pauses(case, head, at=MONDAY + 90 * DAY)


def test_a_move_ends_the_pause_and_a_question_keeps_the_days(case, head):
    pauses(case, head)
    left = fresh(case).days_left
    with time_machine.travel(MONDAY + 8 * DAY, tick=True):
        act(case, head, "ask", "head", message={"en": "Which year?"}, fields=("family_income",))
    assert fresh(case).days_left == left
    assert pausing.now(case) is None


def test_officer_and_person_read_why_on_their_pages(office, mine, person, head):
    case = sent(person)
    desk = signed_in_client(office, head)
    page = open_page(desk, f"/en/desk/{case.reference}")
    after = page.send(to=f"/en/desk/{case.reference}/pause", reason="court", act="pause")
    assert "It stands still: A court must decide first" in after.words
    words_ = open_page(mine, f"/en/applications/{case.reference}").words
    assert "A court must decide first" in words_
    assert "Paused" in words_
    again = after.send(to=f"/en/desk/{case.reference}/pause", act="resume")
    assert "It stands still" not in again.words
