"""The departments' interface to messages: read, write once, and never somebody else's."""

import json

import pytest
from sqlalchemy import select

from portal.applications import service
from portal.applications.domain import Actor, Author
from portal.applications.threads import service as threads
from portal.applications.threads.domain import Side
from portal.audit.models import AuditEntry
from portal.kernel.db import db
from portal.webhooks import service as webhooks
from portal.webhooks.models import Delivery
from tests.accounts.factories import make_person, signed_in_client
from tests.api.test_provider_interface import CASES, problem

WORDS = "Which year's slip do you need?"


@pytest.fixture
def thread(application):
    """The person wrote one message; the address of the thread."""
    writes(application)
    return f"{CASES}/{application.reference}/messages"


def writes(application, said=WORDS):
    locked = service.find(application.person_id, application.reference, lock=True)
    made = threads.write(locked, Author(Actor.CITIZEN, str(application.person_id)), said)
    db.session.commit()
    return made


def says(program, thread, text="The last one.", key="key-1"):
    return program.send(thread, json.dumps({"text": text}), key=key)


@pytest.mark.promise("M8")
def test_a_thread_is_read_and_answered_and_the_person_reads_the_provider(
    app, program, application, thread, person
):
    assert says(program, thread).status_code == 201
    got = program.get(thread).get_json()
    assert [(one["number"], one["side"], one["text"]) for one in got["messages"]] == [
        (1, "person", WORDS),
        (2, "provider", "The last one."),
    ]
    assert got["open"] is True
    address = f"/en/applications/{application.reference}/messages"
    page = signed_in_client(app, person).get(address).get_data(as_text=True)
    assert "The last one." in page


def test_the_desk_shows_that_a_program_wrote(app, program, application, thread):
    says(program, thread)
    officer = make_person(role="officer", provider="revenue")
    address = f"/en/desk/{application.reference}/messages"
    page = signed_in_client(app, officer).get(address).get_data(as_text=True)
    assert "a program of your provider" in page


def test_the_same_key_writes_once(program, application, thread):
    first, again = says(program, thread), says(program, thread)
    assert (first.status_code, again.status_code) == (201, 201)
    assert first.get_json() == again.get_json()
    assert len(threads.thread(application)) == 2
    problem(says(program, thread, "Another one."), 422)
    problem(says(program, thread, key=None), 400)


def test_each_reading_is_noted_and_an_unchanged_thread_is_not_read(program, application, thread):
    first = program.get(thread)
    known = {"If-None-Match": first.headers["ETag"], "Authorization": f"Bearer {program.token}"}
    again = program.client.get(thread, headers=known)
    assert again.status_code == 304
    acts = select(AuditEntry.act).where(
        AuditEntry.about == f"application:{application.id}",
        AuditEntry.act == "application.messages_read",
    )
    assert len(db.session.scalars(acts).all()) == 1
    assert threads.unread({application.id}, Side.OFFICE) == {application.id: 1}


def test_another_provider_finds_nothing(other_program, thread):
    problem(other_program.get(thread), 404)
    problem(says(other_program, thread), 404)


def test_a_token_of_another_scope_does_not_reach_it(app, token, thread):
    headers = {"Authorization": f"Bearer {token('revenue', ['provider'])}"}
    problem(app.test_client().get(thread, headers=headers), 403)


@pytest.mark.parametrize("body", [{}, {"text": ""}, {"text": "x" * 4001}, {"text": "a\u202eb"}])
def test_what_is_no_message_is_refused_in_words(program, thread, body):
    problem(program.send(thread, json.dumps(body)), 422)


def test_a_case_that_the_provider_does_not_have_has_no_thread(program, application, thread):
    row = service.by_id(application.id)
    row.submitted_at = None
    db.session.commit()
    problem(program.get(thread), 404)


def test_the_endpoint_hears_that_the_person_wrote_and_no_word_of_it(program, application):
    webhooks.set_endpoint("revenue", "https://93.184.216.34/", "tests")
    db.session.commit()
    thread = f"{CASES}/{application.reference}/messages"
    writes(application)
    says(program, thread)
    told = db.session.scalars(select(Delivery).order_by(Delivery.id)).all()
    assert [one.type for one in told] == ["application.message"]
    assert json.loads(told[0].body)["data"]["message"] == {"number": 1}
    assert WORDS not in told[0].body
