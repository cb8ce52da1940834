"""Passkeys: set up, shown, kept; and all that strangers may send instead."""

import json
from datetime import timedelta

import pytest
import time_machine
from sqlalchemy import select

from portal.accounts.passkeys import service as passkeys
from portal.accounts.passkeys.models import Passkey
from portal.audit.models import AuditEntry
from portal.kernel import clock
from portal.kernel.db import db
from tests.accounts import factories
from tests.accounts.authenticator import (
    BACKED_UP,
    ELIGIBLE,
    GOOD,
    PRESENT,
    VERIFIED,
    Authenticator,
    passkey_of,
    post,
    show,
    text,
)
from tests.accounts.factories import PASSWORD, browser, csrf_token, send, signed_in_client
from tests.accounts.threads import at_once

OPTIONS = "/en/sign-in/passkey/options"
NEW = "/en/account/factors/passkeys/new"
REFUSED = "This passkey was not accepted."


def refusals():
    db.session.rollback()
    said = select(AuditEntry).where(AuditEntry.act == "accounts.passkey_refused")
    return list(db.session.scalars(said.order_by(AuditEntry.number)))


def is_signed_in(client):
    return client.get("/en/account").status_code == 200


@pytest.fixture
def mine(app, person):
    return signed_in_client(app, person)


@pytest.fixture
def device(mine):
    return passkey_of(mine)


@pytest.mark.promise("M20")
def test_a_person_signs_in_with_a_passkey_alone(person, device, client):
    options = client.get(OPTIONS).json
    assert options["allowCredentials"] == []
    assert options["userVerification"] == "required"
    answer = show(client, device)
    assert answer.status_code == 302
    assert is_signed_in(client)
    assert passkeys.kept(person.id)[0].used is not None


@pytest.mark.promise("M20")
def test_a_passkey_is_the_second_factor_after_the_password(person, device, client):
    send(client, "/en/sign-in", contact=person.email, password=PASSWORD)
    assert "Use a passkey" in client.get("/en/sign-in/code").text
    named = client.get(OPTIONS).json["allowCredentials"]
    assert [one["id"] for one in named] == [text(device.credential)]
    assert show(client, device, "/en/sign-in/code", handle=None).status_code == 302
    assert is_signed_in(client)


def test_one_comes_back_to_the_page_that_asked_for_the_sign_in(device, client):
    asked = device.show(client.get(OPTIONS).json)
    to = "/en/sign-in/passkey?next=/en/account/password"
    answer = post(client, to, path="/en/sign-in", assertion=asked)
    assert answer.headers["Location"] == "/en/account/password"
    other = browser(client.application)
    asked = device.show(other.get(OPTIONS).json)
    to = "/en/sign-in/passkey?next=https://evil.example"
    answer = post(other, to, path="/en/sign-in", assertion=asked)
    assert "evil" not in answer.headers["Location"]


def test_what_is_asked_of_a_device_that_makes_one(person, mine, device):
    options = mine.get("/en/account/factors/passkeys/options").json
    chosen = options["authenticatorSelection"]
    assert (chosen["residentKey"], chosen["userVerification"]) == ("required", "required")
    assert chosen["requireResidentKey"] is True
    assert options["rp"] == {"id": "localhost", "name": "Sanjha"}
    assert [one["id"] for one in options["excludeCredentials"]] == [text(device.credential)]
    assert options["user"]["id"] == device.handle
    assert str(person.id) not in json.dumps(options)
    assert len(options["challenge"]) == 43
    assert (
        options["challenge"] != mine.get("/en/account/factors/passkeys/options").json["challenge"]
    )


def test_several_are_kept_named_and_told_apart(person, mine, device):
    passkey_of(mine, "Key on my ring")
    passkey_of(mine, "")
    assert [one.name for one in passkeys.kept(person.id)] == [
        "My phone",
        "Key on my ring",
        "Passkey",
    ]
    page = mine.get("/en/account").text
    assert page.count("Not used yet") == 3
    path = f"/en/account/factors/passkeys/{passkeys.kept(person.id)[0].id}"
    assert send(mine, path, name="").status_code == 422
    assert send(mine, path, name="The old phone").status_code == 302
    assert "The old phone" in mine.get("/en/account").text


def test_the_names_and_keys_of_passkeys_are_sealed(mine, owner):
    device = passkey_of(mine, "Phone of Asha")
    row = owner.exec_driver_sql("SELECT * FROM passkeys").one()
    plain = b"".join(bytes(one) for one in row if isinstance(one, bytes | memoryview))
    for secret in (b"Asha", device.credential, text(device.credential).encode(), b"internal"):
        assert secret not in plain


@pytest.mark.parametrize("counts", [True, False])
def test_a_passkey_works_again_and_again(mine, client, counts):
    device = passkey_of(mine, counts=counts)
    for _ in range(3):
        again = browser(client.application)
        assert show(again, device).status_code == 302


def test_one_that_was_backed_up_since_is_known_as_that(person, device, client):
    show(client, device, flags=GOOD | ELIGIBLE | BACKED_UP)
    assert passkeys.kept(person.id)[0].backed_up


@pytest.mark.promise("M20")
@pytest.mark.parametrize(
    ("wrong", "why"),
    [
        ({"said": {"origin": "https://sanjha.example"}}, "unverified"),
        ({"said": {"origin": "http://localhost:8001"}}, "unverified"),
        ({"said": {"origin": "https://localhost:8000"}}, "unverified"),
        ({"said": {"origin": 7}}, "unverified"),
        ({"said": {"type": "webauthn.create"}}, "unverified"),
        ({"said": {"challenge": text(bytes(32))}}, "unverified"),
        ({"said": {"challenge": None}}, "unverified"),
        ({"said": {"crossOrigin": True}}, "framed"),
        ({"flags": PRESENT}, "unverified"),
        ({"flags": VERIFIED}, "unverified"),
        ({"flags": GOOD | BACKED_UP}, "unverified"),
        ({"signature": b"nonsense"}, "unverified"),
        ({"signature": b""}, "unverified"),
        ({"handle": text(bytes(32))}, "handle"),
        ({"handle": None}, "handle"),
        ({"handle": ["x"]}, "handle"),
        ({"handle": "\ud800"}, "handle"),
        ({"frame": {"type": "password"}}, "unverified"),
        ({"frame": {"id": "\ud800"}}, "malformed"),
        ({"frame": {"id": None}}, "malformed"),
        ({"frame": {"id": "x" * 5000}}, "malformed"),
        ({"frame": {"rawId": text(bytes(32))}}, "unverified"),
        ({"frame": {"rawId": 5}}, "unverified"),
        ({"frame": {"response": []}}, "malformed"),
        ({"frame": {"response": {}}}, "malformed"),
        ({"frame": {"authenticatorAttachment": "glued"}}, "unverified"),
    ],
)
def test_an_assertion_that_is_not_right_signs_nobody_in(device, client, wrong, why):
    answer = show(client, device, **wrong)
    assert answer.status_code == 422
    assert REFUSED in answer.text
    assert [one.why for one in refusals()] == [why]
    assert not is_signed_in(client)
    assert show(client, device).status_code == 302


@pytest.mark.parametrize(
    "sent",
    [
        "",
        "{",
        "null",
        "[]",
        "7",
        '"text"',
        "{}",
        '{"id": "x"}',
        '{"id": "x", "response": {"clientDataJSON": 5}}',
        '{"id": "x", "response": {"clientDataJSON": "%%%"}}',
        '{"id": "x", "response": {"clientDataJSON": "gA"}}',
        '{"id": "x", "response": {"clientDataJSON": "bnVsbA"}}',
        "[" * 10_000,
        "1" * 6000,
        "\x00",
        '{"id": "\\u0000", "response": {"clientDataJSON": "e30"}}',
        "x" * 200_000,
    ],
)
def test_what_is_no_assertion_is_refused_with_one_sentence(client, sent):
    client.get(OPTIONS)
    answer = post(client, "/en/sign-in/passkey", path="/en/sign-in", assertion=sent)
    assert answer.status_code == 422
    assert REFUSED in answer.text
    assert len(refusals()) == 1


def test_a_body_beyond_all_measure_is_refused(client):
    path = "/en/sign-in/passkey"
    assert post(client, path, path="/en/sign-in", assertion="x" * 300_000).status_code == 413


@pytest.mark.promise("M20")
def test_a_challenge_is_good_for_one_answer(device, client):
    options = client.get(OPTIONS).json
    sent = device.show(options)
    assert post(client, "/en/sign-in/passkey", path="/en/sign-in", assertion="{").status_code == 422
    again = post(client, "/en/sign-in/passkey", path="/en/sign-in", assertion=sent)
    assert again.status_code == 422
    assert [one.why for one in refusals()] == ["malformed", "no challenge"]


@pytest.mark.promise("M20")
def test_an_answer_that_was_taken_is_not_taken_again(mine, client):
    device = passkey_of(mine, counts=False)
    other = browser(client.application)
    sent = device.show(client.get(OPTIONS).json)
    first = post(client, "/en/sign-in/passkey", path="/en/sign-in", assertion=sent)
    assert first.status_code == 302
    other.get(OPTIONS)
    again = post(other, "/en/sign-in/passkey", path="/en/sign-in", assertion=sent)
    assert again.status_code == 422


@pytest.mark.promise("M20")
def test_of_many_who_send_one_answer_at_once_one_is_let_in(app, mine, client):
    device = passkey_of(mine, counts=False)
    sent = device.show(client.get(OPTIONS).json)
    told = {"csrf_token": csrf_token(client.get("/en/sign-in").data), "assertion": sent}
    cookie = client.get_cookie("session").value

    def send_it():
        other = browser(app)
        other.set_cookie("session", cookie)
        return other.post("/en/sign-in/passkey", data=told).status_code

    results = at_once(app, 6, send_it)
    assert results.count(302) == 1, results
    # Whoever comes after the first was let in finds neither the session nor the form's token.
    assert set(results) - {302} <= {400, 401, 422}


@pytest.mark.promise("M20")
@pytest.mark.parametrize(("seconds", "status"), [(299, 302), (301, 422)])
def test_a_challenge_lasts_five_minutes(device, client, seconds, status):
    now = clock.now()
    with time_machine.travel(now, tick=False):
        sent = device.show(client.get(OPTIONS).json)
    with time_machine.travel(now + timedelta(seconds=seconds), tick=False):
        answer = post(client, "/en/sign-in/passkey", path="/en/sign-in", assertion=sent)
    assert answer.status_code == status
    assert [one.why for one in refusals()] == ["stale challenge"] * (status == 422)


def test_without_a_challenge_nothing_is_taken(device, client):
    sent = device.show({"challenge": text(bytes(32))})
    answer = post(client, "/en/sign-in/passkey", path="/en/sign-in", assertion=sent)
    assert answer.status_code == 422
    assert [one.why for one in refusals()] == ["no challenge"]


def test_a_challenge_for_making_a_passkey_shows_none(device, client):
    factories.make_unfinished(email="new@example.org")
    send(client, "/en/sign-in", contact="new@example.org", password=PASSWORD)
    made = client.get("/en/account/factors/passkeys/options").json
    with client.application.test_request_context():
        assert made["challenge"]
    sent = device.show(made)
    answer = post(client, NEW, path=NEW, credential=sent)
    assert answer.status_code == 422
    assert [one.why for one in refusals()] == ["unverified"]


@pytest.mark.promise("M20")
@pytest.mark.parametrize("lower", [0, 1, 5])
def test_a_counter_that_does_not_climb_is_refused(mine, client, person, lower):
    device = passkey_of(mine, sign_count=5)
    device.sign_count = lower - 1 if lower else 0
    device.counts = bool(lower)
    assert show(client, device).status_code == 422
    said = refusals()[0]
    assert (said.why, said.about, said.subject_id) == ("counter", f"person:{person.id}", person.id)
    device.sign_count, device.counts = 5, True
    assert show(client, device).status_code == 302


@pytest.mark.promise("M20")
def test_a_passkey_nobody_knows_opens_nothing(client):
    assert show(client, Authenticator(handle=text(bytes(32)))).status_code == 422
    said = refusals()[0]
    assert (said.why, said.about, said.actor) == ("unknown", "passkeys", "visitor")


@pytest.mark.promise("M20")
def test_the_passkey_of_another_person_is_no_second_factor(app, device, client):
    other = factories.make_person()
    send(client, "/en/sign-in", contact=other.email, password=PASSWORD)
    answer = show(client, device, "/en/sign-in/code")
    assert answer.status_code == 422
    assert REFUSED in answer.text
    assert [one.why for one in refusals()] == ["another person's"]
    assert not is_signed_in(client)


@pytest.mark.promise("M20")
def test_a_removed_passkey_opens_nothing(person, mine, device, client):
    passkeys.remove(person.id, passkeys.kept(person.id)[0].id)
    db.session.commit()
    assert show(client, device).status_code == 422


@pytest.mark.parametrize(
    "wrong",
    [
        {"said": {"origin": "https://sanjha.example"}},
        {"said": {"type": "webauthn.get"}},
        {"said": {"challenge": text(bytes(32))}},
        {"said": {"crossOrigin": True}},
        {"flags": PRESENT},
        {"flags": VERIFIED},
        {"frame": {"type": "password"}},
        {"frame": {"response": {"clientDataJSON": "e30", "attestationObject": "gA"}}},
        {"frame": {"response": {"clientDataJSON": "e30"}}},
        {"frame": {"response": None}},
    ],
)
def test_a_passkey_that_was_not_made_rightly_is_not_kept(person, mine, wrong):
    options = mine.get("/en/account/factors/passkeys/options").json
    sent = Authenticator().make(options, **wrong)
    answer = post(mine, NEW, path=NEW, credential=sent, name="My phone")
    assert answer.status_code == 422
    assert REFUSED in answer.text
    assert [one.actor for one in refusals()] == [str(person.id)]
    assert passkeys.count(person.id) == 0


def test_a_credential_belongs_to_one_person_only(app, mine, device):
    other = signed_in_client(app, factories.make_person())
    sent = device.make(other.get("/en/account/factors/passkeys/options").json)
    answer = post(other, NEW, path=NEW, credential=sent)
    assert answer.status_code == 422
    assert [one.why for one in refusals()] == ["known already"]
    assert len(db.session.scalars(select(Passkey)).all()) == 1


def test_somebody_cannot_fill_the_table_with_passkeys(person, mine, monkeypatch):
    monkeypatch.setattr(passkeys, "MOST", 1)
    passkey_of(mine)
    assert mine.get("/en/account/factors/passkeys/options").status_code == 422
    sent = Authenticator().make({"challenge": text(bytes(32)), "user": {"id": "x"}})
    assert post(mine, NEW, path=NEW, credential=sent).status_code == 422
    assert passkeys.count(person.id) == 1


def test_refusals_are_limited_and_never_keep_the_owner_out(device, client, app):
    with time_machine.travel(clock.now(), tick=False):
        stranger = browser(app)
        for _ in range(20):
            sent = post(stranger, "/en/sign-in/passkey", path="/en/sign-in", assertion="{")
            assert sent.status_code == 422
        sent = post(stranger, "/en/sign-in/passkey", path="/en/sign-in", assertion="{")
        assert sent.status_code == 429
        assert len(refusals()) == 20
        assert show(client, device).status_code == 302


@pytest.mark.promise("M20")
def test_many_wrong_codes_do_not_keep_the_owner_of_a_passkey_out(person, device, client):
    stranger = browser(client.application)
    send(stranger, "/en/sign-in", contact=person.email, password=PASSWORD)
    for _ in range(10):
        send(stranger, "/en/sign-in/code", code="000")
    assert show(client, device).status_code == 302


def test_nothing_is_taken_without_the_token_of_the_form(device, client):
    sent = device.show(client.get(OPTIONS).json)
    assert client.post("/en/sign-in/passkey", data={"assertion": sent}).status_code == 400
    assert not is_signed_in(client)


def test_the_passkey_of_another_is_neither_named_nor_removed(app, person, device):
    other = signed_in_client(app, factories.make_person())
    passkey_of(other)
    path = f"/en/account/factors/passkeys/{passkeys.kept(person.id)[0].id}"
    assert other.get(path).status_code == 404
    assert post(other, path, path=NEW, name="Mine").status_code == 404
    assert post(other, f"{path}/remove", path=NEW).status_code == 404
    assert passkeys.kept(person.id)[0].name == "My phone"


def test_spent_challenges_are_not_kept_for_long(device, client, owner):
    with time_machine.travel(clock.now() + timedelta(minutes=6)):
        show(client, device)
    assert owner.exec_driver_sql("SELECT count(*) FROM spent_challenges").scalar() == 1
