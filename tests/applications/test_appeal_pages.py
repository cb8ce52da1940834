"""Appeals on pages: the person asks, the authority decides, and each reads of it in words."""

import pytest

from portal.applications.appeals import service as appeals
from tests.accounts.factories import signed_in_client
from tests.applications.appealing import asks, department, fresh
from tests.applications.factories import SLIP
from tests.applications.pages import open_page
from tests.applications.workflows import act, an_officer, sent
from tests.jobs import run_jobs

WHY = "My father's income was counted twice."


@pytest.fixture
def office(revenue):
    department()
    return revenue


@pytest.fixture
def refused(office, person):
    head = an_officer("head", name="Head Rana")
    return act(sent(person), head, "refuse", "head", reason={"en": "Too much income."})


@pytest.fixture
def authority(office):
    """The browser of a commissioner."""
    return signed_in_client(office, an_officer("commissioner", name="Commissioner Bedi"))


def page_of(client, case, more=""):
    return open_page(client, f"/en/applications/{case.reference}{more}")


def the_appeal(case):
    return appeals.of(fresh(case))[-1]


def test_the_page_of_a_refusal_says_of_whom_a_review_is_asked_and_until_when(mine, refused):
    words = page_of(mine, refused).words
    assert "You can ask for a review" in words
    assert "Commissioner looks at it again and decides within 10 working days." in words
    assert "You can ask until" in words


def test_a_person_appeals_with_words_and_a_document(mine, refused):
    page = page_of(mine, refused, "/appeal")
    after = page.send(text=WHY, files={"first": (SLIP, "slip.pdf")})
    assert "Your appeal is sent. We tell you when it is decided." in after.words
    assert "Your appeal is with: Commissioner" in after.words
    assert "You asked for a review" in after.words
    made = the_appeal(refused)
    assert (made.text, [one["name"] for one in made.papers]) == (WHY, ["slip.pdf"])
    link = f"/en/applications/{refused.reference}/appeal/papers/{made.papers[0]['file']}"
    assert mine.get(link).data == SLIP


def test_without_words_or_with_a_file_that_is_none_it_is_refused_in_words(mine, refused):
    page = page_of(mine, refused, "/appeal")
    assert page.send(text="").status == 422
    wrong = page.send(text=WHY, files={"first": (b"no picture", "slip.exe")})
    assert wrong.status >= 400
    assert WHY in wrong.words
    assert appeals.of(fresh(refused)) == []


def test_an_application_that_is_not_decided_offers_no_review(mine, office, person):
    case = sent(person)
    assert "You can ask for a review" not in page_of(mine, case).words
    assert mine.get(f"/en/applications/{case.reference}/appeal").status_code == 409


def test_nobody_else_appeals(theirs, refused):
    assert page_of(theirs, refused, "/appeal").status == 404


def test_an_appeal_is_withdrawn_once(mine, refused):
    asks(refused)
    asked = page_of(mine, refused, "/appeal/withdraw")
    assert "Commissioner is told and stops." in asked.words
    assert "You have withdrawn the appeal." in asked.send().words
    assert "No appeal of yours waits here." in page_of(mine, refused, "/appeal/withdraw").words
    assert asked.send().status == 409


def test_the_authority_reads_it_and_decides_with_reasons(mine, authority, refused, person):
    page_of(mine, refused, "/appeal").send(text=WHY, files={"first": (SLIP, "slip.pdf")})
    assert refused.reference in open_page(authority, "/en/desk/appeals").words
    address = f"/en/desk/appeals/{the_appeal(refused).id}"
    page = open_page(authority, address)
    assert WHY in page.words
    assert "The refusal of the application" in page.words
    (paper,) = page.links("/papers/")[-1:]
    assert authority.get(paper).status_code == 200
    assert page.send(outcome="set_aside", reasons="").status == 422
    after = page.send(outcome="set_aside", reasons="The slip was not read.")
    assert "It is decided, and the person is told." in after.words
    assert fresh(refused).state == "in_progress"
    words = page_of(mine, refused).words
    assert "Review: the provider must decide again" in words
    assert "The slip was not read." in words
    # A second press on a page that was open before.
    again = page.send(outcome="grant", reasons="Once more.")
    assert again.status == 409
    assert "This appeal is decided already" in again.words
    assert refused.reference not in open_page(authority, "/en/desk/appeals").words


def test_an_officer_of_another_post_reads_it_and_cannot_decide(office, refused):
    asks(refused)
    board = signed_in_client(office, an_officer("board", name="Board Malik"))
    assert refused.reference not in open_page(board, "/en/desk/appeals").words
    address = f"/en/desk/appeals/{the_appeal(refused).id}"
    page = open_page(board, address)
    assert "Another post decides this appeal." in page.words
    assert "outcome" not in page.names


def test_officers_of_other_departments_and_citizens_do_not_find_it(desk, mine, refused):
    asks(refused)
    address = f"/en/desk/appeals/{the_appeal(refused).id}"
    assert desk.get(address).status_code == 404
    assert mine.get(address).status_code == 403


def test_the_queue_goes_on_page_by_page(office, authority, person, monkeypatch):
    monkeypatch.setattr("portal.applications.appeals.back_office.PAGE", 1)
    head = an_officer("head", name="Head Rana")
    cases = [act(sent(person), head, "refuse", "head", reason={"en": "No."}) for _ in range(2)]
    for case in cases:
        asks(case)
    first = open_page(authority, "/en/desk/appeals")
    (after,) = first.links("after=")
    second = open_page(authority, after)
    assert {one.reference for one in cases} == {
        one.reference for one in cases for shown in (first, second) if one.reference in shown.words
    }
    assert not (cases[0].reference in first.words and cases[1].reference in first.words)


def test_the_person_is_told_when_it_opens_and_when_it_is_decided(mine, authority, refused, person):
    page_of(mine, refused, "/appeal").send(text=WHY)
    run_jobs()
    page = open_page(authority, f"/en/desk/appeals/{the_appeal(refused).id}")
    page.send(outcome="uphold", reasons="The income is too high.")
    run_jobs()
    inbox = open_page(mine, "/en/inbox").words
    assert "your appeal is sent" in inbox
    assert "your appeal is decided" in inbox
    assert WHY not in inbox
