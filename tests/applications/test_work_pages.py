"""The desk's pages around a case: taking it, recording, noting, deciding in twos, many at once."""

import pytest

from portal.applications import service
from portal.applications.deciding import service as deciding
from portal.applications.work import service as work
from portal.kernel.db import db
from tests.accounts.factories import csrf_token, signed_in_client
from tests.applications.pages import open_page
from tests.applications.workflows import act, an_officer, at_the_head, department, sent


@pytest.fixture
def office(revenue):
    department()
    return revenue


@pytest.fixture
def clerk(office):
    return an_officer("clerk", name="Clerk Kaur")


@pytest.fixture
def clerks(office, clerk):
    """The clerk's browser."""
    return signed_in_client(office, clerk)


@pytest.fixture
def case(office, person):
    return sent(person)


def fresh(case):
    db.session.expire_all()
    return service.by_id(case.id)


def page_of(client, case, more=""):
    return open_page(client, f"/en/desk/{case.reference}{more}")


def token(client):
    return csrf_token(client.get("/en/account/security").data)


def press(client, case, path, **told):
    address = f"/en/desk/{case.reference}"
    answer = client.post(f"{address}{path}", data={"csrf_token": token(client), **told})
    db.session.expire_all()
    return answer


def words_after(client, answer):
    return open_page(client, answer.location).words


def acts(page):
    return [value for value in page.controls.get("act", ()) if value]


def test_a_case_is_taken_given_back_and_handed_over(clerks, clerk, case):
    second = an_officer("clerk", name="Clerk Sidhu")
    assert "Nobody has taken it yet." in page_of(clerks, case).words
    assert "The case is yours now." in words_after(
        clerks, press(clerks, case, "/holder", act="claim")
    )
    assert "You work on it." in page_of(clerks, case).words
    press(clerks, case, "/holder", act="release")
    assert fresh(case).officer_id is None
    press(clerks, case, "/holder", act="hand_over", to=second.id)
    assert "Clerk Sidhu works on it." in page_of(clerks, case).words
    told = words_after(clerks, press(clerks, case, "/holder", act="hand_over", to="nobody"))
    assert "There is no officer with this name" in told


def test_another_posts_case_can_be_read_and_noted_and_nothing_else(office, case):
    surveyors = signed_in_client(office, an_officer("surveyor"))
    page = page_of(surveyors, case)
    assert "the work of another post" in page.words
    assert "What happens next" not in page.words
    press(surveyors, case, "/notes", text="We know the house.")
    assert "We know the house." in page_of(surveyors, case).words
    told = words_after(surveyors, press(surveyors, case, "/holder", act="claim"))
    assert "the work of another post" in told
    assert press(surveyors, case, "", act="accept").status_code == 403
    assert fresh(case).state == "submitted"


def test_the_person_never_reads_a_note(clerks, case, mine):
    press(clerks, case, "/notes", text="He shouted at the counter.")
    assert "shouted" not in open_page(mine, f"/en/applications/{case.reference}").words


def test_an_empty_note_is_asked_for(clerks, case):
    told = words_after(clerks, press(clerks, case, "/notes", text=" "))
    assert "Write what the other officers should know" in told


def test_the_page_offers_what_the_stage_allows(clerks, clerk, case):
    press(clerks, case, "", act="accept")
    page = page_of(clerks, case)
    assert "The papers are checked" in page.words
    # Approving is not among the acts of the first stage, and it leads to one other stage alone.
    assert "The surveyor visits" in page.text
    assert 'value="approve"' not in page.text
    assert 'value="decision"' not in page.text


def test_a_letter_begins_the_message(clerks, case):
    page = page_of(clerks, case, "?letter=blurred")
    assert "Your paper cannot be read." in page.text
    assert page.controls["message"] == ["Your paper cannot be read."]


def test_marked_answers_are_asked_with_what_is_wrong_and_shown_beside_the_new_ones(
    clerks, case, mine
):
    press(
        clerks,
        case,
        "",
        act="ask",
        message="Look again.",
        fields_asked="family_income",
        **{"remark:family_income": "This is for one month.", "remark:applicant": "not ticked"},
    )
    asked = open_page(mine, f"/en/applications/{case.reference}/answer").words
    assert "This is for one month." in asked
    assert "not ticked" not in asked
    address = f"/en/applications/{case.reference}/answer"
    told = {"csrf_token": token(mine), "shown": "family_income"}
    mine.post(address, data={**told, "family_income": "999"})
    page = page_of(clerks, case)
    assert "Before: ₹1,50,000" in page.words
    assert "₹999" in page.words


def test_what_a_stage_asks_is_recorded_before_the_case_goes_on(office, clerks, clerk, case):
    surveyor = an_officer("surveyor")
    surveyors = signed_in_client(office, surveyor)
    act(case, clerk, "accept", "clerk")
    act(case, clerk, "progress", "clerk", stage="visit")
    assert "Without it the case cannot go on." in page_of(surveyors, case).words
    refused = press(surveyors, case, "", act="progress", stage="decision")
    assert refused.status_code == 422
    assert "Record what this stage asks for first" in refused.text
    assert press(surveyors, case, "/record", shown="lives_there").status_code == 422
    told = {"shown": "lives_there what_was_found", "lives_there": "yes"}
    press(surveyors, case, "/record", **told, what_was_found="A green door")
    assert "A green door" in page_of(surveyors, case).words
    assert press(surveyors, case, "", act="progress", stage="decision").status_code == 302
    assert fresh(case).stage == "decision"


def test_where_nothing_is_asked_nothing_is_recorded(clerks, case):
    assert clerks.get(f"/en/desk/{case.reference}/record").status_code == 409


def test_two_officers_decide(office, case, clerk):
    first, second = (an_officer("head", name=name) for name in ("Head Rana", "Head Brar"))
    one, other = (signed_in_client(office, each) for each in (first, second))
    at_the_head(case, clerk, an_officer("surveyor"))
    told = words_after(one, press(one, case, "", act="approve", message="All is right."))
    assert "It waits for a second officer" in told
    assert "Head Rana proposes: Approve" in page_of(other, case).words
    assert "What happens next" not in page_of(other, case).words
    told = words_after(other, press(other, case, "/decision", act="give_back", why="Ask the bank."))
    assert "It is given back" in told
    assert "Ask the bank." in page_of(one, case).words
    press(one, case, "", act="approve")
    told = words_after(other, press(other, case, "/decision", act="confirm"))
    assert "It is decided" in told
    assert fresh(case).state == "approved"


def test_what_somebody_saw_before_it_changed_is_not_decided_on(clerks, clerk, case):
    seen = case.entries
    act(case, clerk, "note", "clerk", message={"en": "First."})
    answer = press(clerks, case, "", act="accept", seen=seen, message="My long words")
    assert answer.status_code == 409
    assert "Somebody worked on this case after you opened it." in answer.text
    assert "My long words" in answer.text


# --- The queue ----------------------------------------------------------------------------------


def test_the_queue_is_filtered_by_whose_and_age_and_area(office, clerks, clerk, case, person):
    other = sent(person)
    work.claim(other, clerk.id, frozenset({"tehsil"}))
    db.session.commit()
    shown = {
        query: open_page(clerks, f"/en/desk?{query}").words
        for query in (
            "whose=mine",
            "whose=nobody",
            "whose=post",
            "age=week",
            "whose=x&age=x&area=x",
        )
    }

    def both_in(words):
        return case.reference in words and other.reference in words

    assert other.reference in shown["whose=mine"]
    assert case.reference not in shown["whose=mine"]
    assert case.reference in shown["whose=nobody"]
    assert other.reference not in shown["whose=nobody"]
    assert both_in(shown["whose=post"])
    assert "No case here." in shown["age=week"]
    assert both_in(shown["whose=x&age=x&area=x"])


def test_a_view_is_kept_shown_and_forgotten(clerks, clerk, case):
    given = {"csrf_token": token(clerks)}
    query = "show=open&whose=mine&sort=newest&evil=1"
    clerks.post("/en/desk/views", data={**given, "name": "My newest", "query": query})
    (view,) = work.views(clerk.id)
    assert (view.name, view.query) == ("My newest", "show=open&whose=mine&sort=newest")
    assert "My newest" in open_page(clerks, "/en/desk").words
    unnamed = clerks.post("/en/desk/views", data={**given, "name": "", "query": query})
    assert "Give the view a name" in words_after(clerks, unnamed)
    clerks.post(f"/en/desk/views/{view.id}/drop", data=given)
    db.session.expire_all()
    assert work.views(clerk.id) == []


def test_many_cases_are_chosen_looked_at_and_done_with_a_line_for_each(clerks, clerk, case, person):
    cases = [case, sent(person), sent(person)]
    act(cases[2], clerk, "refuse", "clerk", reason_code="elsewhere")
    given = token(clerks)

    def post(**told):
        told = {"csrf_token": given, "case": [one.reference for one in cases], **told}
        answer = clerks.post("/en/desk/several", data=told)
        db.session.expire_all()
        return answer

    assert "3 cases are chosen" in post().text
    looked = post(go="look", act="accept")
    assert "2 of 3 would be done. Nothing has changed yet." in looked.text
    assert fresh(case).state == "submitted"
    # Another act than the one that was looked at is looked at first.
    changed = post(go="do", act="note", message="Hello", looked="accept\n\n\n")
    assert "3 of 3 would be done. Nothing has changed yet." in changed.text
    done = post(go="do", act="accept", looked="accept\n\n\n")
    assert "2 of 3 are done." in done.text
    assert [fresh(one).state for one in cases] == ["in_progress", "in_progress", "refused"]


def test_nothing_chosen_leads_back(clerks, case):
    answer = clerks.post("/en/desk/several", data={"csrf_token": token(clerks)})
    assert "Choose one to 50 cases." in answer.text


def test_a_refused_confirmation_leaves_the_proposal(office, clerk, case):
    first = an_officer("head")
    one = signed_in_client(office, first)
    at_the_head(case, clerk, an_officer("surveyor"))
    press(one, case, "", act="approve")
    told = words_after(one, press(one, case, "/decision", act="confirm"))
    assert "You proposed this decision yourself." in told
    assert deciding.waiting(fresh(case)) is not None
