"""Each operation called with its own examples, and every answer held against the document."""

import base64
import json
from io import BytesIO

import pytest
from werkzeug.datastructures import FileStorage

from portal.applications.domain import Actor, Author
from portal.applications.enclosing import kept
from portal.applications.threads import service as threads
from portal.kernel.db import db
from portal.webhooks import service as webhooks
from portal.webhooks.feed import service as feed
from portal.webhooks.models import Delivery
from tests.api.contract import check, response_of
from tests.api.test_provider_interface import CERTIFICATE
from tests.applications import factories
from tests.applications.factories import SLIP, told
from tests.registry.uploading import as_json

LIST = "/api/v1/provider/applications"
CASE, EVENTS = f"{LIST}/{{reference}}", f"{LIST}/{{reference}}/events"
PAPER = f"{LIST}/{{reference}}/documents/{{document_id}}"
THREAD = f"{CASE}/messages"
ENCLOSED = f"{THREAD}/{{message_id}}/documents/{{file_id}}"
MANIFEST = "/api/v1/provider/manifest"
FEED, SENT = "/api/v1/provider/events", "/api/v1/provider/deliveries"
AGAIN, ALL_AGAIN = f"{SENT}/{{delivery_id}}/replay", f"{SENT}/replay"
CALLED = {
    ("get", FEED),
    ("get", SENT),
    ("post", AGAIN),
    ("post", ALL_AGAIN),
    ("get", LIST),
    ("get", CASE),
    ("post", EVENTS),
    ("get", PAPER),
    ("get", THREAD),
    ("post", THREAD),
    ("get", ENCLOSED),
    ("get", MANIFEST),
    ("put", MANIFEST),
}
# What has to have happened before an example of an event can be true.
BEFORE = {"issue": ("approve",)}


@pytest.fixture
def document(client):
    return client.get("/api/v1/provider/openapi.json").get_json()


def fits(document, answer, path, method):
    """Status, media type, headers and body are as the document says."""
    said, content = response_of(document, path, method, answer.status_code)
    for name in said.get("headers", {}):
        assert name == "Link" or name in answer.headers, (path, name)
    if answer.status_code >= 400:
        assert answer.mimetype == "application/problem+json"
    if answer.is_json or answer.mimetype == "application/problem+json":
        check(document, content["schema"], json.loads(answer.data))
    return answer


def events(document):
    content = document["paths"][EVENTS]["post"]["requestBody"]["content"]["application/json"]
    return {name: one["value"] for name, one in content["examples"].items()}


def test_every_operation_of_the_interface_is_called_here(document):
    known = {(method, path) for path, item in document["paths"].items() for method in item}
    assert known == CALLED


def test_reading_is_as_it_is_described(document, program, application):
    fits(document, program.get(LIST), LIST, "get")
    case = fits(document, program.get(f"{LIST}/{application.reference}"), CASE, "get").json
    paper = case["documents"][0]["url"].removeprefix("http://localhost:8000")
    assert fits(document, program.get(paper), PAPER, "get").status_code == 200


@pytest.mark.parametrize("kind", ["accept", "note", "ask", "approve", "refuse", "issue"])
def test_every_example_of_an_event_works(document, program, application, kind):
    event = dict(events(document)[kind])
    if kind == "ask":
        event["fields"] = ["born"]  # of this service; the console's page names its own
    if kind == "issue":
        event["document"] = CERTIFICATE
    for act in BEFORE.get(kind, ()):
        told(application, act)
    answer = fits(document, program.tell(application, **event), EVENTS, "post")
    assert answer.status_code == 201


def test_every_refusal_of_an_event_is_described(document, program, other_program, application):
    path = f"{LIST}/{application.reference}/events"
    refused = [
        program.send(path, "{"),
        program.send(path, "{}", content_type="text/plain"),
        program.send(path, "{}", key=None),
        program.send(path, b"x" * 8_000_000),
        program.tell(application),
        program.tell(application, type="progress", stage="nowhere"),
        program.tell(application, type="ask", message={"en": "x"}, fields=["nothing"]),
        program.tell(application, type="accept", document=CERTIFICATE),
        program.tell(application, type="issue", document=CERTIFICATE),
        other_program.tell(application, type="accept"),
        program.client.post(path, json={"type": "accept"}),
    ]
    named = set()
    for answer in refused:
        fits(document, answer, EVENTS, "post")
        named.add(answer.json["type"].rpartition("#problem-")[2])
        _, content = response_of(document, EVENTS, "post", answer.status_code)
        types = {one["value"]["type"] for one in content["examples"].values()}
        assert answer.json["type"] in types, answer.json
    assert {"unreadable", "not-json", "key-missing", "invalid-body", "move-not-allowed"} <= named


def test_a_document_that_is_none_is_said_so(document, program, application):
    told(application, "approve")
    content = base64.b64encode(b"no document").decode()
    event = {"type": "issue", "document": {"name": "x.pdf", "content": content}}
    fits(document, program.tell(application, **event), EVENTS, "post")


def test_a_thread_is_as_it_is_described(document, program, other_program, application):
    content = document["paths"][THREAD]["post"]["requestBody"]["content"]["application/json"]
    said = json.dumps(content["examples"]["text"]["value"])
    path = f"{LIST}/{application.reference}/messages"
    paper = kept(application, FileStorage(BytesIO(SLIP), "slip.pdf"))
    person = Author(Actor.CITIZEN, str(application.person_id))
    threads.write(application, person, "The slip.", [paper])
    db.session.commit()
    assert fits(document, program.send(path, said), THREAD, "post").status_code == 201
    got = fits(document, program.get(path), THREAD, "get").json
    url = got["messages"][0]["documents"][0]["url"].removeprefix("http://localhost:8000")
    fetched = fits(document, program.get(url), ENCLOSED, "get")
    assert fetched.data == SLIP
    for refused in (
        program.send(path, "{}", key="other"),
        program.send(path, said, key=None),
        other_program.send(path, said),
    ):
        fits(document, refused, THREAD, "post")
    fits(document, other_program.get(url), ENCLOSED, "get")


@pytest.fixture
def message(application, person):
    """Of a provider that has an address."""
    webhooks.set_endpoint("revenue", "https://93.184.216.34/", "tests")
    row = webhooks.send_test("revenue", person.id)
    db.session.commit()
    return row


def test_messages_are_listed_as_it_is_described(document, program, message):
    listed = fits(document, program.get(f"{SENT}?limit=1"), SENT, "get").json
    assert listed["deliveries"][0]["id"] == str(message.id)
    fits(document, program.get(f"{SENT}?state=x"), SENT, "get")
    fits(document, program.get(f"{FEED}?after=x"), FEED, "get")
    fits(document, program.get(FEED), FEED, "get")


def test_messages_are_sent_again_as_it_is_described(document, program, message):
    one = AGAIN.replace("{delivery_id}", str(message.id))
    assert fits(document, program.send(one, None), AGAIN, "post").status_code == 409
    of_day = f"{ALL_AGAIN}?from=2026-11-22T00:00:00Z&to=2026-11-23T00:00:00Z"
    assert fits(document, program.send(of_day, None, key="b"), ALL_AGAIN, "post").status_code == 409
    message.state = "dead"
    db.session.commit()
    assert fits(document, program.send(one, None, key="c"), AGAIN, "post").status_code == 202


def test_messages_are_fetched_as_it_is_described(document, program, person, message):
    feed.choose("revenue", person.id)
    feed.number()
    db.session.commit()
    assert fits(document, program.get(FEED), FEED, "get").status_code == 200


def test_manifests_are_taken_as_it_is_described(document, program):
    assert fits(document, program.get(MANIFEST), MANIFEST, "get").status_code == 404
    for data, kind, status in [
        ("{}", "text/plain", 415),
        ("{}", "application/json", 422),
        ("a: *b", "application/yaml", 422),
    ]:
        headers = {"Authorization": f"Bearer {program.token}", "Idempotency-Key": kind}
        answer = program.client.put(MANIFEST, data=data, content_type=kind, headers=headers)
        assert fits(document, answer, MANIFEST, "put").status_code == status


def test_a_manifest_that_is_right_is_answered_as_it_is_described(document, other_program):
    headers = {"Authorization": f"Bearer {other_program.token}", "Idempotency-Key": "one"}
    sent = {"data": as_json(), "content_type": "application/json", "headers": headers}
    answer = fits(document, other_program.client.put(MANIFEST, **sent), MANIFEST, "put")
    assert answer.status_code == 200
    assert fits(document, other_program.get(MANIFEST), MANIFEST, "get").status_code == 200


def test_messages_are_as_they_are_described(document, program, person):
    webhooks.set_endpoint("revenue", "https://93.184.216.34/", "tests")
    application = factories.sent(person)
    db.session.commit()
    for act in ("approve",):
        program.tell(application, type=act)
    webhooks.send_test("revenue", person.id)
    rows = db.session.query(Delivery).all()
    assert {row.type for row in rows} >= {"application.submitted", "endpoint.test"}
    for row in rows:
        hook = document["webhooks"][row.type]["post"]["requestBody"]
        check(document, hook["content"]["application/json"]["schema"], json.loads(row.body))
