"""Devices: the page that shows them, how each is ended, and which of them are known."""

from datetime import timedelta

import pytest
import time_machine
from flask import Response, g
from sqlalchemy import func, select

from portal.accounts import service
from portal.accounts.alarms import service as alarms
from portal.accounts.alarms.models import Alarm
from portal.accounts.devices import domain
from portal.accounts.devices import service as devices
from portal.accounts.devices.models import KnownDevice
from portal.accounts.leaving import service as leaving
from portal.accounts.sessions import service as sessions
from portal.accounts.sessions.models import SessionRow
from portal.app import read_settings
from portal.audit.models import AuditEntry
from portal.kernel import clock, ids
from portal.kernel.db import db
from portal.kernel.events import StoredEvent
from tests.accounts import factories
from tests.accounts.factories import browser, csrf_token, send, sign_in, signed_in_client

PAGE = "/en/account/devices"
HOME = "/en/account"
COOKIE = "device"
PHONE = (
    "Mozilla/5.0 (Linux; Android 14; Pixel 8) AppleWebKit/537.36 (KHTML, like Gecko) "
    "Chrome/130.0.0.0 Mobile Safari/537.36"
)
DESK = "Mozilla/5.0 (X11; Linux x86_64; rv:132.0) Gecko/20100101 Firefox/132.0"
APPLE = "Mozilla/5.0 (iPhone; CPU iPhone OS 17_0 like Mac OS X) AppleWebKit/605.1.15 "
SAFARI = APPLE + "(KHTML, like Gecko) Version/17.0 Mobile/15E148 Safari/604.1"
WORDS = [
    (PHONE, "Chrome, Android"),
    (DESK, "Firefox, Linux"),
    (SAFARI, "Safari, iPhone"),
    (APPLE + "CriOS/130.0 Mobile/15E148 Safari/604.1", "Chrome, iPhone"),
    (PHONE + " EdgA/130.0", "Edge, Android"),
    (PHONE + " OPR/80.0", "Opera, Android"),
    (PHONE.replace("Chrome/", "SamsungBrowser/26.0 Chrome/"), "Samsung Internet, Android"),
    ("Mozilla/5.0 (Mobile; Nokia; rv:48.0) Gecko/48.0 Firefox/48.0 KAIOS/2.5", "Firefox, KaiOS"),
    ("Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) Version/17 Safari/605", "Safari, Mac"),
    ("Mozilla/5.0 (Windows NT 10.0) Chrome/130.0 Safari/537.36 Edg/130.0", "Edge, Windows"),
    ("curl/8.5.0", ""),
    ("", ""),
    ("\x00<script>" * 2000, ""),
]
NETWORKS = [
    ("203.0.113.77", "203.0.113.x"),
    ("::ffff:203.0.113.77", "203.0.113.x"),
    ("2001:db8:12:34:56::1", "2001:db8:12::/48"),
    ("127.0.0.1", ""),
    ("::1", ""),
    ("", ""),
    ("nowhere", ""),
]


@pytest.fixture
def warned(monkeypatch):
    """What people were warned of."""
    told = []
    monkeypatch.setattr(alarms, "warn", lambda *about, **more: told.append((*about, more)))
    return told


def signs_in(app, person, agent=PHONE, address="203.0.113.77", device=None):
    """A browser that says so much of itself, in which the person went through both steps."""
    client = browser(app)
    client.environ_base |= {"HTTP_USER_AGENT": agent, "REMOTE_ADDR": address}
    if device:
        client.set_cookie(COOKIE, device)
    sign_in(client, person)
    return client


def token(client):
    return client.get_cookie(COOKIE).value


def is_signed_in(client):
    return client.get(HOME).status_code == 200


def known():
    db.session.rollback()
    return db.session.scalar(select(func.count()).select_from(KnownDevice))


def presses(client, path):
    return client.post(path, data={"csrf_token": csrf_token(client.get(PAGE).data)})


def session_of(person, words):
    """The id of the session in that browser."""
    (found,) = [one for one in sessions.signed_in(person.id) if one.device.words == words]
    return found.id


@pytest.mark.parametrize(("agent", "words"), WORDS)
def test_a_browser_is_called_by_its_make_and_its_system(agent, words):
    assert domain.device(agent, "").words == words


@pytest.mark.parametrize(("address", "network"), NETWORKS)
def test_a_place_is_no_more_than_a_coarse_network(address, network):
    assert domain.network(address) == network


@pytest.mark.promise("M20")
def test_the_page_shows_each_browser_with_its_network_its_times_and_its_way(app, person):
    signs_in(app, person, DESK, "2001:db8:12:34::1")
    page = signs_in(app, person).get(PAGE).text
    for said in ("Firefox, Linux", "Chrome, Android", "2001:db8:12::/48", "203.0.113.x"):
        assert said in page
    assert "203.0.113.77" not in page
    assert "&lt;" not in page
    assert "password, authenticator app" in page
    assert page.index("This device") < page.index("Firefox, Linux")
    assert page.count("This device") == 1


def test_a_session_that_nothing_is_known_of_is_shown_all_the_same(app, person):
    assert "A browser that says nothing of itself" in signed_in_client(app, person).get(PAGE).text


def test_what_is_kept_of_a_browser_is_sealed_by_the_persons_key(app, person):
    signs_in(app, person)
    row = db.session.scalars(select(SessionRow)).one()
    assert row.device
    for said in (b"Chrome", b"Android", b"203.0.113"):
        assert said not in row.device


def test_one_browser_is_signed_out_from_another(app, person):
    here, there = signs_in(app, person), signs_in(app, person, DESK)
    got = presses(here, f"{PAGE}/{session_of(person, 'Firefox, Linux')}/sign-out")
    assert got.headers["Location"] == PAGE
    assert is_signed_in(here)
    assert not is_signed_in(there)
    assert "Firefox, Linux" not in here.get(PAGE).text


def test_the_browser_at_hand_is_signed_out_from_its_own_line(app, person):
    here = signs_in(app, person)
    presses(here, f"{PAGE}/{session_of(person, 'Chrome, Android')}/sign-out")
    assert not is_signed_in(here)


def test_nobody_signs_out_a_browser_of_somebody_else(app, person):
    theirs = signs_in(app, factories.make_person(), DESK)
    other = db.session.scalars(select(SessionRow.id)).one()
    mine = signs_in(app, person)
    for some in (other, ids.uuid7()):
        assert presses(mine, f"{PAGE}/{some}/sign-out").status_code == 404
    assert is_signed_in(theirs)


def test_all_others_are_signed_out_at_once(app, person):
    here, there = signs_in(app, person), signs_in(app, person, DESK)
    presses(here, f"{PAGE}/sign-out-others")
    assert (is_signed_in(here), is_signed_in(there)) == (True, False)
    assert "Sign out all others" not in here.get(PAGE).text


def test_sessions_that_ended_idle_are_not_shown(app, person):
    now = clock.now()
    with time_machine.travel(now, tick=False):
        signs_in(app, person, DESK)
    with time_machine.travel(now + timedelta(minutes=15), tick=False):
        assert "Firefox" not in signed_in_client(app, person).get(PAGE).text


@pytest.mark.promise("M20")
def test_the_sixth_sign_in_ends_the_oldest_and_says_so(app, person):
    now = clock.now()
    clients = []
    for minute in range(6):
        with time_machine.travel(now + timedelta(minutes=minute), tick=False):
            clients.append(signs_in(app, person, DESK))
    with time_machine.travel(now + timedelta(minutes=6), tick=False):
        assert [is_signed_in(one) for one in clients[:5]] == [False, True, True, True, True]
        assert "The oldest of them is signed out now" in clients[5].get(HOME).text
        assert len(sessions.signed_in(person.id)) == 5


def test_the_fifth_sign_in_ends_none(app, person):
    clients = [signed_in_client(app, person) for _ in range(4)]
    last = signs_in(app, person)
    assert all(is_signed_in(one) for one in clients)
    assert "signed out now" not in last.get(HOME).text


def test_a_new_account_is_not_warned_of_its_own_first_browser(app, warned):
    person_id = factories.make_unfinished()
    told = service.details(person_id)
    client = browser(app)
    send(client, "/en/sign-in", contact=told.email, password=factories.PASSWORD)
    secret = factories.waiting_secret(person_id)
    code = factories.code_at(secret, factories.step_now())
    send(client, "/en/account/factors/app", code=code)
    assert is_signed_in(client)
    assert sessions_known(client, app, person_id)
    assert warned == []


def sessions_known(client, app, person_id):
    cookie = f"{COOKIE}={token(client)}"
    with app.test_request_context(headers={"Cookie": cookie}):
        return devices.is_known_device(person_id)


@pytest.mark.promise("M20")
def test_a_browser_that_was_not_there_before_is_told_of_once(app, person, warned):
    first = signs_in(app, person)
    assert warned == [(person.id, "new_device", {"device": "Chrome, Android"})]
    signs_in(app, person, device=token(first))
    assert len(warned) == 1
    stored = db.session.scalars(select(StoredEvent).where(StoredEvent.name == "NewDevice")).one()
    assert stored.payload == {
        "person_id": str(person.id),
        "browser": "Chrome",
        "system": "Android",
    }


@pytest.mark.promise("M20")
def test_the_person_hears_of_it_with_a_link_that_says_it_was_somebody_else(app, person):
    signs_in(app, person)
    told = set(db.session.scalars(select(Alarm.what).where(Alarm.subject_id == person.id)))
    assert told == {"new_device"}


def test_over_tls_the_cookie_of_a_device_is_bound_to_the_host(app, monkeypatch):
    kernel = app.config["SETTINGS"].kernel
    told = {
        "PORTAL_ENV": "test",
        "PORTAL_BASE_URL": "https://sanjha.example",
        "PORTAL_VAR": str(kernel.var),
        "DATABASE_URL": kernel.database_url,
    }
    monkeypatch.setitem(app.config, "SETTINGS", read_settings(told))
    with app.test_request_context():
        g.device_token = "a" * 64
        devices.give(response := Response())
    said = response.headers["Set-Cookie"]
    assert said.startswith("__Host-device=")
    assert "Secure" in said
    assert "Path=/" in said
    assert "Domain" not in said


def test_the_token_of_a_device_opens_nothing_and_is_no_cookie_of_scripts(app, person):
    client = browser(app)
    got = send(client, "/en/sign-in", contact=person.email, password=person.password)
    assert client.get_cookie(COOKIE) is None
    got = send(client, got.headers["Location"], code=factories.fresh_code(person))
    said = next(one for one in got.headers.getlist("Set-Cookie") if one.startswith("device="))
    assert "HttpOnly" in said
    assert "SameSite=Lax" in said
    assert f"Max-Age={400 * 24 * 3600}" in said
    thief = browser(app)
    thief.set_cookie(COOKIE, token(client))
    assert not is_signed_in(thief)
    row = db.session.scalars(select(KnownDevice)).one()
    assert token(client).encode() not in row.token_hash


def test_a_token_is_of_no_use_after_the_next_sign_in(app, person):
    first = signs_in(app, person)
    old = token(first)
    second = signs_in(app, person, device=old)
    assert token(second) != old
    assert not sessions_known(first, app, person.id)
    assert sessions_known(second, app, person.id)
    assert known() == 1


def test_a_planted_token_makes_no_device_of_the_planter_known(app, person):
    thief = signs_in(app, factories.make_person())
    planted = token(thief)
    victim = signs_in(app, person, device=planted)
    assert sessions_known(victim, app, person.id)
    assert not sessions_known(thief, app, person.id)


def test_those_who_share_a_browser_are_all_known_in_it(app, person, warned):
    first = signs_in(app, person)
    sister = factories.make_person()
    second = signs_in(app, sister, device=token(first))
    third = signs_in(app, person, device=token(second))
    assert [one[0] for one in warned] == [person.id, sister.id]
    assert sessions_known(third, app, sister.id)


@pytest.mark.parametrize("value", ["", "x", "z" * 64, "é" * 64, "a" * 100_000])
def test_a_strange_token_is_nobodys(app, person, value):
    with app.test_request_context(headers={"Cookie": f"{COOKIE}={value}"}):
        assert not devices.is_known_device(person.id)


def test_without_a_token_there_is_no_hash(app):
    with app.test_request_context():
        assert devices.device_token_hash() is None


def test_signing_out_everywhere_forgets_devices_and_the_next_sign_in_warns(app, person, warned):
    client = signs_in(app, person)
    presses(client, "/en/account/sign-out-everywhere")
    assert known() == 0
    signs_in(app, person, device=token(client))
    assert len(warned) == 2


def test_a_device_is_forgotten_when_its_cookie_is(app, person):
    client = signs_in(app, person)
    with time_machine.travel(clock.now() + timedelta(days=400, seconds=1), tick=False):
        assert not sessions_known(client, app, person.id)
        service.sweep()
        db.session.commit()
        assert known() == 0


def test_a_sign_in_that_was_undone_leaves_the_token_as_it_was(app, person, monkeypatch):
    """The code was right, and then the commit failed: nothing is known of it."""
    client = signs_in(app, person)
    old = token(client)
    again = browser(app)
    again.set_cookie(COOKIE, old)
    got = send(again, "/en/sign-in", contact=person.email, password=person.password)
    monkeypatch.setitem(app.config, "PROPAGATE_EXCEPTIONS", False)  # noqa: FBT003
    monkeypatch.setattr(alarms, "warn", None)
    monkeypatch.setattr("portal.accounts.sessions.service._end_oldest", None)
    code = factories.fresh_code(person)
    assert send(again, got.headers["Location"], code=code).status_code == 500
    assert token(again) == old
    assert sessions_known(again, app, person.id)


def test_an_admin_ends_the_sessions_of_a_person_and_it_is_recorded(app, person):
    client, admin = signs_in(app, person), factories.make_person(role="admin")
    sessions.end_as_admin(person.id, by=admin.id, why="case 7")
    db.session.commit()
    assert not is_signed_in(client)
    assert known() == 0
    ended = select(AuditEntry).where(AuditEntry.act == "accounts.sessions_ended")
    entry = db.session.scalars(ended).one()
    assert (entry.actor, entry.subject_id, entry.why) == (str(admin.id), person.id, "case 7")


def test_nothing_of_it_is_left_of_somebody_who_is_gone(app, person):
    client = signs_in(app, person)
    leaving.remove(person.id)
    db.session.commit()
    assert known() == 0
    assert client.get(HOME).status_code == 302
