"""The desk: an officer's queue, a case, and every act."""

import re

import pytest
from sqlalchemy import select

from portal.accounts import service as accounts
from portal.accounts.domain import Role
from portal.accounts.staff import service as staff
from portal.applications import service
from portal.applications.fees import service as fees
from portal.audit.models import AuditEntry
from portal.consent import service as consent
from portal.kernel.db import db
from portal.kernel.money import Money
from tests.accounts.factories import csrf_token, make_person, signed_in_client
from tests.applications.factories import INCOME, LAND, SLIP, asked, issued, sent, told
from tests.applications.pages import open_page
from tests.payments import factories as gateway


def case(client, application):
    return open_page(client, f"/en/desk/{application.reference}")


def fresh(application):
    db.session.expire_all()
    return service.by_id(application.id)


def acts(page):
    """The acts that the page offers."""
    found = page.root.iter("{http://www.w3.org/1999/xhtml}input")
    return {one.get("value") for one in found if one.get("name") == "act"}


def papers(page, *, view):
    """The addresses of the files of a case, to be looked at or to be saved."""
    links = set(page.links("/papers/"))
    return sorted(link for link in links if link.endswith("/view") == view)


def looks_at_papers():
    return db.session.scalars(select(AuditEntry.why)).all().count("document")


def test_the_queue_shows_the_most_urgent_first(desk, person):
    slow, quick = sent(person, INCOME), sent(person, LAND)
    words = open_page(desk, "/en/desk").words
    assert words.index(quick.reference) < words.index(slow.reference)


def test_the_desk_has_its_own_menu(desk):
    page = open_page(desk, "/en/desk").text
    menu = page.partition('<nav class="nav" aria-label="Main">')[2].partition("</nav>")[0]
    assert {link.rstrip("/") for link in re.findall(r'<a href="([^"]+)"', menu)} == {
        "/en/desk",
        "/en/desk/appeals",
        "/en/desk/meetings",
        "/en/desk/referrals",
    }


def test_the_queue_parts_cases_by_what_they_wait_for(desk, person):
    waiting, over = asked(sent(person), "born"), issued(sent(person))
    decided = told(sent(person), "approve")
    shown = {
        code: open_page(desk, f"/en/desk?show={code}").words
        for code in ("open", "waiting", "decided", "over")
    }
    assert waiting.reference in shown["waiting"]
    assert over.reference in shown["over"]
    assert decided.reference in shown["decided"]
    assert "No case here." in shown["open"]
    assert open_page(desk, "/en/desk?show=nonsense&after=2026-99-99_x").status == 200


def test_the_queue_goes_on_after_fifty_and_asks_no_more_for_more(desk, person, queries):
    sent(person, LAND)
    with queries() as one:
        desk.get("/en/desk")
    for _ in range(50):
        sent(person, LAND)
    with queries() as many:
        first = open_page(desk, "/en/desk")
    assert len(many) <= len(one)
    (more,) = first.links("after=")
    second = open_page(desk, more)
    assert len(second.links("/desk/PB-")) == 1
    assert not set(second.links("/desk/PB-")) & set(first.links("/desk/PB-"))


def test_a_case_shows_the_answers_and_leaves_a_trace(desk, officer, person):
    application = sent(person)
    page = case(desk, application)
    assert "₹90,000" in page.words
    assert "Farm" in page.words or "I farm" in page.words
    case(desk, application)
    looked = db.session.scalars(select(AuditEntry).where(AuditEntry.act == "case.looked")).all()
    assert [(one.actor, one.subject_id) for one in looked] == [(str(officer.id), person.id)] * 2
    (given,) = consent.for_application(application.id)
    assert [told_.channel for told_ in given.disclosed] == ["desk"]


def test_a_paper_is_saved_with_a_trace(desk, person):
    links = papers(case(desk, sent(person)), view=False)
    answers = [desk.get(link) for link in links]
    assert {answer.data for answer in answers} >= {SLIP}
    assert all(one.headers["Content-Disposition"].startswith("attachment") for one in answers)
    assert looks_at_papers() == 2


def test_a_paper_is_looked_at_in_place_with_a_trace(desk, person):
    links = papers(case(desk, sent(person)), view=True)
    answers = [desk.get(link) for link in links]
    assert {answer.data for answer in answers} >= {SLIP}
    for answer in answers:
        assert answer.headers["Content-Disposition"].startswith("inline")
        assert answer.headers["X-Content-Type-Options"] == "nosniff"
        assert "default-src 'none'" in answer.headers["Content-Security-Policy"]
    assert looks_at_papers() == 2


def test_opening_a_case_is_no_look_at_its_papers(desk, person):
    case(desk, sent(person))
    assert looks_at_papers() == 0


@pytest.mark.parametrize("view", [True, False])
def test_a_paper_of_another_application_is_not_found(desk, person, view):
    own, other = sent(person), sent(person)
    (link, *_) = papers(case(desk, other), view=view)
    assert desk.get(link.replace(other.reference, own.reference)).status_code == 404
    assert looks_at_papers() == 0


def test_what_was_issued_is_looked_at_with_a_trace(desk, person):
    application = issued(sent(person))
    (link,) = case(desk, application).links("/issued/")
    answer = desk.get(link)
    assert answer.status_code == 200
    assert b"certificate" in answer.data
    assert looks_at_papers() == 1
    elsewhere = link.replace(application.reference, sent(person).reference)
    assert desk.get(elsewhere).status_code == 404


def test_every_act_from_acceptance_to_the_document(desk, mine, person):
    application = sent(person)
    page = case(desk, application)
    assert acts(page) == {"accept", "ask", "approve", "refuse", "note"}
    page = page.send(act="accept")
    assert fresh(application).state == "in_progress"
    page = page.send(act="note", message="We look into it.")
    page = page.send(act="ask", message="Which year?", fields_asked=["farm_income", "born"])
    assert fresh(application).asked == ["born", "farm_income"]
    assert acts(page) == {"accept", "refuse", "note"}
    service.answer(person.id, application.reference, {"born": "1991-01-01"})
    db.session.commit()
    page = case(desk, application).send(act="approve", message="All is well.")
    assert acts(page) == {"issue", "note"}
    page = page.send(act="issue", files={"document": (SLIP, "certificate.pdf")})
    assert fresh(application).state == "issued"
    assert acts(page) == set()
    seen = open_page(mine, f"/en/applications/{application.reference}").words
    for words in ("We look into it.", "Which year?", "All is well.", "certificate.pdf"):
        assert words in seen


def test_a_refusal_needs_a_reason(desk, person):
    application = sent(person)
    page = case(desk, application).send(act="refuse")
    assert page.status == 422
    assert fresh(application).state == "submitted"
    page.send(act="refuse", message="You live elsewhere.")
    assert fresh(application).state == "refused"


@pytest.mark.parametrize(
    "sent_", [{}, {"act": "nonsense"}, {"act": "issue"}, {"act": "ask"}, {"act": "note"},
              {"act": "ask", "message": "What?"}, {"act": "ask", "fields_asked": "born"},
              {"act": "ask", "message": "What?", "fields_asked": "employer"}]
)  # fmt: skip
def test_an_incomplete_act_is_said_and_changes_nothing(desk, person, sent_):
    application = sent(person)
    page = case(desk, application).send(**sent_)
    assert page.status == 422
    assert page.errors
    assert fresh(application).state == "submitted"


def test_a_file_that_lies_is_refused_and_the_words_stay(desk, person):
    application = told(sent(person, LAND), "approve")
    gateway.paid(fees.payment(application))
    page = case(desk, application)
    files = {"document": (b"MZ not a paper", "certificate.pdf")}
    page = page.send(act="issue", message="Here it is.", files=files)
    assert page.status == 422
    assert "Here it is." in page.text
    assert fresh(application).state == "approved"
    assert service.timeline(application)[-1].act != "issue"


def test_a_case_that_was_decided_meanwhile_is_not_decided_again(desk, person):
    application = sent(person)
    page = case(desk, application)
    told(application, "refuse", reason={"en": "No."})
    assert page.send(act="approve").status == 422
    assert fresh(application).state == "refused"


def test_another_providers_case_is_as_unknown_as_none(revenue, person):
    application = sent(person)
    other = make_person(role="officer", provider="tehsil")
    client = signed_in_client(revenue, other)
    none, found = (
        open_page(client, f"/en/desk/{one}") for one in ("PB-0000-0000", application.reference)
    )
    assert (found.status, found.words) == (404, none.words)
    assert "No case here." in open_page(client, "/en/desk").words


def test_an_integrator_of_the_provider_does_not_read_its_cases(revenue, person):
    application = sent(person)
    both = make_person(role="integrator", provider="revenue")
    client = signed_in_client(revenue, both)
    assert client.get("/en/desk").status_code == 403
    assert client.get(f"/en/desk/{application.reference}").status_code == 403


def test_a_role_for_one_provider_gives_nothing_at_another(revenue, person):
    application = sent(person)
    both = make_person(role="officer", provider="tehsil")
    accounts.grant(both.id, Role.INTEGRATOR, "revenue", by="tests")
    db.session.commit()
    client = signed_in_client(revenue, both)
    assert "No case here." in open_page(client, "/en/desk").words
    assert client.get(f"/en/desk/{application.reference}").status_code == 404


def test_a_citizen_does_not_see_the_desk(mine, person):
    application = sent(person)
    assert mine.get("/en/desk").status_code == 403
    assert mine.get(f"/en/desk/{application.reference}").status_code == 403
    assert "Desk" not in open_page(mine, "/en/applications").words


def test_the_fee_of_a_case_is_that_of_its_answers(person):
    application = sent(person, LAND)
    assert fees.of(application) == Money.of("55.00", "INR")


def test_a_look_in_an_emergency_is_told_to_the_person_as_one(revenue, person, mine):
    application = sent(person)
    other = make_person(name="Officer Gill", role="officer", provider="power")
    staff.emergency(other.id, "revenue", "flood in the office")
    db.session.commit()
    elsewhere = signed_in_client(revenue, other)
    page = case(elsewhere, application)
    for link in papers(page, view=True):
        assert elsewhere.get(link).status_code == 200
    db.session.rollback()
    acts = db.session.scalars(select(AuditEntry.why).where(AuditEntry.act == "case.emergency"))
    assert sorted(acts) == ["document", "document", "read"]
    told = open_page(mine, f"/en/applications/{application.reference}").words
    assert "Emergency access was opened" in told
    assert "to decide" not in told


def test_an_officer_of_the_provider_looks_as_one_though_an_emergency_lasts(desk, officer, person):
    staff.emergency(officer.id, "power", "flood in the office")
    db.session.commit()
    application = sent(person)
    case(desk, application)
    db.session.rollback()
    assert db.session.scalar(select(AuditEntry.why).where(AuditEntry.act == "case.looked"))
    assert not db.session.scalar(select(AuditEntry.why).where(AuditEntry.act == "case.emergency"))


def test_in_an_emergency_nothing_is_decided(revenue, person):
    application = sent(person)
    other = make_person(name="Officer Gill", role="officer", provider="power")
    staff.emergency(other.id, "revenue", "flood in the office")
    db.session.commit()
    elsewhere = signed_in_client(revenue, other)
    assert "act" not in case(elsewhere, application).names
    token = csrf_token(elsewhere.get("/en/admin/people/emergency").data)
    data = {"csrf_token": token, "act": "accept"}
    address = f"/en/desk/{application.reference}"
    assert open_page(elsewhere, address, "post", data=data).status == 404
    assert service.find(person.id, application.reference).state == "submitted"
