"""Between sending and the end: a time is chosen, people write, a refusal is looked at again."""

import pytest

from portal.applications.appeals import service as appeals
from portal.applications.meetings import service as meetings
from portal.applications.threads import service as threads
from portal.kernel.db import db
from tests.accounts.factories import make_person
from tests.applications import appealing, factories, meeting_cases
from tests.applications.workflows import act, an_officer, sent
from tests.browser.visit import DESK, NARROW, PHONE, PLAIN
from tests.files.samples import pdf

WAYS = [DESK, PHONE, NARROW, PLAIN]
WHY = "My father's income was counted twice."


@pytest.fixture
def asha(app):
    factories.published()
    return make_person(name="Asha Devi")


@pytest.mark.parametrize("way", WAYS)
def test_a_time_is_chosen_and_called_off_and_the_officer_sees_the_day(visit, asha, way):
    clerk = an_officer("clerk", name="Clerk Kaur")
    meeting_cases.department(appointment=meeting_cases.AT_THE_KENDRA)
    case = meeting_cases.accepted(asha, clerk)
    person, office = visit(**way).let_in(asha), visit(**way).let_in(clerk)
    person.go(f"/applications/{case.reference}")
    person.follow("a[href*='/appointment']")
    person.page.locator("label:has(input[name='slot'])").first.click()
    person.press()
    person.shot("appointment")
    db.session.rollback()
    chosen = meetings.coming(case)
    assert chosen.office == "rampur"
    office.go(f"/desk/meetings?day={chosen.starts_at:%Y-%m-%d}")
    office.shot("day-list")
    assert case.reference in office.text()
    office.go(f"/desk/{case.reference}")
    assert (person.faults, office.faults) == ([], [])


@pytest.mark.parametrize("way", WAYS)
def test_words_go_to_and_fro_and_a_refusal_is_looked_at_again(visit, asha, way, tmp_path):
    appealing.department()
    head = an_officer("head", name="Head Rana")
    case = act(sent(asha), head, "accept", "head")
    person, office = visit(**way).let_in(asha), visit(**way).let_in(head)
    person.go(f"/applications/{case.reference}/messages")
    person.fill(text="Which paper is missing?")
    person.press()
    office.go("/desk")
    office.go(f"/desk/{case.reference}/messages")
    office.shot("thread-desk")
    assert "Which paper is missing?" in office.text()
    act(case, head, "refuse", "head", reason={"en": "Too much income."})
    slip = tmp_path / "slip.pdf"
    slip.write_bytes(pdf())
    person.go(f"/applications/{case.reference}")
    person.follow("a[href$='/appeal']")
    person.fill(text=WHY)
    person.attach(first=slip)
    person.press()
    person.shot("appealed")
    db.session.rollback()
    (asked,) = appeals.of(case)
    authority = visit(**way).let_in(an_officer("commissioner", name="Commissioner Bedi"))
    authority.go("/desk/appeals")
    authority.follow(f"a[href*='{asked.id}']")
    authority.shot("appeal-desk")
    assert WHY in authority.text()
    assert len(threads.thread(case)) == 1
    assert (person.faults, office.faults, authority.faults) == ([], [], [])
