"""What a company reports of text messages: believed when signed, and changing a thing once."""

import json
from dataclasses import dataclass
from datetime import timedelta
from urllib.parse import urlencode

import pytest
import time_machine
from pydantic import ValidationError

from portal.kernel import clock, signatures
from portal.post.domain import Report, State
from portal.post.reports import service as reports
from portal.post.settings import PostSettings
from portal.post.texts import named
from tests.jobs import run_jobs
from tests.post.test_texts import only_message, use, write
from tests.webhooks.conftest import listening

__all__ = ["listening", "use", "write"]
SECRET = "whsec_" + "c2VjcmV0IG9mIHRoZSB0ZXN0cywgMzIgYnl0ZXMgbG9uZyE="
BODY = '{"to": "{to}", "text": "{text}", "ref": "{id}"}'


@dataclass
class Reporter:
    """The side of the company: it took our message, and reports of it."""

    client: object
    heard: list

    def report(self, told, *, secret=SECRET, at=None, kind="application/json"):
        body = told if isinstance(told, str) else json.dumps(told)
        headers = signatures.headers("report-1", body, [secret], at or clock.now())
        return self.client.post("/hooks/texts", data=body, headers=headers, content_type=kind)


@pytest.fixture
def company(client, use, listening):
    """Takes messages, and calls the next one SM-17."""
    server = listening()
    server.answers = [(200, b'{"messages": [{"sid": "SM-17"}]}')]

    def begin(**settings):
        known = {"sms_body": BODY, "sms_report_secret": SECRET} | settings
        use(sms="http", sms_url=server.url, **known)
        return Reporter(client, server.heard)

    return begin


@pytest.mark.parametrize(
    ("said", "state"),
    [
        ("DELIVRD", State.DELIVERED),
        ("delivered", State.DELIVERED),
        ("UNDELIV", State.FAILED),
        (" expired ", State.FAILED),
        ("queued", None),
        ("", None),
    ],
)
def test_what_companies_call_it(said, state):
    assert Report("x", said).state == state


@pytest.mark.promise("W6")
def test_a_text_message_is_delivered_when_the_company_says_so(company, write):
    told = company()
    write()
    run_jobs()
    ours = json.loads(told.heard[0].body)["ref"]
    assert (ours, only_message().state) == (str(only_message().id), "sent")
    assert told.report({"id": ours, "status": "delivered"}).status_code == 200
    assert only_message().state == "delivered"
    assert only_message().settled_at is not None
    # Once it came it does not go back, whatever is reported late.
    assert told.report({"id": ours, "status": "failed"}).status_code == 200
    assert only_message().state == "delivered"


def test_the_company_may_use_an_id_of_its_own_and_a_form(company, write):
    told = company(
        sms_answer_id="messages.0.sid", sms_report_id="MessageSid", sms_report_state="MessageStatus"
    )
    write()
    run_jobs()
    assert only_message().their_id == "SM-17"
    form = urlencode({"MessageSid": "SM-17", "MessageStatus": "undelivered"})
    heard = told.report(form, kind="application/x-www-form-urlencoded")
    assert heard.status_code == 200
    assert (only_message().state, only_message().error) == ("failed", "reported")


def test_what_is_still_on_its_way_changes_nothing(company, write):
    told = company()
    write()
    run_jobs()
    told.report({"id": str(only_message().id), "status": "queued"})
    assert (only_message().state, only_message().settled_at) == ("sent", None)


def test_a_report_that_overtakes_our_own_note_is_kept(company, write, listening, use):
    told = company()
    write()
    name = str(only_message().id)
    server = listening()
    server.meanwhile = lambda: told.report({"id": name, "status": "delivered"})
    use(sms="http", sms_url=server.url, sms_body=BODY, sms_report_secret=SECRET)
    run_jobs()
    assert (only_message().state, only_message().attempts) == ("delivered", 1)


@pytest.mark.parametrize("change", ["secret", "late", "none"])
def test_what_is_not_signed_is_not_read(company, write, client, change):
    told = company()
    write()
    run_jobs()
    said = {"id": str(only_message().id), "status": "delivered"}
    if change == "secret":
        heard = told.report(said, secret="whsec_" + "b3RoZXIgc2VjcmV0IG9mIHRoZSB0ZXN0cywgMzIgYnQ=")
    elif change == "late":
        heard = told.report(said, at=clock.now() - timedelta(minutes=6))
    else:
        heard = client.post("/hooks/texts", json=said)
    assert heard.status_code == 400
    assert only_message().state == "sent"


@pytest.mark.parametrize("said", ["{}", "[1]", '{"id": "x"}', "\u2028", '{"id": [], "status": 1}'])
def test_a_report_that_says_nothing_is_refused_in_words(company, said):
    heard = company().report(said)
    assert heard.status_code == 422
    assert "names no message" in heard.json["detail"]


def test_a_message_that_is_not_known_is_asked_for_again_later(company):
    heard = company().report({"id": "SM-0", "status": "delivered"})
    assert heard.status_code == 404


def test_mails_are_not_reported_by_a_company_of_texts(company, write):
    told = company(sms_report_secret=SECRET)
    assert told.report({"id": "not a uuid", "status": "failed"}).status_code == 404


def test_without_a_secret_there_are_no_reports(client, use):
    use(sms="http", sms_url="https://sms.example.org/send")
    assert client.post("/hooks/texts", json={}).status_code == 404


def test_too_much_is_not_read(company):
    assert company().report("x" * 70_000).status_code == 413


@pytest.mark.parametrize("secret", ["secret", "whsec_", "whsec_c2hvcnQ=", "whsec_not base64!"])
def test_a_weak_secret_does_not_start(secret):
    with pytest.raises(ValidationError, match="24 bytes"):
        PostSettings(sms_report_secret=secret)


@pytest.mark.parametrize(
    ("said", "path", "found"),
    [
        (b'{"a": [{"b": 5}]}', "a.0.b", "5"),
        (b'{"a": "x"}', "a", "x"),
        (b'{"a": true}', "a", None),
        (b'{"a": [1]}', "a.1", None),
        (b'{"a": [1]}', "a.x", None),
        (b"not json", "a", None),
        (b"\xff", "a", None),
    ],
)
def test_where_a_value_stands(said, path, found):
    assert named(said, path) == found


def test_what_is_counted_and_what_did_not_arrive(company, write):
    told = company()
    write(kind="security")
    run_jobs()
    told.report({"id": str(only_message().id), "status": "failed"})
    assert reports.totals() == {("security", "text", "failed"): 1}
    (lost,) = reports.lost()
    assert (lost.kind, lost.channel, lost.error) == ("security", "text", "reported")
    with time_machine.travel(clock.now() + timedelta(days=31), tick=False):
        assert reports.totals() == {}
