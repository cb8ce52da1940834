"""The portal and the demo department over real connections: a case from its sending to its end."""

import re
from uuid import uuid4

import pytest

from portal.api import service as interface
from portal.applications import service as applications
from portal.kernel.db import db
from portal.webhooks import service as webhooks
from tests.jobs import run_jobs
from tests.webhooks.conftest import SECRET
from tests.webhooks.test_webhooks_page import PDF, paper

__all__ = ["paper"]


@pytest.fixture
def office(app, offer, serve, make_department, kernel):
    """The department's program, listening, with a token for the portal, which listens too."""
    kernel(allow_private_webhooks=True, base_url=serve(app))
    token = interface.issue_token("tehsil", interface.SCOPES, "back office", uuid4())
    program = make_department(app.config["SETTINGS"].kernel.base_url, token)
    webhooks.set_endpoint("tehsil", serve(program) + "/webhook", "tests", SECRET)
    db.session.commit()
    return program.test_client()


@pytest.fixture
def case(office, send, paper):
    """The path of an application's page at the department."""
    application = send(income_proof=paper)
    run_jobs()
    return f"/cases/{application.reference}"


def press(office, case, act, **fields):
    form = re.search(f'value="([^"]+-{act})"', office.get(case).text)
    return office.post(
        f"{case}/answer", data={"act": act, "key": form[1], **fields}, follow_redirects=True
    )


def in_the_portal(case):
    db.session.expire_all()
    db.session.rollback()
    return applications.find_case(frozenset({"tehsil"}), case.rpartition("/")[2])


def test_a_case_is_accepted_approved_and_its_certificate_issued(office, case):
    assert press(office, case, "accept").status_code == 200
    assert in_the_portal(case).state == "in_progress"
    assert in_the_portal(case).case_number.startswith("REV/")
    press(office, case, "approve")
    page = press(office, case, "issue")
    assert "<strong>issued</strong>" in page.text
    (document,) = applications.issued(in_the_portal(case))
    assert document.type == "application/pdf"


def test_a_clerk_asks_and_the_person_answers(office, case, person):
    press(office, case, "ask", words="Which name?", fields=["applicant"])
    asked = in_the_portal(case)
    assert (asked.state, asked.asked) == ("needs_information", ["applicant"])
    applications.answer(person.id, asked.reference, {"applicant": "ਆਸ਼ਾ ਰਾਣੀ"})
    db.session.commit()
    run_jobs()
    assert "ਆਸ਼ਾ ਰਾਣੀ" in office.get(case).text


def test_a_refusal_carries_its_reason(office, case):
    press(office, case, "refuse", words="Not our area")
    refused = in_the_portal(case)
    assert refused.state == "refused"
    assert applications.timeline(refused)[-1].words == {"reason": {"en": "Not our area"}}


def test_a_double_click_is_one_event(office, case):
    key = {"key": "the-same-key", "act": "accept"}
    for _ in range(2):
        assert office.post(f"{case}/answer", data=key).status_code == 302
    acts = [entry.act for entry in applications.timeline(in_the_portal(case))]
    assert acts == ["submit", "accept"]


def test_what_the_portal_refuses_is_shown_to_the_clerk(office, case):
    answer = press(office, case, "issue")
    assert answer.status_code == 409
    assert "the application has moved on" in answer.text


def test_a_document_is_fetched_by_its_link(office, case):
    answer = office.get(f"{case}/documents/income_proof")
    assert answer.data == PDF
    assert answer.content_type == "application/pdf"
    assert answer.headers["Content-Disposition"] == "attachment"


def test_a_document_is_fetched_through_the_interface_when_its_link_has_ended(
    office, send, paper, monkeypatch
):
    monkeypatch.setattr("portal.webhooks.messages.LINK_SECONDS", -60)
    application = send(income_proof=paper)
    run_jobs()
    fetched = office.get(f"/cases/{application.reference}/documents/income_proof")
    assert fetched.data == PDF


def test_answers_that_are_too_large_for_a_message_are_read_through_the_interface(office, send):
    application = send(applicant="ਲ" * 7000)
    run_jobs()
    assert "ਲ" * 7000 in office.get(f"/cases/{application.reference}").text
