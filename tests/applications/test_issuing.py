"""What is given out at the end: made by the portal, taken back, made anew, and kept."""

from datetime import timedelta
from uuid import uuid4

import pytest
from sqlalchemy import select

from portal.applications import service
from portal.applications.domain import Author, EventIncomplete, OwnCase, State
from portal.applications.events import DocumentEnded
from portal.applications.issuing import service as issuing
from portal.applications.issuing.domain import NotIssued, NotOurs, WhyIsNeeded
from portal.documents import service as documents
from portal.documents.domain import NotMade, Standing
from portal.documents.press import running
from portal.files import service as files
from portal.kernel import clock
from portal.kernel.db import db
from portal.kernel.events import StoredEvent
from portal.vault import service as vault
from portal.vault.models import VaultItem
from tests.accounts.factories import make_person, signed_in_client
from tests.applications.factories import LAND, OFFICER, issued, sent, told
from tests.applications.pages import open_page
from tests.documents.samples import checked_signature, scanned
from tests.documents.samples import text as said_on
from tests.files.samples import pdf

WHY = "A name was written wrongly."


def content(given):
    return b"".join(files.open_file(given.file_id))


def made(person, language="en", **changes):
    """An income certificate that the portal made."""
    application = sent(person, **changes)
    told(application, "accept")
    told(application, "approve")
    told(application, "issue")
    return application


def the_paper(application):
    (given,) = service.issued(application)
    return given


@pytest.mark.promise("M14")
def test_the_portal_makes_the_certificate_from_the_answers(person):
    given = the_paper(made(person))
    paper = content(given)
    told_on = said_on(paper)
    for words in ("Income certificate", "Asha Devi", "Ram Lal", "₹1,20,000", "A scholarship"):
        assert words in told_on
    # What the certificate is not about does not stand on it.
    assert "+91" not in told_on
    assert checked_signature(paper).trusted
    number = given.name.removesuffix(".pdf")
    says = documents.stated(number, scanned(paper))
    assert says == {
        "Your full name": "Asha Devi",
        "Date of birth": "17 May 1990",
        "Income of the whole family in the last year": "₹1,20,000",
    }


def test_it_is_in_the_persons_language_and_in_english(person):
    application = sent(person)
    application.language = "pa"
    db.session.commit()
    told(application, "approve")
    told(application, "issue")
    told_on = said_on(content(the_paper(application)))
    assert "ਆਮਦਨ" in told_on
    assert "Income certificate" in told_on


def test_a_file_of_the_provider_is_given_out_as_it_came(person):
    application = issued(sent(person))
    given = the_paper(application)
    assert given.paper_id is None
    assert content(given) == pdf(b"% certificate")


def test_what_the_portal_does_not_make_needs_a_file(person):
    application = sent(person, LAND)
    application.state = State.APPROVED
    db.session.commit()
    with pytest.raises(EventIncomplete):
        told(application, "issue")


def test_a_press_that_fails_leaves_the_case_as_it_was(person, monkeypatch):
    application = sent(person)
    told(application, "approve")

    def broken(_):
        raise running.PressFailed("on fire")

    monkeypatch.setattr(running.press, "make", broken)
    with pytest.raises(NotMade), db.session.begin_nested():
        told(application, "issue")
    db.session.expire_all()
    assert service.by_id(application.id).state == State.APPROVED


def test_a_revoked_document_is_good_no_more_and_the_person_reads_why(person, mine):
    application = made(person)
    given = the_paper(application)
    issuing.revoke(application, given.id, WHY, OFFICER)
    db.session.commit()
    assert documents.check(given.name.removesuffix(".pdf")).standing is Standing.REVOKED
    page = open_page(mine, f"/en/applications/{application.reference}").words
    assert "Revoked" in page
    assert WHY in page
    with pytest.raises(documents.EndedAlready), db.session.begin_nested():
        issuing.revoke(application, given.id, WHY, OFFICER)


def test_a_replaced_document_leads_to_the_new_one(person):
    application = made(person)
    old = the_paper(application)
    issuing.replace(application, old.id, WHY, OFFICER)
    db.session.commit()
    _, new = service.issued(application)
    found = documents.check(old.name.removesuffix(".pdf"))
    assert (found.standing, found.by) == (Standing.REPLACED, new.name.removesuffix(".pdf"))
    newest, oldest = vault.items(person.id)
    assert (newest.is_good, oldest.is_good) == (True, False)


def test_an_ended_document_is_told_once(person):
    application = made(person)
    issuing.revoke(application, the_paper(application).id, WHY, OFFICER)
    db.session.commit()
    name = f"{DocumentEnded.__module__}.{DocumentEnded.__qualname__}"
    names = db.session.scalars(select(StoredEvent.name)).all()
    assert sum(one in (name, DocumentEnded.__name__) for one in names) == 1


def test_who_holds_it_does_not_end_it_and_none_ends_it_without_words(person):
    application = made(person)
    given = the_paper(application)
    own = Author(OFFICER.kind, f"person:{person.id}")
    with pytest.raises(OwnCase):
        issuing.revoke(application, given.id, WHY, own)
    with pytest.raises(WhyIsNeeded):
        issuing.revoke(application, given.id, "  ", OFFICER)


def test_only_what_the_portal_made_is_ended(person):
    application = issued(sent(person))
    with pytest.raises(NotOurs):
        issuing.revoke(application, the_paper(application).id, WHY, OFFICER)
    with pytest.raises(service.NoSuchApplication):
        issuing.revoke(application, uuid4(), WHY, OFFICER)
    with pytest.raises(NotIssued):
        issuing.revoke(sent(make_person()), uuid4(), WHY, OFFICER)


# --- At the desk --------------------------------------------------------------------------------


@pytest.fixture
def desk(revenue, officer):
    return signed_in_client(revenue, officer)


def test_an_officer_issues_without_a_file(desk, person):
    application = told(sent(person), "approve")
    page = open_page(desk, f"/en/desk/{application.reference}")
    assert "The portal makes the document" in page.words
    assert page.send(act="issue").status == 200
    assert the_paper(application).paper_id


def test_an_officer_revokes_with_a_reason(desk, person):
    application = made(person)
    given = the_paper(application)
    page = open_page(desk, f"/en/desk/{application.reference}/issued/{given.id}/end")
    assert page.send(act="revoke", why="").status == 422
    assert page.send(act="revoke", why=WHY).status == 200
    assert documents.check(given.name.removesuffix(".pdf")).standing is Standing.REVOKED
    assert "ended already" in page.send(act="replace", why=WHY).words


# --- Kept, and carried into other forms ---------------------------------------------------------


def test_a_form_that_asks_for_it_has_it_already(person):
    issued(sent(person))
    (item,) = vault.items(person.id)
    assert item.path == "vault.income_certificate"
    assert vault.found(person.id, ["vault.income_certificate"])
    assert vault.prefill(person.id, ["vault.land_record"]) == {}


def test_what_is_over_or_revoked_is_not_carried_into_forms(person):
    application = made(person)
    issuing.revoke(application, the_paper(application).id, WHY, OFFICER)
    db.session.commit()
    assert vault.found(person.id, ["vault.income_certificate"]) == {}
    other = issued(sent(make_person()))
    db.session.query(VaultItem).filter_by(person_id=other.person_id).update(
        {"good_until": clock.today() - timedelta(days=1)}
    )
    assert vault.found(other.person_id, ["vault.income_certificate"]) == {}
