"""One text message reaches one number once, through whichever company the operator chose."""

import json
import threading
from dataclasses import dataclass, field
from datetime import timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qsl

import pytest
import time_machine
from sqlalchemy import select, text

from portal.app import create_app
from portal.kernel import clock, keys
from portal.kernel.db import db
from portal.kernel.jobs import Again
from portal.kernel.settings import KernelSettings, Settings, SettingsError, load
from portal.post import domain, service
from portal.post.domain import NumberUnfit, TextUnfit
from portal.post.models import Message
from portal.post.settings import PostSettings
from tests.jobs import run_jobs

NUMBER = "+919876500001"
BODY = "Sanjha: 123456 is your code. Tell it to nobody."
SECRET = "Bearer very-secret"
# What would end a field, a string or a line, or be filled in once more.
NASTY = 'a"b\\c&to=+911111111111 {to} {from} %26 \u2028 ਪੰਜਾਬੀ 🙂'


@dataclass
class Company:
    """Takes messages as a real company does; answers with the first of `answers`, else 200."""

    url: str = ""
    answers: list = field(default_factory=list)
    heard: list = field(default_factory=list)


def _handler(company):
    class Handler(BaseHTTPRequestHandler):
        def do_POST(self):
            body = self.rfile.read(int(self.headers["content-length"]))
            headers = {name.lower(): told for name, told in self.headers.items()}
            company.heard.append((self.path, headers, body))
            self.send_response((company.answers or [200]).pop(0))
            self.send_header("content-length", "0")
            self.end_headers()

        def log_message(self, *_):
            """Say nothing."""

    return Handler


@pytest.fixture
def company():
    """A company that listens on this machine."""
    told = Company()
    server = ThreadingHTTPServer(("127.0.0.1", 0), _handler(told))
    told.url = f"http://127.0.0.1:{server.server_port}/send"
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield told
    server.shutdown()
    server.server_close()


@pytest.fixture
def use(app, monkeypatch):
    """Makes the application use these settings of the room."""

    def change(*, private=True, env="test", **values):
        now = app.config["SETTINGS"]
        kernel = now.kernel.model_copy(update={"allow_private_webhooks": private, "env": env})
        others = [
            now.of(one) for one in now.sections() if one not in (PostSettings, KernelSettings)
        ]
        changed = Settings([*others, kernel, PostSettings(**values)])
        monkeypatch.setitem(app.config, "SETTINGS", changed)

    return change


@pytest.fixture
def to_company(use, company):
    use(sms="http", sms_url=company.url)
    return company


@pytest.fixture
def write(app):
    """Puts a text on its way; says whether it was taken."""
    subject = keys.new_subject()
    db.session.commit()

    def send(**changes):
        told = {"subject_id": subject, "to": NUMBER, "body": BODY, "language": "en"}
        taken = service.send_text(**told | changes)
        db.session.commit()
        return taken

    return send


def only_message():
    db.session.expire_all()
    return db.session.scalars(select(Message)).one()


def try_once():
    try:
        service.send(message_id=str(only_message().id))
    except Again as again:
        db.session.commit()
        return again.in_seconds
    db.session.commit()
    return None


def test_a_text_leaves_as_json_with_the_secret_header(write, use, company):
    use(sms="http", sms_url=company.url, sms_headers=json.dumps({"Authorization": SECRET}))
    assert write() is True
    run_jobs()
    ((path, headers, body),) = company.heard
    assert path == "/send"
    assert json.loads(body) == {"to": NUMBER, "text": BODY}
    assert headers["authorization"] == SECRET
    assert headers["content-type"] == "application/json"
    assert headers["idempotency-key"] == str(only_message().id)
    assert (only_message().state, only_message().channel) == ("sent", "text")


def test_nothing_in_a_text_can_leave_its_place_in_json(write, use, company):
    template = '{"messages": [{"dest": "{to}", "body": "{text}"}], "from": "{from}", "tries": 1}'
    use(sms="http", sms_url=company.url, sms_body=template, sms_from="SANJHA")
    write(body=NASTY)
    run_jobs()
    assert json.loads(company.heard[0][2]) == {
        "messages": [{"dest": NUMBER, "body": NASTY}],
        "from": "SANJHA",
        "tries": 1,
    }


def test_nothing_in_a_text_can_leave_its_place_in_a_form(write, use, company):
    template = "api=2&msisdn={to}&text={text}&sender={from}"
    use(sms="http", sms_url=company.url, sms_body=template)
    write(body=NASTY)
    run_jobs()
    _, headers, body = company.heard[0]
    assert headers["content-type"] == "application/x-www-form-urlencoded"
    told = parse_qsl(body.decode(), keep_blank_values=True)
    assert told == [("api", "2"), ("msisdn", NUMBER), ("text", NASTY), ("sender", "")]


@pytest.mark.parametrize("status", [429, 500, 503])
def test_a_company_that_cannot_now_is_tried_again_with_the_same_key(write, to_company, status):
    to_company.answers = [status]
    write()
    assert try_once() == 60
    assert only_message().error == f"sms_{status}"
    assert try_once() is None
    first, second = to_company.heard
    assert first[1]["idempotency-key"] == second[1]["idempotency-key"]
    assert only_message().state == "sent"


@pytest.mark.parametrize("status", [302, 400, 401, 404])
def test_what_a_company_refuses_is_not_sent_for_ever(write, to_company, status):
    to_company.answers = [status] * 5
    write()
    waits = [try_once() for _ in range(5)]
    assert waits[-1] is None
    assert (only_message().state, only_message().error) == ("failed", f"sms_{status}")
    assert len(to_company.heard) == (5 if status == 302 else 1)


def test_a_company_that_is_away_is_tried_again(write, use):
    use(sms="http", sms_url="http://127.0.0.1:1/send")
    write()
    assert try_once() == 60
    assert only_message().error == "unreachable"


def test_a_private_address_is_never_called_unless_the_operator_allows_it(write, use, company):
    use(private=False, sms="http", sms_url=company.url)
    write()
    assert try_once() is None
    assert (only_message().state, only_message().error) == ("failed", "address_refused")
    assert company.heard == []


def test_a_text_that_is_late_is_not_sent_any_more(write, to_company):
    to_company.answers = [503]
    write(good_until=clock.now() + timedelta(minutes=10))
    assert try_once() == 60
    with time_machine.travel(clock.now() + timedelta(minutes=10, seconds=1), tick=False):
        assert try_once() is None
    assert (only_message().state, only_message().error) == ("failed", "too_late")
    assert len(to_company.heard) == 1


def test_a_text_that_was_sent_is_not_sent_again(write, to_company):
    write(key="code:1")
    assert write(key="code:1") is False
    assert try_once() is None
    assert try_once() is None
    assert len(to_company.heard) == 1


def test_a_rolled_back_text_is_never_sent(to_company):
    subject = keys.new_subject()
    db.session.commit()
    service.send_text(subject_id=subject, to=NUMBER, body=BODY, language="en")
    db.session.rollback()
    assert run_jobs() == []
    assert to_company.heard == []


def test_nothing_of_a_text_is_readable_in_the_table(write):
    write()
    row = db.session.execute(text("SELECT messages::text AS whole FROM messages")).one().whole
    for word in (NUMBER, "123456", "nobody"):
        assert word not in row
        assert word.encode().hex() not in row


def test_the_console_shows_who_gets_what(write, use, capsys):
    use(sms="console")
    write()
    run_jobs()
    shown = capsys.readouterr().out
    assert NUMBER in shown
    assert BODY in shown


@pytest.mark.parametrize(("sms", "env"), [("none", "test"), ("auto", "production")])
def test_where_texts_are_not_offered_none_is_taken(write, use, sms, env):
    use(sms=sms, env=env)
    assert not service.offers_texts()
    assert write() is False
    assert db.session.scalars(select(Message)).all() == []


@pytest.mark.parametrize(
    "number",
    ["", "98765 43210", "+91", "+0123456789", "+91987650000a", "+919876500001\r\n", "+९८७६५"],
)
def test_what_is_no_number_is_refused(write, number):
    with pytest.raises(NumberUnfit):
        write(to=number)


@pytest.mark.parametrize("body", ["", "  ", "x" * 460, "ੳ" * 202])
def test_a_text_that_says_nothing_or_too_much_is_refused(write, body):
    with pytest.raises(TextUnfit):
        write(body=body)


@pytest.mark.parametrize(
    ("body", "parts"),
    [
        ("x" * 160, 1),
        ("x" * 161, 2),
        ("x" * 306, 2),
        ("x" * 307, 3),
        ("€" * 80, 1),
        ("€" * 81, 2),
        ("ੳ" * 70, 1),
        ("ੳ" * 71, 2),
        ("🙂" * 35, 1),
        ("🙂" * 36, 2),
    ],
)
def test_parts_are_counted_as_companies_count_them(body, parts):
    assert domain.parts(body) == parts


def read(**environ):
    return load({f"PORTAL_{name.upper()}": told for name, told in environ.items()}, [PostSettings])


@pytest.mark.parametrize(
    ("settings", "named"),
    [
        ({"sms": "http"}, "PORTAL_SMS_URL must name"),
        ({"sms_url": "sms.example.com"}, "PORTAL_SMS_URL"),
        ({"sms_body": '{"to": "{to}"}'}, "PORTAL_SMS_BODY"),
        ({"sms_body": '{"to": "{to}", "text": "{text}"'}, "PORTAL_SMS_BODY"),
        ({"sms_body": "nonsense {to} {text}"}, "PORTAL_SMS_BODY"),
        ({"sms_headers": "Authorization: x"}, "PORTAL_SMS_HEADERS"),
        ({"sms_headers": '{"Authorization": "a\\r\\nHost: b"}'}, "PORTAL_SMS_HEADERS"),
        ({"sms_headers": '{"Host": "b"}'}, "PORTAL_SMS_HEADERS"),
        ({"sms_headers": '{"a b": "c"}'}, "PORTAL_SMS_HEADERS"),
        ({"sms_headers": '{"a": 1}'}, "PORTAL_SMS_HEADERS"),
        ({"sms": "pigeon"}, "PORTAL_SMS"),
    ],
)
def test_settings_that_cannot_work_stop_the_start(settings, named):
    with pytest.raises(SettingsError, match=named):
        read(env="test", **settings)


def test_the_secret_header_is_not_shown_with_the_settings():
    told = read(env="test", sms_headers=json.dumps({"Authorization": SECRET})).of(PostSettings)
    assert told.secret_headers == {"Authorization": SECRET}
    assert "secret" not in repr(told).replace("secret_headers", "")


def test_production_never_prints_texts(settings):
    kernel = settings.kernel.model_copy(update={"env": "production"})
    post = PostSettings(mail="smtp", smtp_url="smtp://mail.example.org", sms="console")
    others = [
        settings.of(one) for one in settings.sections() if one not in (KernelSettings, PostSettings)
    ]
    with pytest.raises(SettingsError, match="PORTAL_SMS must be http or none in production"):
        create_app(Settings([*others, kernel, post]))
