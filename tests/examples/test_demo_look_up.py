"""The demo department looked up: who is answered, how little is told, and a form that it fills."""

import json
from datetime import UTC, datetime, timedelta

import pytest
from standardwebhooks import Webhook

from portal.interfaces import service as interfaces
from portal.kernel.db import db
from portal.registry.discovery import discover
from tests.accounts.factories import make_person, signed_in_client
from tests.applications.pages import open_page
from tests.examples.test_demo_department import OTHER_SECRET
from tests.registry.publishing_factories import published
from tests.webhooks.conftest import SECRET

ACCOUNT = "3001234567"
START = "/en/apply/power/change-of-name"


def ask(desk, value=ACCOUNT, secret=SECRET, age=timedelta(), spoilt=b""):
    at = datetime.now(UTC) - age  # noqa: TID251 - the library looks at the real clock
    body = json.dumps({"field": "account", "value": value})
    headers = {
        "webhook-id": "q-1",
        "webhook-timestamp": str(int(at.timestamp())),
        "webhook-signature": Webhook(secret).sign("q-1", at, body),
    }
    return desk.post("/look-up", data=body.encode() + spoilt, headers=headers)


def test_an_account_is_told_with_its_holders_name_masked(desk):
    answer = ask(desk)
    assert answer.status_code == 200
    assert answer.get_json() == {"values": {"holder": "B••• K•••", "meter": "PB-118204"}}


@pytest.mark.parametrize(
    ("account", "masked"),
    [("3007654321", "ਗੁ••• ਸਿੰ•••"), ("3009876543", "ع••• ب••• ب•••"), ("3004445556", "M••• T•••")],
)
def test_names_of_every_script_are_masked(desk, account, masked):
    assert ask(desk, account).get_json()["values"]["holder"] == masked


@pytest.mark.parametrize("account", ["3000000000", "", "x' OR 1=1 --", None, 3001234567.5, "੩੦੦"])
def test_an_unknown_account_is_said(desk, account):
    answer = ask(desk, account)
    assert (answer.status_code, answer.get_json()) == (404, {"error": "unknown"})


@pytest.mark.parametrize(
    "spoil", [{"secret": OTHER_SECRET}, {"age": timedelta(minutes=6)}, {"spoilt": b" "}]
)
def test_a_question_that_is_not_ours_is_refused(desk, spoil):
    answer = ask(desk, **spoil)
    assert (answer.status_code, answer.get_json()) == (401, {"error": "signature"})


def test_a_question_without_a_signature_is_refused(desk):
    assert desk.post("/look-up", json={"field": "account", "value": ACCOUNT}).status_code == 401


@pytest.fixture
def client(app, serve, make_department, private_allowed):
    """A person's browser, beside a department that listens."""
    (power,) = [one for one in discover() if one.slug == "power"]
    published(power)
    url = serve(make_department("http://127.0.0.1:9", "sanjha_none"))
    interfaces.save("power", url, "tests", SECRET)
    db.session.commit()
    return signed_in_client(app, make_person(name="Asha Devi"))


@pytest.fixture
def page(client):
    """The first page of a change of name."""
    return open_page(client, START).send()


def test_the_form_of_a_change_of_name_is_filled_in_by_it(page):
    page = page.send(account=ACCOUNT, refresh="look_up:account")
    assert "Filled in from State Power Corporation. Check it." in page.words
    assert page.controls["holder"] == ["B••• K•••"]
    assert page.controls["meter_number"] == ["PB-118204"]


def test_an_account_that_it_does_not_know_is_said_at_the_question(page):
    page = page.send(account="3000000000", refresh="look_up:account")
    assert "The provider does not know this." in page.errors[0]
    assert page.controls["account"] == ["3000000000"]


def test_the_form_of_several_services_is_filled_in_by_it_too(client):
    page = open_page(client, "/en/life-events/moving-house/apply").send().send(power="there")
    page = open_page(client, "/en/life-events/moving-house/apply/change-of-name-connection")
    page = page.send(account=ACCOUNT, refresh="look_up:account")
    assert "Filled in from State Power Corporation. Check it." in page.words
    assert page.controls["meter_number"] == ["PB-118204"]
