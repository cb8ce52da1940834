"""A contact is somebody's own once they have typed the code that was sent to it."""

import re
from datetime import timedelta

import pytest
import time_machine
from sqlalchemy import func, select

from portal.accounts import service
from portal.accounts.alarms import service as alarms
from portal.accounts.codes.models import OneTimeCode
from portal.accounts.contacts import service as contacts
from portal.accounts.contacts import words
from portal.accounts.contacts.domain import CannotBeProven, Contact, Kind
from portal.accounts.joining import service as joining
from portal.accounts.proving import service as proving
from portal.audit.models import AuditEntry
from portal.kernel import clock
from portal.kernel.db import db
from portal.kernel.errors import TooMany
from portal.kernel.settings import Settings
from portal.post.domain import parts
from portal.post.models import Message
from portal.post.settings import PostSettings
from tests.accounts import factories
from tests.accounts.factories import (
    ADDRESS,
    PASSWORD,
    browser,
    code_sent_to,
    csrf_token,
    make_person,
    messages_to,
    send,
    signed_in_client,
    some_details,
)
from tests.accounts.threads import at_once

PROVE = "/en/register/prove"
LINK = re.compile(r"https?://\S+/account/contacts/link/\S+")
TOKENS = re.compile(r'value="[^"]+"|incident [0-9a-f]+')
ASHA = {
    "name": "Asha Devi",
    "birth_date-day": "17",
    "birth_date-month": "5",
    "birth_date-year": "1990",
    "password": PASSWORD,
}


@pytest.fixture
def newcomer(app):
    """Somebody who has proven nothing."""
    person_id = joining.register(some_details(), PASSWORD, address=ADDRESS)
    db.session.commit()
    return person_id


@pytest.fixture
def without_texts(app, monkeypatch):
    now = app.config["SETTINGS"]
    others = [now.of(one) for one in now.sections() if one is not PostSettings]
    monkeypatch.setitem(app.config, "SETTINGS", Settings([*others, PostSettings(sms="none")]))


def asked(person_id, kind=Kind.EMAIL):
    code_id = proving.send_code(person_id, kind)
    db.session.commit()
    return code_id


def email_of(person_id):
    return service.details(person_id).email


def count(table):
    return db.session.scalar(select(func.count()).select_from(table))


def start(app, **contact):
    """A browser in which somebody has registered with these contacts."""
    client = browser(app)
    assert send(client, "/en/register", **ASHA, **contact).headers["Location"] == PROVE
    return client


@pytest.mark.parametrize("kind", list(Kind))
def test_a_code_proves_the_contact_that_it_was_sent_to(newcomer, kind):
    code_id = asked(newcomer, kind)
    to = getattr(service.details(newcomer), kind)
    assert proving.prove(newcomer, kind, code_id, code_sent_to(to))
    db.session.commit()
    assert contacts.reachable(newcomer) == (Contact(kind, to),)
    assert service.id_of(to) == newcomer


def test_a_code_is_good_once(newcomer):
    code_id = asked(newcomer)
    code = code_sent_to(email_of(newcomer))
    assert proving.prove(newcomer, Kind.EMAIL, code_id, code)
    db.session.commit()
    with pytest.raises(proving.NothingToProve):
        proving.prove(newcomer, Kind.EMAIL, code_id, code)


def test_of_ten_who_show_one_code_at_once_one_gets_through(app, newcomer):
    code_id = asked(newcomer)
    code = code_sent_to(email_of(newcomer))
    done = at_once(app, 10, lambda: proving.prove(newcomer, Kind.EMAIL, code_id, code))
    assert sum(one is True for one in done) == 1
    assert all(one in (True, False) or isinstance(one, proving.NothingToProve) for one in done)


def test_a_code_is_good_for_ten_minutes(newcomer):
    code_id = asked(newcomer)
    code = code_sent_to(email_of(newcomer))
    with time_machine.travel(clock.now() + timedelta(minutes=10, seconds=1), tick=False):
        assert not proving.prove(newcomer, Kind.EMAIL, code_id, code)
    with time_machine.travel(clock.now() + timedelta(minutes=9), tick=False):
        assert proving.prove(newcomer, Kind.EMAIL, code_id, code)


def test_after_five_wrong_tries_the_right_code_is_none(newcomer):
    code_id = asked(newcomer)
    code = code_sent_to(email_of(newcomer))
    wrong = f"{(int(code) + 1) % 10**6:06}"
    for _ in range(5):
        assert not proving.prove(newcomer, Kind.EMAIL, code_id, wrong)
        db.session.rollback()
    assert not proving.prove(newcomer, Kind.EMAIL, code_id, code)
    assert contacts.reachable(newcomer) == ()


@pytest.mark.parametrize(
    "typed", ["", "12345", "1234567", "९९९९९९", "x" * 1000, "\x00", "000 000 "]
)
def test_what_is_no_code_is_refused_and_noted(newcomer, typed):
    code_id = asked(newcomer)
    if code_sent_to(email_of(newcomer)) not in ("999999", "000000"):
        assert not proving.prove(newcomer, Kind.EMAIL, code_id, typed)
        db.session.commit()
        acts = db.session.scalars(select(AuditEntry.act)).all()
        assert "accounts.code_refused" in acts


def test_a_code_is_of_no_use_for_another_contact_or_person(newcomer):
    other = joining.register(some_details(), PASSWORD, address=ADDRESS)
    db.session.commit()
    code_id = asked(newcomer)
    code = code_sent_to(email_of(newcomer))
    assert not proving.prove(newcomer, Kind.MOBILE, code_id, code)
    assert not proving.prove(other, Kind.EMAIL, code_id, code)


def test_only_hashes_of_codes_and_links_are_stored(newcomer):
    asked(newcomer)
    message = messages_to(email_of(newcomer))[-1]
    code, token = factories.SIX.search(message)[0], LINK.search(message)[0].rpartition("/")[2]
    row = db.session.scalars(select(OneTimeCode)).one()
    kept = b"|".join((row.about, row.hash, row.link_hash))
    assert code.encode() not in kept
    assert token.encode() not in kept


def test_codes_go_when_they_have_ended(newcomer):
    asked(newcomer)
    with time_machine.travel(clock.now() + timedelta(minutes=11), tick=False):
        service.sweep()
    assert count(OneTimeCode) == 0


def test_five_codes_an_hour_go_to_one_contact_whoever_asks(app):
    told = some_details(mobile=None)
    for _ in range(5):
        asked(joining.register(told, PASSWORD, address=ADDRESS))
    last = joining.register(told, PASSWORD, address=ADDRESS)
    db.session.commit()
    with pytest.raises(TooMany):
        asked(last)
    with (
        time_machine.travel(clock.now() + timedelta(minutes=59), tick=False),
        pytest.raises(TooMany),
    ):
        asked(last)
    with time_machine.travel(clock.now() + timedelta(minutes=61), tick=False):
        assert asked(last)


def test_five_codes_an_hour_go_to_one_person(newcomer):
    for kind in [Kind.EMAIL, Kind.MOBILE] * 2 + [Kind.EMAIL]:
        asked(newcomer, kind)
    with pytest.raises(TooMany):
        asked(newcomer, Kind.MOBILE)


def test_codes_to_many_contacts_from_one_address_are_slowed_down(app):
    for _ in range(10):
        person_id = joining.register(some_details(), PASSWORD, address=ADDRESS)
        db.session.commit()
        proving.send_code(person_id, Kind.EMAIL, address=ADDRESS)
        db.session.commit()
    with pytest.raises(TooMany):
        proving.send_code(person_id, Kind.EMAIL, address=ADDRESS)


def test_of_those_who_prove_one_contact_at_once_one_gets_it_and_the_others_are_told(app):
    told = some_details(mobile=None)
    codes = {}
    for _ in range(4):
        person_id = joining.register(told, PASSWORD, address=ADDRESS)
        db.session.commit()
        codes[person_id] = (asked(person_id), code_sent_to(told.email))
    left = iter(list(codes.items()))

    def prove():
        person_id, (code_id, code) = next(left)
        return proving.prove(person_id, Kind.EMAIL, code_id, code)

    done = at_once(app, 4, prove)
    assert done.count(True) == 1
    assert sum(isinstance(one, service.ContactTaken) for one in done) == 3
    assert service.id_of(told.email) in codes


@pytest.mark.parametrize("kind", list(Kind))
def test_the_page_of_a_known_contact_is_that_of_an_unknown_one(app, person, kind):
    taken, free = getattr(person, kind), getattr(some_details(), kind)
    said = {}
    for to in (taken, free):
        client = start(app, **{kind.value: to})
        before = count(Message)
        pages = [client.get(PROVE), send(client, PROVE, act="send"), client.get(PROVE)]
        pages.append(send(client, PROVE, act="check", code="000000"))
        assert count(Message) == before + 1
        assert len(messages_to(to)) == 1
        shown = to if kind is Kind.EMAIL else f"0{to[3:8]} {to[8:]}"
        said[to] = [
            (one.status_code, TOKENS.sub("", one.text).replace(shown, "CONTACT")) for one in pages
        ]
        assert "CONTACT" in said[to][0][1]
    assert said[taken] == said[free]
    assert "account" in messages_to(taken)[0]
    assert not factories.SIX.search(messages_to(taken)[0])
    assert factories.SIX.search(messages_to(free)[0])


def test_no_code_of_a_strangers_page_proves_the_contact_of_somebody(app, person):
    client = start(app, email=person.email)
    send(client, PROVE, act="send")
    guesses = [send(client, PROVE, act="check", code=f"{n:06}").status_code for n in range(7)]
    assert guesses == [422] * 7
    assert service.id_of(person.email) == person.id


def test_known_and_unknown_contacts_take_the_same_questions(app, person, queries):
    asked_of = []
    for told in (some_details(email=person.email, mobile=None), some_details(mobile=None)):
        with queries() as statements:
            person_id = joining.register(told, PASSWORD, address=ADDRESS)
            db.session.commit()
            proving.send_code(person_id, Kind.EMAIL)
            db.session.commit()
        asked_of.append(len([one for one in statements if "subject_keys" not in one]))
        db.session.remove()
    assert abs(asked_of[0] - asked_of[1]) <= 1


def test_the_link_works_in_the_browser_that_asked(app):
    client = start(app, email="ravi@example.org")
    send(client, PROVE, act="send")
    path = "/" + LINK.search(messages_to("ravi@example.org")[0])[0].split("/", 3)[3]
    done = send(client, path)
    assert done.headers["Location"] == "/en/account/factors/app"
    assert client.get("/en/account/factors/app").status_code == 200
    assert contacts.reachable(service.id_of("ravi@example.org"))
    assert "Open this link in the browser" in client.get(path).text


def test_in_another_browser_the_link_says_where_to_open_it(app):
    client, other = start(app, email="ravi@example.org"), browser(app)
    send(client, PROVE, act="send")
    path = "/" + LINK.search(messages_to("ravi@example.org")[0])[0].split("/", 3)[3]
    page = other.get(path)
    assert "Open this link in the browser where you asked for it" in page.text
    other.get("/en/register")
    token = csrf_token(other.get("/en/register").data)
    assert other.post(path, data={"csrf_token": token}).status_code == 422
    with pytest.raises(service.NoSuchPerson):
        service.id_of("ravi@example.org")
    assert send(client, path).status_code == 302


def test_opening_the_link_alone_changes_nothing(app):
    client = start(app, email="ravi@example.org")
    send(client, PROVE, act="send")
    path = "/" + LINK.search(messages_to("ravi@example.org")[0])[0].split("/", 3)[3]
    for _ in range(3):
        assert client.get(path).status_code == 200
    assert send(client, path).status_code == 302


@pytest.mark.parametrize("token", ["x", "a" * 3000, "%00", "%F0%9F%99%82"])
def test_a_made_up_link_is_refused(app, token):
    client = start(app, email="ravi@example.org")
    send(client, PROVE, act="send")
    assert send(client, f"/en/account/contacts/link/{token}").status_code in (404, 422)


def test_links_lead_to_us_whatever_the_host_of_the_request_was(app):
    client = browser(app)
    evil = {"Host": "evil.example", "X-Forwarded-Host": "evil.example"}
    page = client.get("/en/register", headers=evil)
    told = {**ASHA, "email": "ravi@example.org", "csrf_token": csrf_token(page.data)}
    client.post("/en/register", data=told, headers=evil)
    token = csrf_token(client.get(PROVE, headers=evil).data)
    client.post(PROVE, data={"act": "send", "csrf_token": token}, headers=evil)
    (message,) = messages_to("ravi@example.org")
    assert "evil" not in message
    assert app.config["SETTINGS"].kernel.base_url in message


def test_nothing_else_opens_before_a_contact_is_proven(app):
    client = start(app, email="ravi@example.org", mobile="98765 01234")
    for path in ("/en/account/factors/app", "/en/account/factors/qr.svg"):
        assert client.get(path).headers["Location"] == PROVE
    assert client.get("/en/account/contacts").headers["Location"].startswith("/en/sign-in")


def test_of_two_contacts_one_is_chosen_and_the_other_is_proven_later(app):
    client = start(app, email="ravi@example.org", mobile="98765 01234")
    assert send(client, PROVE, act="send").status_code == 422
    send(client, PROVE, act="send", kind="mobile")
    code = code_sent_to("+919876501234")
    assert send(client, PROVE, act="check", code=code).status_code == 302
    ravi = service.id_of("+919876501234")
    assert [one.kind for one in contacts.reachable(ravi)] == ["mobile"]
    with pytest.raises(service.NoSuchPerson):
        service.id_of("ravi@example.org")


@pytest.mark.parametrize("kind", ["", "phone", "e" * 5000])
def test_what_is_no_kind_of_contact_is_refused(app, kind):
    client = start(app, email="ravi@example.org", mobile="98765 01234")
    assert send(client, PROVE, act="send", kind=kind).status_code == 422


def test_a_new_contact_takes_the_place_of_the_old_one_when_proven_and_the_old_one_is_told(
    app, person, monkeypatch
):
    warned = []
    monkeypatch.setattr(alarms, "warn", lambda *told, **more: warned.append((told, more)))
    mine = signed_in_client(app, person)
    first = send(mine, "/en/account/contacts/email", email="new@example.org")
    assert first.headers["Location"] == "/en/account/contacts/email/prove"
    assert service.details(person.id).email == person.email
    assert "new@example.org" in mine.get("/en/account/contacts").text
    assert warned == []
    code = code_sent_to("new@example.org")
    done = send(mine, "/en/account/contacts/email/prove", act="check", code=code)
    assert done.headers["Location"] == "/en/account/contacts"
    assert service.id_of("new@example.org") == person.id
    with pytest.raises(service.NoSuchPerson):
        service.id_of(person.email)
    assert warned == [((person.id, "contact_changed"), {"also": (person.email,)})]


def test_the_contact_of_somebody_else_looks_the_same_and_stays_theirs(app, person):
    other = make_person()
    mine = signed_in_client(app, person)
    asked_for = send(mine, "/en/account/contacts/email", email=other.email)
    assert asked_for.headers["Location"] == "/en/account/contacts/email/prove"
    page = mine.get("/en/account/contacts/email/prove")
    assert page.status_code == 200
    assert "You have an account with it already" in messages_to(other.email)[-1]
    assert service.id_of(other.email) == other.id


def test_a_contact_is_removed_but_never_the_last_one(app, person):
    mine = signed_in_client(app, person)
    assert send(mine, "/en/account/contacts/mobile/remove").status_code == 302
    assert [one.kind for one in contacts.reachable(person.id)] == ["email"]
    refused = send(mine, "/en/account/contacts/email/remove")
    assert refused.status_code == 422
    assert "the only contact that you have proven" in refused.text
    assert contacts.email_of(person.id) == person.email


def test_of_two_who_remove_the_last_two_at_once_one_is_refused(app, person):
    left = iter(Kind)
    done = at_once(app, 2, lambda: proving.remove(person.id, next(left)))
    assert sum(isinstance(one, contacts.LastContact) for one in done) == 1
    db.session.expunge_all()
    assert len(contacts.reachable(person.id)) == 1


@pytest.mark.parametrize("path", ["", "/email", "/mobile", "/email/prove", "/mobile/remove"])
def test_contacts_are_shown_only_to_who_confirmed_just_now(app, person, path):
    mine = signed_in_client(app, person)
    with time_machine.travel(clock.now() + timedelta(minutes=5, seconds=5), tick=False):
        response = mine.get(f"/en/account/contacts{path}")
    assert response.status_code == 302
    assert "/account/confirm" in response.headers["Location"]


def test_an_unknown_kind_is_not_found(app, person):
    mine = signed_in_client(app, person)
    for path in ("phone", "phone/prove", "phone/remove", "email/prove"):
        assert mine.get(f"/en/account/contacts/{path}").status_code == 404


def test_without_texts_an_email_address_is_needed_and_numbers_wait(app, without_texts, client):
    told = ASHA | {"mobile": "98765 01234"}
    refused = send(client, "/en/register", **told)
    assert refused.status_code == 422
    assert "sends no text messages" in refused.text
    with pytest.raises(CannotBeProven):
        joining.register(some_details(email=None), PASSWORD, address=ADDRESS)
    client = start(app, email="ravi@example.org", mobile="98765 01234")
    send(client, PROVE, act="send")
    code = code_sent_to("ravi@example.org")
    assert send(client, PROVE, act="check", code=code).status_code == 302
    assert client.get("/en/number").status_code == 404


def test_messages_are_written_in_the_language_of_who_asks(app):
    client = browser(app)
    send(client, "/ur/register", **ASHA, email="ravi@example.org")
    send(client, "/ur/register/prove", act="send")
    row = db.session.scalars(select(Message)).one()
    assert row.language == "ur"
    assert "/ur/account/contacts/link/" in row.body


def test_each_text_is_one_sms_and_holds_no_link_unless_it_is_for_a_link(app):
    soon = clock.now()
    told = [
        words.proving("123456", "x" * 32, soon),
        words.has_account(soon),
        words.signing_in("123456", soon),
        words.releasing("123456", soon),
        words.number_is_free(),
    ]
    for one in told:
        assert one.text.startswith("Sanjha: ")
        assert "://" not in one.text
        assert parts(one.text) == 1
    assert parts(words.number_leaves("x" * 32, soon).text) == 1
