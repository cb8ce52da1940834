"""Ringing a browser: it alone can read what comes, and that says only that there is something."""

import json
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

import http_ece
import pytest
import time_machine
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec
from joserfc import jwt
from joserfc.jwk import ECKey
from sqlalchemy import select, text

from portal.kernel import clock
from portal.kernel.db import db
from portal.notifications.choices import service as choices
from portal.notifications.domain import Channel
from portal.notifications.push import service as push
from portal.notifications.push.domain import SubscriptionUnfit, decoded, encoded
from portal.notifications.push.models import PushSubscription
from portal.notifications.sendings.models import NoticeSending
from tests.accounts.factories import csrf_token, make_person, signed_in_client
from tests.jobs import run_jobs
from tests.notifications.factories import tell
from tests.webhooks.conftest import kernel, listening

__all__ = ["kernel", "listening"]
SECRET = b"sixteen bytes ok"


@dataclass
class Browser:
    """The side of the browser: its own key, and a push service that listens."""

    service: object
    private: object

    @property
    def told(self):
        point = self.private.public_key().public_bytes(
            serialization.Encoding.X962, serialization.PublicFormat.UncompressedPoint
        )
        return {
            "endpoint": self.service.url,
            "key": encoded(point),
            "secret": encoded(SECRET),
        }

    def read(self, body):
        return json.loads(http_ece.decrypt(body, private_key=self.private, auth_secret=SECRET))


@pytest.fixture
def person(app):
    return make_person()


@pytest.fixture
def browser(kernel, listening):
    kernel(allow_private_webhooks=True)
    return Browser(listening(), ec.generate_private_key(ec.SECP256R1()))


@pytest.fixture
def rung(person, browser):
    """A browser that the person let us ring for decisions."""
    push.subscribe(person.id, **browser.told)
    choices.add(person.id, "decisions", Channel.PUSH)
    db.session.commit()
    return browser


def name():
    return db.session.scalars(select(NoticeSending.name).where(NoticeSending.way == "push")).one()


def state():
    """How far the call to the browsers came."""
    db.session.expire_all()
    way = NoticeSending.way == "push"
    return db.session.scalars(select(NoticeSending.state).where(way)).one()


def waits_until():
    """When the next try of a call is due."""
    waits = text(
        "SELECT scheduled_at FROM procrastinate_jobs WHERE task_name = :ring AND status = 'todo'"
    )
    return db.session.scalar(waits, {"ring": push.ring.name})


def subscriptions():
    db.session.expire_all()
    return db.session.scalars(select(PushSubscription.subject_id)).all()


def test_what_rings_says_a_kind_and_a_link_and_only_the_browser_reads_it(person, rung):
    tell(person, "decisions", title="Your pension was refused")
    run_jobs()
    (heard,) = rung.service.heard
    assert b"inbox" not in heard.body
    assert rung.read(heard.body) == {
        "kind": "decisions",
        "title": "Sanjha",
        "body": "There is something new for you.",
        "path": "en/inbox",
        "lang": "en",
        "dir": "ltr",
    }
    assert heard.headers["content-encoding"] == "aes128gcm"


def test_the_push_service_sees_who_rings(person, rung):
    tell(person, "decisions")
    run_jobs()
    token, _, key = rung.service.heard[0].headers["authorization"][8:].partition(", k=")
    raw = decoded(key)
    point = ec.EllipticCurvePublicKey.from_encoded_point(ec.SECP256R1(), raw)
    pem = point.public_bytes(
        serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo
    )
    told = jwt.decode(token, ECKey.import_key(pem.decode()), algorithms=["ES256"])
    assert rung.service.url.startswith(told.claims["aud"] + "/")
    assert told.header == {"alg": "ES256", "typ": "JWT"}
    left = told.claims["exp"] - clock.now().timestamp()
    assert 0 < left <= 24 * 3600
    assert told.claims["sub"].startswith(("https://", "http://", "mailto:"))
    assert int(rung.service.heard[0].headers["ttl"]) > 0
    assert key == push.public_key()


@pytest.mark.parametrize("status", [404, 410])
def test_a_browser_that_is_gone_is_forgotten(person, rung, status):
    rung.service.answers = [(status,)]
    tell(person, "decisions")
    run_jobs()
    assert subscriptions() == []


@pytest.mark.parametrize(
    ("answer", "wait"),
    [
        ((503,), 60),
        ((429,), 60),
        ((429, b"", {"retry-after": "7200"}), 7200),
        ((503, b"", {"retry-after": "1"}), 60),
        ((429, b"", {"retry-after": "Sat, 30 Nov 2126 10:10:00 GMT"}), 600),
        ((429, b"", {"retry-after": "Sat, 30 Nov 2126 09:00:00 GMT"}), 60),
        ((429, b"", {"retry-after": "99999999"}), 86400),
        ((429, b"", {"retry-after": "soon"}), 60),
    ],
    ids=str,
)
def test_a_push_service_that_is_busy_is_asked_again_later(person, rung, answer, wait):
    rung.service.answers = [answer]
    with time_machine.travel(datetime(2126, 11, 30, 10, tzinfo=UTC), tick=False):
        tell(person, "decisions")
        run_jobs()
        assert (waits_until(), state()) == (clock.now() + timedelta(seconds=wait), "pending")
    assert subscriptions() == [person.id]


def test_a_push_service_that_stays_busy_is_left_after_three_more_tries(person, rung):
    rung.service.answers = [(503,)] * 9
    tell(person, "decisions")
    row = db.session.scalars(select(PushSubscription)).one()
    told = {"said": {"kind": "decisions", "path": "inbox", "language": "en"}, "name": name()}
    push.ring(subscription_id=str(row.id), tries=3, **told)
    db.session.commit()
    assert state() == "failed"
    assert subscriptions() == [person.id]


@pytest.mark.parametrize(
    ("status", "came"), [(201, "sent"), (200, "sent"), (410, "failed"), (400, "failed")]
)
def test_what_the_push_service_says_is_noted(person, rung, status, came):
    rung.service.answers = [(status,)]
    tell(person, "decisions")
    assert state() == "pending"
    run_jobs()
    assert state() == came


def test_one_browser_that_is_reached_is_enough(person, rung, listening):
    other = Browser(listening(), ec.generate_private_key(ec.SECP256R1()))
    push.subscribe(person.id, **other.told)
    db.session.commit()
    other.service.answers = [(410,)]
    tell(person, "decisions")
    run_jobs()
    assert len(other.service.heard) == len(rung.service.heard) == 1
    assert state() == "sent"
    assert len(subscriptions()) == 1


@pytest.mark.parametrize("language", ["ur", "pa_Arab", "hi", "pa"])
def test_what_rings_speaks_the_language_of_the_account(app, browser, language):
    person = make_person(language=language)
    push.subscribe(person.id, **browser.told)
    choices.add(person.id, "decisions", Channel.PUSH)
    db.session.commit()
    tell(person, "decisions")
    run_jobs()
    said = browser.read(browser.service.heard[0].body)
    assert said["lang"] == language.replace("_", "-")
    assert said["path"] == f"{said['lang']}/inbox"
    assert not said["title"].isascii()
    assert not said["body"].isascii()
    assert (said["dir"] == "rtl") == (language in ("ur", "pa_Arab"))


def test_a_kind_that_was_not_chosen_does_not_ring(person, rung):
    tell(person, "progress")
    run_jobs()
    assert rung.service.heard == []


def test_the_key_stays_the_same(app):
    assert push.public_key() == push.public_key()
    assert len(decoded(push.public_key())) == 65


def test_a_browser_rings_for_whoever_uses_it_last(person, browser):
    other = make_person()
    for one in (other, person):
        push.subscribe(one.id, **browser.told)
    assert subscriptions() == [person.id]


def test_a_browser_is_told_of_on_the_page(app, person, browser):
    client = signed_in_client(app, person)
    page = client.get("/en/inbox/preferences")
    assert push.public_key().encode() in page.data
    told = {"csrf_token": csrf_token(page.data), "act": "ring", **browser.told}
    assert client.post("/en/inbox/push", data=told).status_code == 302
    assert subscriptions() == [person.id]
    assert b"On this device" in client.get("/en/inbox/preferences").data
    assert "push" in choices.of(person.id).chosen["decisions"]
    assert client.post("/en/inbox/push", data=told | {"act": "leave"}).status_code == 302
    assert subscriptions() == []


@pytest.mark.parametrize(
    "wrong",
    [
        {"endpoint": "file:///etc/passwd"},
        {"endpoint": "https://push.example/" + "x" * 1000},
        {"key": "AAAA"},
        {"key": "*"},
        {"secret": "AAAA"},
        {"secret": "ਅ"},
    ],
    ids=str,
)
def test_what_is_no_browser_is_refused(person, browser, wrong):
    with pytest.raises(SubscriptionUnfit):
        push.subscribe(person.id, **browser.told | wrong)


def test_nobody_is_rung_at_an_address_of_our_own_network(person, rung, kernel):
    kernel(allow_private_webhooks=False)
    tell(person, "decisions")
    run_jobs()
    assert rung.service.heard == []
    assert subscriptions() == []
