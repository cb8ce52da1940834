"""What people sign in with: looked after behind a fresh confirmation, and never none."""

from datetime import timedelta

import pytest
import time_machine
from sqlalchemy import select, update

from portal.accounts import service
from portal.accounts.attempts import service as attempts
from portal.accounts.domain import Level
from portal.accounts.factors import service as factors
from portal.accounts.leaving import service as leaving
from portal.accounts.passkeys import service as passkeys
from portal.accounts.passkeys.models import Passkey
from portal.accounts.people import service as people
from portal.accounts.resets import service as resets
from portal.accounts.sessions import service as sessions
from portal.accounts.sessions.models import SessionRow
from portal.audit.models import AuditEntry
from portal.kernel import clock
from portal.kernel.db import db
from portal.kernel.events import StoredEvent
from portal.web.access import SOON
from tests.accounts import factories
from tests.accounts.authenticator import passkey_of, post, show
from tests.accounts.factories import (
    PASSWORD,
    browser,
    code_at,
    csrf_token,
    fresh_code,
    messages_to,
    send,
    sign_in,
    signed_in_client,
    step_now,
    waiting_secret,
)
from tests.accounts.threads import at_once

FACTORS = "/en/account/factors"
# Tomorrow's: whoever was made before a test has a past, at any time of the day.
NOON = (clock.now() + timedelta(days=1)).replace(hour=12, minute=0, second=15, microsecond=0)


def acts():
    db.session.rollback()
    mine = select(AuditEntry.act, AuditEntry.why).order_by(AuditEntry.number)
    return [tuple(row) for row in db.session.execute(mine)]


def events(name):
    db.session.rollback()
    told = select(StoredEvent.payload).where(StoredEvent.name == name)
    return list(db.session.scalars(told.order_by(StoredEvent.id)))


def passkey_path(person, place=0):
    return f"{FACTORS}/passkeys/{passkeys.kept(person.id)[place].id}"


def remove_app(client):
    return send(client, f"{FACTORS}/app/remove")


@pytest.fixture
def mine(app, person):
    return signed_in_client(app, person)


@pytest.fixture
def newcomer(client):
    """A browser in which somebody has just registered."""
    factories.make_unfinished(email="new@example.org")
    send(client, "/en/sign-in", contact="new@example.org", password=PASSWORD)
    return client


@pytest.mark.promise("M4")
@pytest.mark.promise("M20")
def test_a_passkey_completes_a_new_account_and_recovery_codes_are_shown(newcomer):
    page = newcomer.get(f"{FACTORS}/app").text
    assert "Set up a passkey" in page
    device = passkey_of(newcomer)
    assert "-" in newcomer.get(f"{FACTORS}/codes.txt").text
    page = newcomer.get(f"{FACTORS}/codes")
    last = newcomer.post(f"{FACTORS}/codes", data={"csrf_token": csrf_token(page.data)})
    assert last.status_code == 302
    page = newcomer.get("/en/account").text
    assert "Not set up. An app on your phone" in page
    assert "10 codes are left." in page
    again = browser(newcomer.application)
    assert show(again, device).status_code == 302
    assert [one["kind"] for one in events("FactorSet")] == ["passkey", "codes"]
    assert len(events("PersonRegistered")) == 1


@pytest.mark.parametrize("page", ["app", "passkeys/new"])
def test_no_factor_is_set_before_a_contact_is_proven(app, client, page):
    person_id = factories.make_unfinished()
    people.one(person_id).email_key = people.one(person_id).mobile_key = None
    token = sessions.open_row(person_id)
    db.session.execute(update(SessionRow).values(level=Level.ENROLLING))
    db.session.commit()
    client.set_cookie("session", token)
    assert client.get(f"{FACTORS}/{page}").headers["Location"] == "/en/register/prove"


def test_the_app_that_was_not_chosen_at_registering_cannot_be_set_up_later(newcomer):
    secret = waiting_secret(service.id_of("new@example.org"))
    passkey_of(newcomer)
    assert newcomer.get(f"{FACTORS}/app").headers["Location"] == "/en/account"
    person_id = service.id_of("new@example.org")
    assert service.confirm_app(person_id, code_at(secret, step_now())) is None


def test_an_app_can_be_added_to_passkeys(newcomer):
    passkey_of(newcomer)
    person_id = service.id_of("new@example.org")
    assert factors.ways(person_id) == ("passkey", "recovery")
    post(newcomer, f"{FACTORS}/app/new", path="/en/account")
    secret = waiting_secret(person_id)
    assert send(newcomer, f"{FACTORS}/app", code=code_at(secret, step_now())).status_code == 302
    assert factors.ways(person_id) == ("passkey", "app", "recovery")


def test_an_app_that_was_begun_beside_passkeys_waits_a_quarter_of_an_hour(newcomer):
    passkey_of(newcomer)
    person_id = service.id_of("new@example.org")
    service.new_app(person_id)
    db.session.commit()
    with time_machine.travel(clock.now() + timedelta(minutes=16), tick=False):
        assert service.app_setup(person_id) is None


@pytest.mark.promise("M20")
def test_a_second_step_without_app_offers_what_there_is(newcomer):
    passkey_of(newcomer)
    other = browser(newcomer.application)
    send(other, "/en/sign-in", contact="new@example.org", password=PASSWORD)
    page = other.get("/en/sign-in/code").text
    assert "Use a passkey" in page
    assert "Use one of my recovery codes" in page
    assert "Code of 6 digits" not in page
    assert post(other, "/en/sign-in/code", path="/en/sign-in/code", code="1").status_code == 422


@pytest.mark.promise("M20")
def test_the_app_may_go_only_while_a_passkey_remains(person, mine):
    assert remove_app(mine).status_code == 409
    assert "only passkey or authenticator app" in remove_app(mine).text
    passkey_of(mine)
    assert remove_app(mine).headers["Location"] == "/en/account"
    assert not factors.has_app(person.id)
    assert remove_app(mine).status_code == 302
    assert acts()[-1] == ("accounts.factor_removed", "app")
    assert [one["kind"] for one in events("FactorRemoved")] == ["app"]


@pytest.mark.promise("M20")
def test_the_last_passkey_stays_when_there_is_no_app(person, mine):
    passkey_of(mine, "First")
    passkey_of(mine, "Second")
    remove_app(mine)
    assert "Remove the passkey" in mine.get(passkey_path(person)).text
    gone = post(mine, f"{passkey_path(person)}/remove", path=f"{FACTORS}/passkeys/new")
    assert gone.status_code == 302
    assert [one.name for one in passkeys.kept(person.id)] == ["Second"]
    assert "Remove the passkey" not in mine.get(passkey_path(person)).text
    kept = post(mine, f"{passkey_path(person)}/remove", path=f"{FACTORS}/passkeys/new")
    assert kept.status_code == 409
    assert "only passkey or authenticator app" in kept.text
    assert passkeys.count(person.id) == 1


@pytest.mark.promise("M20")
def test_of_two_who_remove_the_last_two_at_once_one_is_refused(person, mine, app):
    passkey_of(mine)
    first = passkeys.kept(person.id)[0].id
    db.session.rollback()
    todo = iter(
        [
            lambda: factors.remove_app(person.id),
            lambda: factors.remove_passkey(person.id, first),
        ]
        * 3
    )

    def remove_one():
        return next(todo)()

    results = at_once(app, 6, remove_one)
    db.session.rollback()
    assert len(factors.strong(person.id)) == 1, results
    assert any(isinstance(one, factors.LastFactor) for one in results)


@pytest.mark.promise("M20")
def test_of_many_who_remove_all_passkeys_at_once_one_is_refused(person, mine, app):
    for name in ("a", "b", "c", "d"):
        passkey_of(mine, name)
    remove_app(mine)
    todo = iter([one.id for one in passkeys.kept(person.id)])
    db.session.rollback()
    results = at_once(app, 4, lambda: factors.remove_passkey(person.id, next(todo)))
    db.session.rollback()
    assert passkeys.count(person.id) == 1, results


@pytest.mark.promise("M20")
@pytest.mark.parametrize("change", ["passkey", "remove", "app", "codes", "password"])
def test_every_change_is_told_and_signs_out_everywhere_else(person, mine, app, change):
    passkey_of(mine)
    other = signed_in_client(app, person)
    before = len(messages_to(person.email))
    if change == "passkey":
        passkey_of(mine, "Another")
    elif change == "remove":
        post(mine, f"{passkey_path(person)}/remove", path=f"{FACTORS}/passkeys/new")
    elif change == "app":
        post(mine, f"{FACTORS}/app/new", path="/en/account")
        secret = waiting_secret(person.id)
        send(mine, f"{FACTORS}/app", code=code_at(secret, step_now()))
    elif change == "codes":
        send(mine, f"{FACTORS}/codes/new")
    else:
        send(mine, "/en/account/password", password=PASSWORD, new="nine marigolds on the roof")
    assert mine.get("/en/account").status_code == 200
    assert other.get("/en/account").status_code == 302
    # A second passkey within the minute says nothing new, and the first one was told of.
    assert before == 1
    assert len(messages_to(person.email)) == before + (change != "passkey")


@pytest.mark.promise("M20")
@pytest.mark.parametrize("path", ["app", "qr.svg"])
def test_the_secret_of_a_new_app_is_not_shown_to_an_older_session(app, person, path):
    older = signed_in_client(app, person)
    with time_machine.travel(clock.now() + timedelta(minutes=10), tick=False):
        assert older.get("/en/account").status_code == 200
    with time_machine.travel(clock.now() + timedelta(minutes=20), tick=False):
        newer = signed_in_client(app, person)
        token = csrf_token(newer.get("/en/account").data)
        newer.post(f"{FACTORS}/app/new", data={"csrf_token": token})
        assert newer.get(f"{FACTORS}/{path}").status_code == 200
        answer = older.get(f"{FACTORS}/{path}")
    assert "/account/confirm" in answer.headers["Location"]


@pytest.mark.promise("M20")
def test_every_page_of_factors_asks_again_who_it_is_after_five_minutes(person, mine):
    passkey_of(mine)
    paths = [
        "/en/account/password",
        f"{FACTORS}/app/remove",
        f"{FACTORS}/codes/new",
        f"{FACTORS}/passkeys/new",
        passkey_path(person),
    ]
    posts = [*paths, f"{FACTORS}/app/new", f"{FACTORS}/text", f"{passkey_path(person)}/remove"]
    before = factors.strong(person.id), service.codes_left(person.id)
    with time_machine.travel(clock.now() + SOON + timedelta(seconds=2), tick=False):
        token = csrf_token(mine.get("/en/account").data)
        for path in paths:
            answer = mine.get(path)
            assert "/account/confirm" in answer.headers.get("Location", ""), path
        for path in posts:
            answer = mine.post(path, data={"csrf_token": token, "name": "x"})
            assert answer.status_code in (302, 303, 401), path
            assert "/account/factors" not in answer.headers.get("Location", ""), path
    db.session.rollback()
    assert (factors.strong(person.id), service.codes_left(person.id)) == before
    assert passkeys.kept(person.id)[0].name == "My phone"


@pytest.mark.promise("M20")
def test_codes_by_sms_are_let_in_and_kept_out(person, mine, app):
    assert "A code by SMS signs nobody in." in mine.get("/en/account").text
    other = signed_in_client(app, person)
    assert post(mine, f"{FACTORS}/text", path="/en/account", text="on").status_code == 302
    assert other.get("/en/account").status_code == 302
    assert factors.ways(person.id) == ("app", "text", "recovery")
    half = browser(app)
    send(half, "/en/sign-in", contact=person.email, password=PASSWORD)
    assert "/en/sign-in/text" in half.get("/en/sign-in/code").text
    for wanted in ("off", "off", "maybe"):
        assert post(mine, f"{FACTORS}/text", path="/en/account", text=wanted).status_code == 302
    assert factors.ways(person.id) == ("app", "recovery")
    assert "/en/sign-in/text" not in half.get("/en/sign-in/code").text
    assert "text" in [one["kind"] for one in events("FactorSet")]
    assert [one["kind"] for one in events("FactorRemoved")] == ["text"]


@pytest.mark.promise("M20")
def test_an_app_that_was_guessed_at_a_hundred_times_is_off_until_it_is_set_up_again(person, app):
    mine = signed_in_client(app, person)
    for _ in range(100):
        attempts.risk("app", person.id)
    assert not service.check_app(person.id, fresh_code(person))
    assert factors.strong(person.id) == ()
    half = browser(app)
    send(half, "/en/sign-in", contact=person.email, password=PASSWORD)
    page = half.get("/en/sign-in/code").text
    assert "Your authenticator app is switched off" in page
    assert "Code of 6 digits" not in page
    assert "Switched off: too many wrong codes" in mine.get("/en/account").text
    post(mine, f"{FACTORS}/app/new", path="/en/account")
    secret = waiting_secret(person.id)
    send(mine, f"{FACTORS}/app", code=code_at(secret, step_now()))
    db.session.rollback()
    assert service.check_app(person.id, code_at(secret, step_now() + 1))
    assert factors.ways(person.id) == ("app", "recovery")


def test_the_last_passkey_stays_while_the_app_is_off(person, mine):
    passkey_of(mine)
    for _ in range(100):
        attempts.risk("app", person.id)
    path = passkey_path(person)
    assert post(mine, f"{path}/remove", path=f"{FACTORS}/passkeys/new").status_code == 409


def test_somebody_whose_password_was_taken_away_sets_a_new_one(person, mine):
    resets.take_away(person.id)
    db.session.commit()
    assert "You have none. Set a new one." in mine.get("/en/account").text
    new = "nine marigolds on the roof"
    assert send(mine, "/en/account/password", new="short").status_code == 422
    assert send(mine, "/en/account/password", new=new).status_code == 302
    assert service.begin_sign_in(person.email, new, address="192.0.2.9")


def test_what_a_session_was_begun_with_tells_whether_it_resists_phishing():
    assert factors.is_phishing_resistant("passkey")
    assert factors.is_phishing_resistant("password passkey")
    assert not factors.is_phishing_resistant("password app")
    assert not factors.is_phishing_resistant(None)


def test_removing_a_person_removes_their_passkeys(person, mine):
    passkey_of(mine)
    leaving.remove(person.id)
    db.session.commit()
    assert db.session.scalars(select(Passkey)).all() == []


@pytest.mark.promise("M20")
@pytest.mark.parametrize(
    ("seconds", "accepted"), [(29, True), (31, True), (-31, True), (61, False), (90, False)]
)
def test_a_phone_may_be_one_step_off_and_no_more(app, seconds, accepted):
    with time_machine.travel(NOON - timedelta(hours=1), tick=False):
        person = factories.make_person()
    with time_machine.travel(NOON + timedelta(seconds=seconds), tick=False):
        code = code_at(person.secret, step_now())
    with time_machine.travel(NOON, tick=False):
        assert service.finish_with_app(person.id, code) is accepted


@pytest.mark.promise("M20")
def test_a_clock_that_jumps_back_lets_no_used_code_in_again(app):
    with time_machine.travel(NOON, tick=False):
        person = factories.make_person()
        code = code_at(person.secret, step_now())
        assert service.finish_with_app(person.id, code)
    for back in (-90, -30, 0):
        with time_machine.travel(NOON + timedelta(seconds=back), tick=False):
            assert not service.finish_with_app(person.id, code)
            assert not service.finish_with_app(person.id, code_at(person.secret, step_now()))
    with time_machine.travel(NOON + timedelta(seconds=60), tick=False):
        assert service.finish_with_app(person.id, code_at(person.secret, step_now()))


@pytest.mark.promise("M20")
def test_a_wrong_second_factor_is_counted_across_sessions_and_ways(person, app):
    with time_machine.travel(NOON, tick=False):
        for number in range(10):
            client = browser(app)
            send(client, "/en/sign-in", contact=person.email, password=PASSWORD)
            path = "/en/sign-in/code" if number % 2 else "/en/sign-in/recovery"
            assert send(client, path, code="000").status_code == 422
        client = browser(app)
        send(client, "/en/sign-in", contact=person.email, password=PASSWORD)
        assert send(client, "/en/sign-in/code", code=fresh_code(person)).status_code == 429
    with time_machine.travel(NOON + timedelta(seconds=601), tick=False):
        again = browser(app)
        sign_in(again, person)
        assert again.get("/en/account").status_code == 200
