"""The departments' interface: reading a case, telling what happened, fetching documents."""

import base64
import json
from datetime import timedelta

import pytest
import time_machine
from sqlalchemy import func, select, text

from portal.api import service as tokens
from portal.api.models import ApiToken, GivenAnswer
from portal.applications import service
from portal.applications.models import TimelineEntry
from portal.consent import service as consent
from portal.kernel import clock
from portal.kernel.db import db
from portal.kernel.events import StoredEvent
from tests.accounts.factories import make_person, send, signed_in_client
from tests.accounts.threads import at_once
from tests.applications.factories import SLIP, told

CASES = "/api/v1/provider/applications"
SAID = {"en": "Look again.", "pa": "ਫਿਰ ਵੇਖੋ।"}
CERTIFICATE = {"name": "certificate.pdf", "content": base64.b64encode(SLIP).decode()}


def fresh(application):
    db.session.expire_all()
    return service.by_id(application.id)


def problem(answer, status):
    """The problem document of a refused call."""
    assert answer.status_code == status, answer.get_data(as_text=True)
    assert answer.mimetype == "application/problem+json"
    told_ = answer.get_json()
    assert {"type", "title", "status", "detail", "instance"} <= told_.keys()
    assert told_["status"] == status
    return told_


@pytest.mark.promise("M8")
def test_a_case_is_read_with_the_shared_answers_and_nothing_else(program, application):
    got = program.get(f"{CASES}/{application.reference}")
    assert got.status_code == 200
    case = got.get_json()
    assert case["service"] == "revenue/income-certificate"
    assert case["state"] == "submitted"
    assert case["answers"] == service.plain_answers(application)
    assert {paper["field"] for paper in case["documents"]} == {"identity_proof", "residence_proof"}
    assert {"person_id", "subject_id", "id"}.isdisjoint(case)


@pytest.mark.promise("M8")
def test_reading_a_case_is_noted_in_the_consent_ledger(program, application):
    program.get(f"{CASES}/{application.reference}")
    (given,) = consent.for_application(application.id)
    (note,) = given.disclosed
    assert (note.channel, note.provider) == ("api", "revenue")
    assert set(note.fields) == set(application.answers)


def test_a_document_is_fetched_and_noted(program, application):
    (paper, _) = program.get(f"{CASES}/{application.reference}").get_json()["documents"]
    got = program.get(paper["url"].removeprefix("http://localhost:8000"))
    assert got.data == SLIP
    assert got.headers["Content-Disposition"].startswith("attachment")
    notes = consent.for_application(application.id)[0].disclosed
    assert notes[-1].fields == (paper["field"],)


@pytest.mark.parametrize("content", ["é", "A", "not base 64", "\u0000"])
def test_what_is_no_base_64_is_refused(program, application, content):
    program.tell(application, type="approve")
    document = {"name": "certificate.pdf", "content": content}
    problem(program.tell(application, type="issue", document=document), 422)


def test_every_event_until_the_document_is_issued(program, application, person):
    assert program.tell(application, type="accept", case_number="REV/9").status_code == 201
    moved = program.tell(application, type="progress", stage="field-report").get_json()
    assert (moved["state"], moved["stage"]) == ("in_progress", "field-report")
    assert program.tell(application, type="note", message=SAID).status_code == 201
    asked = program.tell(application, type="ask", message=SAID, fields=["born"])
    assert asked.get_json()["state"] == "needs_information"
    service.answer(person.id, application.reference, {"born": "1991-01-01"})
    db.session.commit()
    assert program.tell(application, type="approve", message=SAID).status_code == 201
    issued = program.tell(application, type="issue", document=CERTIFICATE)
    assert issued.get_json()["state"] == "issued"
    (document,) = service.issued(fresh(application))
    assert document.name == "certificate.pdf"
    acts = [entry.act for entry in service.timeline(application)]
    assert acts == ["submit", "accept", "progress", "note", "ask", "answer", "approve", "issue"]


def test_a_refusal_gives_its_reason(program, application):
    told_ = problem(program.tell(application, type="refuse"), 422)
    assert told_["errors"][0]["pointer"] == "/reason"
    assert program.tell(application, type="refuse", reason=SAID).status_code == 201
    problem(program.tell(application, type="approve"), 409)


def test_the_same_key_gets_the_same_answer_and_works_once(program, application):
    answers = [program.tell(application, key="once", type="accept") for _ in range(3)]
    assert {answer.status_code for answer in answers} == {201}
    assert len({answer.data for answer in answers}) == 1
    assert len(service.timeline(application)) == 2


@pytest.mark.promise("B7")
def test_fifty_calls_at_once_with_one_key_work_once(revenue, program, application):
    answers = at_once(
        revenue, 20, lambda: program.tell(application, key="once", type="accept").data
    )
    assert len(set(answers)) == 1
    assert b'"in_progress"' in answers[0]
    acts = select(func.count()).where(TimelineEntry.act == "accept")
    assert db.session.scalar(acts) == 1


def test_a_key_with_another_body_or_case_is_refused(program, application, person):
    program.tell(application, key="once", type="accept")
    problem(program.tell(application, key="once", type="approve"), 422)
    assert fresh(application).state == "in_progress"


def test_a_key_is_each_tokens_own(revenue, program, application, token):
    program.tell(application, key="once", type="accept")
    other = type(program)(revenue, token())
    assert other.tell(application, key="once", type="approve").get_json()["state"] == "approved"


@pytest.mark.parametrize("key", [None, "", "k" * 256])
def test_a_change_needs_a_key(program, application, key):
    path = f"{CASES}/{application.reference}/events"
    problem(program.send(path, '{"type": "accept"}', key=key), 400)
    assert fresh(application).state == "submitted"


def test_a_refused_call_keeps_no_key(program, application):
    problem(program.tell(application, key="once", type="issue", document=CERTIFICATE), 409)
    assert db.session.scalar(select(func.count()).select_from(GivenAnswer)) == 0
    assert program.tell(application, key="once", type="accept").status_code == 201


@pytest.mark.parametrize(
    ("body", "pointer"),
    [
        ({}, "/type"),
        ({"type": "destroy"}, "/type"),
        ({"type": 1}, "/type"),
        ({"type": "note", "message": "text"}, "/message"),
        ({"type": "note", "message": {}}, "/message"),
        ({"type": "note", "message": {"fr": "Bonjour"}}, "/message/fr/[key]"),
        ({"type": "note", "message": {"en": 7}}, "/message/en"),
        ({"type": "note", "message": {"en": "x" * 4001}}, "/message/en"),
        ({"type": "ask", "message": SAID, "fields": "born"}, "/fields"),
        ({"type": "ask", "message": SAID, "fields": [1]}, "/fields/0"),
        ({"type": "ask", "message": SAID, "fields": ["nothing"]}, "/fields"),
        ({"type": "ask", "message": SAID}, "/fields"),
        ({"type": "progress", "stage": "nowhere"}, "/stage"),
        ({"type": "accept", "state": "approved"}, "/state"),
        ({"type": "accept", "fields": ["born"]}, "/fields"),
        ({"type": "approve", "document": CERTIFICATE}, "/document"),
        ({"type": "issue", "document": {"name": "x"}}, "/document/content"),
        ({"type": "accept", "case_number": True}, "/case_number"),
    ],
)
def test_what_is_wrong_is_said_with_its_place(program, application, body, pointer):
    told_ = problem(program.tell(application, **body), 422)
    assert pointer in {error["pointer"] for error in told_["errors"]}
    assert all(error["detail"] for error in told_["errors"])
    assert len(service.timeline(fresh(application))) == 1


@pytest.mark.parametrize(
    ("body", "kind", "status"),
    [
        (b"", "application/json", 400),
        (b"{", "application/json", 400),
        (b"\xff\xfe", "application/json", 400),
        (b'{"type": "accept", "type": "refuse"}', "application/json", 400),
        (b"[" * 100_000, "application/json", 400),
        (b'{"type": NaN}', "application/json", 422),
        (b"[]", "application/json", 422),
        (b"null", "application/json", 422),
        (b'"accept"', "application/json", 422),
        (b'{"type": "accept"}', "text/plain", 415),
        (b"type=accept", "application/x-www-form-urlencoded", 415),
        (b'{"type": "accept"}', "", 415),
    ],
)
def test_what_is_no_json_is_refused_as_a_problem(program, application, body, kind, status):
    path = f"{CASES}/{application.reference}/events"
    problem(program.send(path, body, kind), status)
    assert fresh(application).state == "submitted"


@pytest.mark.parametrize("strange", ["a\0b", "a\x1b[31mb", "a\u202eb", "a\ud800b"])
def test_texts_with_control_characters_are_refused_with_their_place(program, application, strange):
    for body in ({"case_number": strange}, {"message": {"en": strange}}):
        told_ = problem(program.tell(application, type="accept", **body), 422)
        assert told_["errors"]
    assert fresh(application).state == "submitted"


def test_lines_and_every_script_are_taken(program, application):
    said = {"en": "One.\nTwo.", "ur": "نمبر\u200cوار", "pa": "ਪਹਿਲਾ।"}
    assert program.tell(application, type="note", message=said).status_code == 201
    assert service.timeline(application)[-1].words == {"message": said}


def test_an_oversize_body_is_refused(program, application):
    path = f"{CASES}/{application.reference}/events"
    problem(program.send(path, b"x" * 8_000_000), 413)


@pytest.mark.parametrize("content", ["%%%", "bm8gcGRm", ""])
def test_what_is_no_document_is_refused(program, application, content):
    told(application, "approve")
    document = {"name": "certificate.pdf", "content": content}
    problem(program.tell(application, type="issue", document=document), 422)
    assert fresh(application).state == "approved"


@pytest.mark.parametrize(
    "header",
    [None, "", "Bearer", "Bearer ", "Bearer wrong", "Basic YTpi", "bearer\tx", "Bearer \xe4"],
)
def test_without_a_token_nothing_is_said(program, application, header):
    headers = {} if header is None else {"Authorization": header}
    got = program.client.get(f"{CASES}/{application.reference}", headers=headers)
    problem(got, 401)
    assert got.headers["WWW-Authenticate"].startswith("Bearer")
    assert problem(program.client.get(f"{CASES}/none", headers=headers), 401)


def test_a_scope_is_needed(revenue, token, program, application):
    other = type(program)(revenue, token(scopes=("provider",)))
    problem(other.get(f"{CASES}/{application.reference}"), 403)


def test_a_revoked_token_opens_nothing(program, application):
    row = db.session.scalars(select(ApiToken)).one()
    tokens.revoke_token(row.id, frozenset({"revenue"}), row.made_by)
    db.session.commit()
    problem(program.get(f"{CASES}/{application.reference}"), 401)


def test_only_the_hash_of_a_token_is_kept(program):
    rows = db.session.scalars(text("SELECT t::text FROM api_tokens t")).all()
    assert program.token.removeprefix(tokens.PREFIX) not in " ".join(rows)


@pytest.mark.promise("M8")
def test_another_providers_case_is_as_unknown_as_none(program, other_program, application):
    paper = service.papers(application)[0]["file"]
    for part in ("", f"/documents/{paper}"):
        one = problem(other_program.get(f"{CASES}/{application.reference}{part}"), 404)
        none = problem(other_program.get(f"{CASES}/PB-0000-0000{part}"), 404)
        assert one["detail"] == none["detail"]
    problem(other_program.tell(application, type="accept"), 404)
    assert fresh(application).state == "submitted"


def test_a_session_of_an_officer_is_no_token(revenue, application):
    officer = make_person(role="officer", provider="revenue")
    client = signed_in_client(revenue, officer)
    problem(client.get(f"{CASES}/{application.reference}"), 401)


def test_unknown_paths_and_wrong_methods_are_problems(program, application):
    problem(program.get("/api/v1/nothing"), 404)
    problem(program.get(f"{CASES}/{application.reference}/documents/nothing"), 404)
    assert problem(program.client.delete(f"{CASES}/{application.reference}"), 405)
    problem(program.get(f"{CASES}/%00"), 404)


def test_events_hold_ids_only(program, application):
    program.tell(application, type="ask", message={"en": "Canary"}, fields=["born"])
    stored = json.dumps([one.payload for one in db.session.scalars(select(StoredEvent))])
    assert "Canary" not in stored


def test_an_integrator_makes_and_revokes_tokens(revenue, application):
    integrator = make_person(role="integrator", provider="revenue")
    client = signed_in_client(revenue, integrator)
    new = {"provider": "revenue", "label": "Our back office", "scope": "applications"}
    page = send(client, "/en/console/tokens", **new)
    (made,) = set(_tokens(page.get_data(as_text=True)))
    headers = {"Authorization": f"Bearer {made}"}
    case = f"{CASES}/{application.reference}"
    assert client.get(case, headers=headers).status_code == 200
    assert made not in client.get("/en/console/tokens").get_data(as_text=True)
    refused = send(client, "/en/console/tokens", **new | {"provider": "tehsil"})
    assert refused.status_code == 403


def test_a_token_has_the_scopes_that_were_ticked(revenue):
    integrator = make_person(role="integrator", provider="revenue")
    client = signed_in_client(revenue, integrator)
    new = {"provider": "revenue", "label": "x"}
    assert send(client, "/en/console/tokens", **new, scope="provider").status_code == 200
    assert send(client, "/en/console/tokens", **new, scope=["applications", "provider"])
    for none in ({}, {"scope": "citizen"}, {"scope": ["applications", "openid"]}):
        assert send(client, "/en/console/tokens", **new, **none).status_code == 422
    rows = db.session.scalars(select(ApiToken).order_by(ApiToken.id)).all()
    assert [row.scopes for row in rows] == [["provider"], ["applications", "provider"]]


def test_a_token_is_made_only_by_who_confirmed_just_now(revenue):
    client = signed_in_client(revenue, make_person(role="integrator", provider="revenue"))
    with time_machine.travel(clock.now() + timedelta(minutes=6), tick=False):
        answer = send(client, "/en/console/tokens", provider="revenue", label="x")
    assert "/account/confirm" in answer.headers["Location"]
    db.session.rollback()
    assert db.session.scalar(select(func.count()).select_from(ApiToken)) == 0


def _tokens(page):
    return [word for word in page.replace("<", ">").split(">") if word.startswith(tokens.PREFIX)]
