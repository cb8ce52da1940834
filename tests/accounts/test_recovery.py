"""Getting in without any factor: a wait that every contact sees, then all is set up anew."""

import re
from contextlib import nullcontext
from datetime import timedelta
from uuid import uuid4

import pytest
import time_machine
from flask import Flask
from sqlalchemy import func, select
from sqlalchemy.exc import IntegrityError

from portal.accounts import service
from portal.accounts.alarms import service as alarms
from portal.accounts.contacts import service as contacts
from portal.accounts.contacts.domain import Contact, Kind
from portal.accounts.factors import service as factors
from portal.accounts.people import service as people
from portal.accounts.recovery import service as recovery
from portal.accounts.recovery.domain import (
    AT_WORK,
    OPEN_FOR,
    NobodyToTell,
    RecoveryEnded,
    StaffAsk,
    State,
    remind_at,
)
from portal.accounts.recovery.models import Recovery
from portal.app import read_settings
from portal.audit.models import AuditEntry
from portal.kernel import clock, crypto
from portal.kernel.db import db
from portal.kernel.errors import TooMany
from portal.kernel.settings import SettingsError
from tests.accounts import factories
from tests.accounts.threads import at_once

DAY = timedelta(days=1)
STOP = re.compile(r"http\S+/account/recovery/cancel/(\S+)")
GO = re.compile(r"http\S+/sign-in/recover/(\S+)")


def found(pattern, contact):
    told = (pattern.search(one) for one in factories.messages_to(contact))
    return [one[1].rstrip(".") for one in told if one]


def begun(person):
    known = recovery.begin(person.id)
    db.session.commit()
    return known


def opened(person):
    """A recovery whose wait is over, with the token of its link; run where the time is now."""
    known = begun(person)
    row = db.session.get(Recovery, known.id)
    row.due = row.remind = clock.now()
    db.session.commit()
    recovery.tend()
    db.session.commit()
    return found(GO, person.email)[-1]


def state(person):
    mine = select(Recovery.state).where(Recovery.person_id == person.id)
    return db.session.scalars(mine.order_by(Recovery.created_at.desc())).first()


def first_step(client, person):
    return factories.send(client, "/en/sign-in", contact=person.email, password=person.password)


def acts(act):
    return db.session.scalar(select(func.count()).where(AuditEntry.act == act))


def test_it_needs_the_password(client):
    assert client.get("/en/sign-in/recover").headers["Location"].startswith("/en/sign-in")


def test_it_begins_from_the_second_step_and_tells_every_contact(client, person):
    first_step(client, person)
    assert b"/en/sign-in/recover" in client.get("/en/sign-in/code").data
    factories.send(client, "/en/sign-in/recover")
    assert len(found(STOP, person.email)) == len(found(STOP, person.mobile)) == 1
    assert b"You asked for it" in client.get("/en/sign-in/recover").data
    assert acts("accounts.recovery_asked") == 1


def test_two_begun_at_once_are_one(house, person):
    told = at_once(house, 5, lambda: recovery.begin(person.id).id)
    ids = {one for one in told if not isinstance(one, Exception)}
    assert len(ids) == 1
    assert db.session.scalar(select(func.count(Recovery.id))) == 1


def test_the_database_keeps_a_second_one_out(person):
    row = db.session.get(Recovery, begun(person).id)
    more = {
        name: getattr(row, name)
        for name in ("person_id", "begun_by", "state", "due", "remind", "ends")
    }
    db.session.add(Recovery(**more))
    with pytest.raises(IntegrityError):
        db.session.flush()


@pytest.mark.parametrize(
    ("seconds", "expected"), [(-1, State.WAITING), (0, State.OPEN), (1, State.OPEN)]
)
def test_it_opens_after_a_day(person, seconds, expected):
    now = clock.now()
    with time_machine.travel(now, tick=False):
        begun(person)
    with time_machine.travel(now + DAY + timedelta(seconds=seconds), tick=False):
        recovery.tend()
        db.session.commit()
        assert state(person) == expected
        assert len(found(GO, person.email)) == (expected == "open")


def test_the_link_goes_to_one_contact_the_notices_to_all(person):
    opened(person)
    assert found(GO, person.mobile) == []
    assert found(STOP, person.mobile)


@pytest.mark.parametrize(("seconds", "times"), [(-1, 1), (0, 2), (1, 2)])
def test_everybody_is_told_again_before_the_end(person, seconds, times):
    now = clock.now()
    with time_machine.travel(now, tick=False):
        begun(person)
    with time_machine.travel(remind_at(now + DAY, DAY) + timedelta(seconds=seconds), tick=False):
        for _ in range(3):
            recovery.tend()
            db.session.commit()
    assert len(found(STOP, person.email)) == len(found(STOP, person.mobile)) == times


@pytest.mark.parametrize(("seconds", "good"), [(-1, True), (0, False), (1, False)])
def test_the_link_is_good_for_seven_days(person, seconds, good):
    now = clock.now()
    with time_machine.travel(now, tick=False):
        token = opened(person)
    with time_machine.travel(now + OPEN_FOR + timedelta(seconds=seconds), tick=False):
        recovery.tend()
        db.session.commit()
        if good:
            assert recovery.by_link(token, opens=True)
        else:
            assert state(person) == State.EXPIRED
            assert acts("accounts.recovery_expired") == 1
            with pytest.raises(RecoveryEnded):
                recovery.by_link(token, opens=True)


def test_the_link_and_the_password_set_up_what_takes_the_place_of_all(app, client, person):
    elsewhere = factories.signed_in_client(app, person)
    token = opened(person)
    after = factories.send(client, f"/en/sign-in/recover/{token}", password=person.password)
    assert after.headers["Location"] == "/en/account/factors/app"
    assert elsewhere.get("/en/account").status_code != 200
    assert "New account" not in client.get("/en/account/factors/app").text
    secret = factories.waiting_secret(person.id)
    code = factories.code_at(secret, factories.step_now())
    done = factories.send(client, "/en/account/factors/app", code=code)
    assert done.headers["Location"] == "/en/account/factors/codes"
    assert client.get("/en/account/factors/codes").status_code == 200
    assert state(person) == State.DONE
    assert not factors.use_app(
        person.id, factories.code_at(person.secret, factories.step_now() + 1)
    )
    assert not factors.use_code(person.id, person.codes[0])
    assert factors.codes_left(person.id) == 10
    assert "recovered your account" in factories.messages_to(person.email)[-1]


def test_the_link_without_the_password_is_nothing(client, person):
    token = opened(person)
    wrong = factories.send(
        client, f"/en/sign-in/recover/{token}", password="not the password at all"
    )
    assert wrong.status_code == 422
    assert state(person) == State.OPEN


def test_opening_links_changes_nothing(client, person):
    token = opened(person)
    stop = found(STOP, person.mobile)[-1]
    assert client.get(f"/en/sign-in/recover/{token}").status_code == 200
    assert client.get(f"/en/account/recovery/cancel/{stop}").status_code == 200
    assert state(person) == State.OPEN


def test_ten_at_once_take_it_once(house, person):
    token = opened(person)
    told = at_once(house, 10, lambda: recovery.take(token).id)
    assert sum(not isinstance(one, Exception) for one in told) == 1
    assert sum(isinstance(one, RecoveryEnded) for one in told) == 9


@pytest.mark.parametrize(("whose", "has_password"), [("mine", True), ("others", False)])
def test_the_cancel_link_stops_it(client, person, whose, has_password):
    begun(person)
    stop = found(STOP, person.mobile)[0]
    factories.send(client, f"/en/account/recovery/cancel/{stop}", whose=whose)
    assert state(person) == State.CANCELLED
    assert service.has_password(person.id) == has_password
    assert acts("accounts.recovery_cancelled") == 1
    assert client.get(f"/en/account/recovery/cancel/{stop}").status_code == 410


def test_ten_at_once_cancel_once(house, person):
    begun(person)
    stop = found(STOP, person.email)[0]
    told = at_once(house, 10, lambda: recovery.cancel_by_link(stop))
    assert told.count(person.id) == 1
    assert sum(isinstance(one, RecoveryEnded) for one in told) == 9


def test_signing_in_with_a_factor_stops_it(client, person):
    begun(person)
    factories.sign_in(client, person)
    assert state(person) == State.CANCELLED


def test_the_owner_who_signs_in_ends_what_a_thief_began_with_the_link(app, client, person):
    token = opened(person)
    thief = factories.browser(app)
    factories.send(thief, f"/en/sign-in/recover/{token}", password=person.password)
    assert thief.get("/en/account/factors/app").status_code == 200
    factories.sign_in(client, person)
    assert client.get("/en/account").status_code == 200
    assert thief.get("/en/account/factors/app").status_code == 302
    assert state(person) == State.CANCELLED


def test_not_me_stops_it(person):
    begun(person)
    alarms.warn(person.id, "password_changed")
    db.session.commit()
    token = re.search(r"/account/not-me/(\S+)", factories.messages_to(person.email)[-1])[1]
    recovery.deny(token)
    db.session.commit()
    assert state(person) == State.CANCELLED


def test_a_contact_that_was_replaced_can_stop_it(person):
    contacts.claim(person.id, Contact(Kind.EMAIL, "thief@example.org"))
    alarms.warn(person.id, "contact_changed", also=(person.email,))
    begun(person)
    assert len(found(STOP, person.email)) == 1
    recovery.cancel_by_link(found(STOP, person.email)[0])
    assert state(person) == State.CANCELLED


def test_what_was_not_finished_within_an_hour_gets_another_link(person):
    now = clock.now()
    with time_machine.travel(now, tick=False):
        recovery.take(opened(person))
        db.session.commit()
    with time_machine.travel(now + AT_WORK - timedelta(seconds=1), tick=False):
        recovery.tend()
        assert state(person) == State.TAKEN
        db.session.commit()
    with time_machine.travel(now + AT_WORK + timedelta(seconds=1), tick=False):
        recovery.tend()
        db.session.commit()
        assert state(person) == State.OPEN
    assert len(found(GO, person.email)) == 2


def test_the_fourth_in_a_day_waits(person):
    for _ in range(3):
        begun(person)
        recovery.cancel(person.id, why="tests")
        db.session.commit()
    with pytest.raises(TooMany):
        recovery.begin(person.id)


def test_nobody_recovers_without_a_proven_contact(person):
    for kind in Kind:
        contacts.clear(people.hold(person.id), kind)
        db.session.flush()
    with pytest.raises(NobodyToTell):
        recovery.begin(person.id)


def test_staff_ask_an_admin(app):
    officer = factories.make_person(role="officer", provider="revenue")
    with pytest.raises(StaffAsk):
        recovery.begin(officer.id)
    assert recovery.begin_for(officer.id, by=uuid4(), why="lost phone").state is State.WAITING


@pytest.mark.parametrize("token", ["unknown", "%00", "%ff%fe", "x" * 5000, "' OR 1=1"])
@pytest.mark.parametrize("path", ["sign-in/recover", "account/recovery/cancel"])
def test_malformed_links_are_one_sentence_and_a_note(client, path, token):
    assert client.get(f"/en/{path}/{token}").status_code == 410
    assert acts("accounts.recovery_refused") == 1


@pytest.mark.parametrize(("hours", "fits"), [("23", False), ("24", True)])
def test_the_wait_is_a_day_at_least_in_production(tmp_path, hours, fits):
    keys = tmp_path / "keys.json"
    crypto.write_keyring(keys, crypto.new_keyring())
    settings = read_settings(
        {
            "PORTAL_ENV": "production",
            "PORTAL_VAR": str(tmp_path),
            "PORTAL_BASE_URL": "https://portal.example",
            "PORTAL_KEYS_FILE": str(keys),
            "PORTAL_RECOVERY_WAIT": hours,
        }
    )
    app = Flask("portal")
    app.config["SETTINGS"] = settings
    refused = nullcontext() if fits else pytest.raises(SettingsError)
    with refused:
        recovery.refuse_short_wait(app)


def test_rows_of_long_ago_are_removed(person):
    begun(person)
    recovery.cancel(person.id, why="tests")
    db.session.commit()
    with time_machine.travel(clock.now() + DAY + 2 * OPEN_FOR + DAY, tick=False):
        recovery.sweep()
        db.session.commit()
    assert db.session.scalar(select(func.count(Recovery.id))) == 0


@pytest.mark.parametrize("language", ["en", "pa", "pa_Arab", "hi", "ur"])
def test_every_message_fits_into_a_text_message(app, language):
    person = factories.make_person(language=language)
    contacts.clear(people.hold(person.id), Kind.EMAIL)
    db.session.commit()
    known = begun(person)
    row = db.session.get(Recovery, known.id)
    row.due = row.remind = clock.now()
    db.session.commit()
    recovery.tend()
    db.session.commit()
    assert len(factories.messages_to(person.mobile)) == 2


def test_who_has_not_finished_registering_recovers_nothing(app):
    unfinished = factories.make_unfinished()
    with pytest.raises(people.NoSuchPerson):
        recovery.begin_for(unfinished, by="command", why="tests")
