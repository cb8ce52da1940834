"""Showing a factor again while signed in: asked for before what must not be done by others."""

from concurrent.futures import ThreadPoolExecutor
from contextvars import Context
from datetime import timedelta

import pytest
import time_machine
from flask import Response
from sqlalchemy import func, select, update

from portal.accounts.attempts import service as attempts
from portal.accounts.attempts.domain import FACTOR, MOST_FAILURES
from portal.accounts.confirming import service as confirming
from portal.accounts.sessions.models import SessionRow
from portal.app import create_app
from portal.audit.models import AuditEntry
from portal.kernel import clock
from portal.kernel.db import db
from portal.web.access import LATER, SOON, fresh, signed_in
from tests.accounts import factories
from tests.accounts.authenticator import passkey_of
from tests.accounts.factories import browser, csrf_token, fresh_code, send, signed_in_client
from tests.contracts.routes import address, plain, rules

HOME, PAGE = "/en/account", "/en/account/confirm"
SAFE, ORDINARY = "/en/test/safe", "/en/test/ordinary"
SECOND = timedelta(seconds=1)


@signed_in
@fresh(SOON)
def safe():
    return Response("open", mimetype="text/plain")


@signed_in
@fresh(LATER)
def ordinary():
    return Response("open", mimetype="text/plain")


@pytest.fixture(scope="module")
def house_of_safes(settings):
    other = create_app(settings)
    for view in (safe, ordinary):
        rule = f"/<any('en'):lang>/test/{view.__name__}"
        other.add_url_rule(rule, view_func=view, methods=["GET", "POST"])
    yield other
    with other.app_context():
        db.engine.dispose()


@pytest.fixture
def mine(house_of_safes, app, person):
    """Somebody who showed a factor an hour ago and was busy since."""
    client = signed_in_client(house_of_safes, person)
    aged(timedelta(hours=1))
    return client


def aged(by):
    db.session.execute(update(SessionRow).values(confirmed=clock.now() - by))
    db.session.commit()


def row():
    db.session.rollback()
    found = db.session.scalars(select(SessionRow)).one()
    db.session.expunge(found)
    return found


def token(client):
    return client.get_cookie("session").value


def acts():
    db.session.rollback()
    return [one.act for one in db.session.scalars(select(AuditEntry).order_by(AuditEntry.number))]


def test_who_comes_to_a_locked_page_confirms_first_and_comes_back(mine, person):
    asked = mine.get(f"{SAFE}?x=1").headers["Location"]
    assert asked == f"{PAGE}?next={SAFE}?x%3D1"
    done = send(mine, asked, password=person.password)
    assert done.headers["Location"] == f"{SAFE}?x=1"
    assert mine.get(SAFE).text == "open"


@pytest.mark.promise("M20")
@pytest.mark.parametrize(("path", "within"), [(SAFE, SOON), (ORDINARY, LATER)])
def test_a_factor_counts_as_fresh_to_the_second(house_of_safes, app, person, path, within):
    now = clock.now().replace(microsecond=0)
    with time_machine.travel(now, tick=False):
        client = signed_in_client(house_of_safes, person)
    with time_machine.travel(now + within - 10 * timedelta(minutes=1), tick=False):
        client.get(HOME)
    with time_machine.travel(now + within - SECOND, tick=False):
        assert client.get(path).status_code == 200
    with time_machine.travel(now + within, tick=False):
        assert client.get(path).status_code == 200
    with time_machine.travel(now + within + SECOND, tick=False):
        assert client.get(path).status_code == 302


@pytest.mark.promise("M20")
@pytest.mark.parametrize("way", ["app", "password"])
def test_a_factor_that_is_right_renews_the_session_and_its_token(mine, app, person, way):
    old, before = token(mine), row()
    sent = {"code": fresh_code(person)} if way == "app" else {"password": person.password}
    assert send(mine, PAGE, **sent).headers["Location"] == HOME
    after = row()
    assert token(mine) != old
    assert after.id != before.id
    assert (after.ends, after.created_at) == (before.ends, before.created_at)
    assert clock.now() - after.confirmed < timedelta(minutes=1)
    assert after.how == way
    thief = browser(app)
    thief.set_cookie("session", old)
    for path in (HOME, "/en/applications", "/en/account/devices", "/en/profile"):
        assert thief.get(path).status_code == 302
    assert mine.get(HOME).status_code == 200
    assert "accounts.confirmed" in acts()


@pytest.mark.promise("M20")
def test_the_token_of_before_is_refused_on_every_route(mine, app, person):
    old = token(mine)
    send(mine, PAGE, password=person.password)
    thief = plain(app)
    for rule, access in rules(app):
        if access.kind in ("signed_in", "permission") and "GET" in rule.methods:
            thief.set_cookie("session", old)
            got = thief.get(address(rule))
            assert got.status_code == 302, rule.rule
            assert "/sign-in?next=" in got.headers["Location"], rule.rule


def test_what_was_shown_before_stays_noted(mine, person):
    db.session.execute(update(SessionRow).values(how="password app"))
    db.session.commit()
    send(mine, PAGE, password=person.password)
    assert row().how == "password app"


def test_forms_of_other_tabs_can_still_be_sent(mine, person):
    form = csrf_token(mine.get("/en/account/devices").data)
    send(mine, PAGE, password=person.password)
    told = {"csrf_token": form}
    assert mine.post("/en/account/devices/sign-out-others", data=told).status_code == 302


@pytest.mark.parametrize(
    "sent",
    [
        {"password": "wrong"},
        {"password": ""},
        {"password": "x" * 5000},
        {"code": "000"},
        {"code": ""},
        {"code": "9" * 10_000},
        {"assertion": ""},
        {"assertion": "{"},
        {"assertion": '{"id": 7, "response": []}'},
        {"assertion": "x" * 100_000},
        {},
    ],
)
def test_what_is_wrong_confirms_nothing(mine, sent):
    before = token(mine)
    got = send(mine, PAGE, **sent)
    assert got.status_code == 422
    assert token(mine) == before
    assert mine.get(SAFE).status_code == 302


def test_a_code_confirms_once(mine, person):
    code = fresh_code(person)
    assert send(mine, PAGE, code=code).status_code == 302
    aged(timedelta(hours=1))
    assert send(mine, PAGE, code=code).status_code == 422


def test_tries_are_counted_with_those_of_the_sign_in(mine, person):
    for _ in range(10):
        assert send(mine, PAGE, code="000").status_code == 422
    got = send(mine, PAGE, code=fresh_code(person))
    assert got.status_code == 429
    assert int(got.headers["Retry-After"]) > 0
    with pytest.raises(Exception, match="Too many tries"):
        attempts.spend(FACTOR, str(person.id))


def test_passwords_are_counted_too(mine, person):
    for _ in range(5):
        assert send(mine, PAGE, password="wrong").status_code == 422
    assert send(mine, PAGE, password=person.password).status_code == 429


def test_refused_passkeys_are_counted_for_the_address(mine, person):
    for _ in range(20):
        assert send(mine, PAGE, assertion="{}").status_code == 422
    assert send(mine, PAGE, assertion="{}").status_code == 429


def test_wrong_codes_hold_no_passkey_back(mine, person):
    for _ in range(10):
        assert send(mine, PAGE, code="000000").status_code == 422
    assert send(mine, PAGE, code="000000").status_code == 429
    assert send(mine, PAGE, assertion="{}").status_code == 422


def test_what_is_switched_off_is_not_asked_for(mine, person):
    assert confirming.ways(person.id) == ("app", "password")
    for _ in range(MOST_FAILURES):
        attempts.risk("app", person.id)
    assert confirming.ways(person.id) == ("password",)


def test_a_refusal_is_recorded(mine):
    send(mine, PAGE, code="000")
    assert acts()[-1] == "accounts.factor_refused"


@pytest.mark.parametrize("target", ["https://evil.example", "//evil.example", "/\\evil.example"])
def test_the_confirmation_leads_nowhere_else(mine, person, target):
    done = send(mine, f"{PAGE}?next={target}", password=person.password)
    assert done.headers["Location"] == HOME


def test_a_confirmation_makes_no_session_longer(house_of_safes, app, person):
    now = clock.now()
    with time_machine.travel(now, tick=False):
        client = signed_in_client(house_of_safes, person)
    for minutes in range(14, 12 * 60, 14):
        with time_machine.travel(now + timedelta(minutes=minutes), tick=False):
            assert client.get(HOME).status_code == 200
    with time_machine.travel(now + timedelta(hours=12) - SECOND, tick=False):
        assert send(client, PAGE, password=person.password).status_code == 302
    with time_machine.travel(now + timedelta(hours=12) + SECOND, tick=False):
        assert client.get(HOME).status_code == 302


def test_a_session_that_was_ended_meanwhile_is_not_renewed(house_of_safes, app, person):
    """Of many confirmations at once one renews it; a sign-out beside them leaves none."""
    client = signed_in_client(house_of_safes, person)
    old, form = token(client), csrf_token(client.get(PAGE).data)

    def ask(number):
        other = browser(house_of_safes)
        other.set_cookie("session", old)
        path = "/en/sign-out" if number == 3 else PAGE
        told = {"csrf_token": form, "password": person.password}
        return other.post(path, data=told).status_code

    with ThreadPoolExecutor(5) as pool:
        told = list(pool.map(lambda one: Context().run(ask, one), range(5)))
    assert set(told) <= {302, 303, 400, 401, 429}
    theirs = select(func.count()).where(SessionRow.person_id == person.id)
    assert db.session.scalar(theirs) <= 1
    thief = browser(app)
    thief.set_cookie("session", old)
    assert thief.get(HOME).status_code == 302


def test_the_page_offers_what_the_person_has(mine, person):
    page = mine.get(PAGE).text
    assert "With your authenticator app" in page
    assert "Use my password instead" in page
    assert "With your passkey" not in page


def test_nobody_else_comes_to_it(app):
    assert browser(app).get(PAGE).headers["Location"] == f"/en/sign-in?next={PAGE}"


def test_a_visitor_of_an_old_form_is_not_asked_to_confirm(mine):
    assert factories.browser(mine.application).post(SAFE).status_code == 400


@pytest.fixture
def device(mine):
    """A passkey of the person, set up a while ago."""
    aged(timedelta())
    made = passkey_of(mine)
    aged(timedelta(hours=1))
    return made


def challenge(client):
    return client.get("/en/sign-in/passkey/options").json


@pytest.mark.promise("M20")
def test_a_passkey_confirms_and_renews_the_token(mine, device):
    old = token(mine)
    assert "With your passkey" in mine.get(PAGE).text
    shown = device.show(challenge(mine))
    assert send(mine, f"{PAGE}?next={SAFE}", assertion=shown).headers["Location"] == SAFE
    assert mine.get(SAFE).text == "open"
    assert token(mine) != old
    assert "passkey" in row().how


def test_a_passkey_that_was_shown_once_confirms_nothing_more(mine, device):
    shown = device.show(challenge(mine))
    assert send(mine, PAGE, assertion=shown).status_code == 302
    aged(timedelta(hours=1))
    assert send(mine, PAGE, assertion=shown).status_code == 422


def test_the_passkey_of_somebody_else_confirms_nothing(mine, device, app):
    theirs = passkey_of(signed_in_client(app, factories.make_person()))
    assert send(mine, PAGE, assertion=theirs.show(challenge(mine))).status_code == 422
    assert mine.get(SAFE).status_code == 302


@pytest.mark.parametrize(
    "wrong",
    [{"flags": 0x01}, {"said": {"origin": "https://evil.example"}}, {"signature": b"x" * 70}],
)
def test_a_passkey_that_is_wrong_confirms_nothing(mine, device, wrong):
    shown = device.show(challenge(mine), **wrong)
    assert send(mine, PAGE, assertion=shown).status_code == 422
    assert "accounts.factor_refused" in acts()
