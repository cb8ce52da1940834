"""Following an application: its page, a clarification, withdrawing, downloading."""

from datetime import timedelta
from uuid import UUID

import pytest
import time_machine
from sqlalchemy import select

from portal.applications import service
from portal.consent import service as consent
from portal.files import service as files
from portal.files.models import File
from portal.kernel import clock
from portal.kernel.db import db
from tests.accounts.factories import csrf_token, signed_in_client
from tests.applications import factories
from tests.applications.factories import LAND, SLIP, asked, issued, money, sent, told
from tests.applications.pages import open_page


def page_of(client, application, part=""):
    return open_page(client, f"/en/applications/{application.reference}{part}")


def test_the_list_holds_applications_and_drafts(mine, person):
    application = sent(person)
    factories.draft_for(person, LAND)
    page = open_page(mine, "/en/applications")
    assert application.reference in page.words
    assert "Income certificate" in page.words
    assert "Copy of a land record" in page.words


def test_the_list_goes_on_after_twenty(mine, person):
    for _ in range(21):
        sent(person, LAND)
    first = open_page(mine, "/en/applications")
    (more,) = first.links("after=")
    second = open_page(mine, more)
    assert len({*first.links("/applications/PB-")}) == 20
    assert len({*second.links("/applications/PB-")}) == 1
    assert open_page(mine, "/en/applications?after=nonsense").status == 200


@pytest.mark.promise("B11")
def test_the_person_sees_every_step(mine, person):
    application = issued(sent(person))
    told_ = page_of(mine, application).words
    steps = ["Sent by you", "Accepted for checking", "Approved", "Document issued"]
    assert all(step in told_ for step in steps)
    assert "REV/1" in told_


@pytest.mark.promise("B11")
def test_the_words_of_the_provider_are_read_in_whichever_language_they_were_written(mine, person):
    application = sent(person)
    told(application, "note", message={"pa": "ਕਾਗ਼ਜ਼ ਵੇਖ ਲਏ।"})
    told(application, "refuse", reason={"en": "The income is above the limit."})
    page = page_of(mine, application)
    assert "ਕਾਗ਼ਜ਼ ਵੇਖ ਲਏ।" in page.words
    assert "The income is above the limit." in page.words


def test_an_issued_document_is_downloaded_and_never_shown(mine, person):
    application = issued(sent(person))
    (document,) = service.issued(application)
    (link,) = page_of(mine, application).links("/documents/")
    got = mine.get(link)
    assert got.data.startswith(b"%PDF")
    assert got.headers["Content-Disposition"].startswith("attachment")
    assert "certificate.pdf" in got.headers["Content-Disposition"]
    assert got.headers["X-Content-Type-Options"] == "nosniff"
    assert got.headers["Cache-Control"] == "no-store"
    assert str(document.id) in link


def test_what_was_sent_can_be_read_again_with_its_papers(mine, person):
    application = sent(person)
    page = page_of(mine, application, "/answers")
    assert "₹90,000" in page.words
    links = page.links("/papers/")
    assert len(links) == 2
    assert {mine.get(link).data for link in links} >= {SLIP}


def test_a_clarification_is_answered(mine, person):
    application = sent(person)
    asked(application, "farm_income", "residence_proof")
    page = page_of(mine, application)
    assert "The provider needs something from you" in page.words
    assert "Your income from farming in the last year" in page.words
    page = page_of(mine, application, "/answer")
    assert {"farm_income", "residence_proof", "family_income"} <= page.names
    assert "applicant" not in page.names
    done = page.send(farm_income="85000", files={"residence_proof": (SLIP, "new-bill.pdf")})
    assert "Your answer is sent" in done.words
    db.session.expire_all()
    again = service.find(person.id, application.reference)
    assert again.state == "in_progress"
    assert again.answers["farm_income"] == money(85000)
    assert again.answers["residence_proof"]["name"] == "new-bill.pdf"
    assert "needs something" not in page_of(mine, application).words


@pytest.mark.promise("B1")
def test_the_person_sees_when_an_officer_looked(revenue, mine, person, officer):
    application = sent(person)
    assert "Who looked at it" not in page_of(mine, application).words
    desk = signed_in_client(revenue, officer)
    desk.get(f"/en/desk/{application.reference}")
    words = page_of(mine, application).words
    assert "Who looked at it" in words
    assert "An officer of Department of Revenue, to decide" in words


def test_the_words_of_the_department_stand_where_they_are_answered(mine, person):
    application = sent(person)
    asked(application, "farm_income", message="The slip and the sum differ.")
    for page in ("", "/answer"):
        shown = mine.get(f"/en/applications/{application.reference}{page}")
        assert "The slip and the sum differ." in shown.get_data(as_text=True)


def test_a_correction_that_brings_up_questions_asks_them_before_it_is_sent(mine, person):
    application = sent(person)
    asked(application, "occupation")
    page = page_of(mine, application, "/answer").send(occupation="labour")
    assert page.status == 422
    assert "bring up more questions" in page.words
    assert page.send(daily_wage="").status == 422
    assert "Your answer is sent" in page.send(daily_wage="500").words
    db.session.expire_all()
    assert service.shared(service.find(person.id, application.reference))["daily_wage"] == money(
        500
    )


def test_a_wrong_correction_is_said_and_its_file_is_kept(mine, person):
    application = sent(person)
    asked(application, "farm_income", "residence_proof")
    page = page_of(mine, application, "/answer")
    page = page.send(farm_income="much", files={"residence_proof": (SLIP, "new-bill.pdf")})
    assert page.status == 422
    again = page_of(mine, application, "/answer")
    assert "new-bill.pdf" in again.words
    assert "Drafts" not in open_page(mine, "/en/applications").words
    assert "Your answer is sent" in again.send(farm_income="85000").words
    db.session.expire_all()
    application = service.find(person.id, application.reference)
    assert application.answers["residence_proof"]["name"] == "new-bill.pdf"
    assert "released" not in db.session.scalars(select(File.state)).all()


def test_a_correction_that_breaks_a_rule_is_refused(mine, person):
    application = sent(person)
    asked(application, "farm_income")
    page = page_of(mine, application, "/answer").send(farm_income="500000")
    assert page.status == 422
    assert "cannot be less than your own" in " ".join(page.errors)
    assert "Your answer is sent" in page.send(family_income="600000").words


def test_nothing_is_answered_when_nothing_is_asked(mine, person):
    application = sent(person)
    assert page_of(mine, application, "/answer").status == 409


def test_an_application_is_withdrawn_after_one_more_look(mine, person):
    application = sent(person)
    page = page_of(mine, application, "/withdraw")
    assert "Withdraw this application?" in page.words
    done = page.send()
    assert "You have withdrawn this application." in done.words
    assert page.send().status == 409
    assert "Withdraw the application" not in page_of(mine, application).words


PARTS = ["", "/answers", "/answer", "/withdraw"]


@pytest.mark.parametrize("part", PARTS)
@pytest.mark.promise("W8")
def test_somebody_elses_application_is_as_unknown_as_none(mine, theirs, person, part):
    application = sent(person)
    asked(application, "born")
    unknown = f"/en/applications/PB-0000-0000{part}"
    none, other = open_page(theirs, unknown), page_of(theirs, application, part)
    assert (other.status, other.words) == (404, none.words)
    token = open_page(theirs, "/en/applications").controls
    token = token.get("csrf_token") or [_token(theirs)]
    if part in ("/answer", "/withdraw"):
        data = {"csrf_token": token[0]}
        path = f"/en/applications/{application.reference}{part}"
        assert open_page(theirs, path, "post", data=data).status == 404
    db.session.expire_all()
    assert service.by_id(application.id).state == "needs_information"


def _token(client):
    return csrf_token(client.get("/en/applications").data)


def test_somebody_elses_files_are_not_found(mine, theirs, person, stranger):
    application = issued(sent(person))
    own = sent(stranger)
    (document,) = service.issued(application)
    (paper, _) = service.papers(application)
    for reference in (application.reference, own.reference):
        for part in (
            f"documents/{document.id}",
            f"papers/{paper['file']}",
            f"papers/{document.id}",
        ):
            assert theirs.get(f"/en/applications/{reference}/{part}").status_code == 404


def test_a_look_at_the_own_application_discloses_nothing(mine, person):
    application = sent(person)
    page_of(mine, application)
    page_of(mine, application, "/answers")
    assert consent.for_application(application.id)[0].disclosed == ()


@pytest.mark.promise("B7")
def test_a_paper_stays_with_the_application_until_its_correction_is_sent(mine, person):
    application = asked(sent(person), "farm_income", "residence_proof")
    old = application.answers["residence_proof"]
    db.session.commit()
    page = page_of(mine, application, "/answer").send(farm_income="much")
    page.send(farm_income="much", files={"residence_proof": (SLIP, "new-bill.pdf")})
    with time_machine.travel(clock.now() + timedelta(hours=25)):
        files.sweep()
        db.session.commit()
    assert files.find(UUID(old["file"])).name == old["name"]
