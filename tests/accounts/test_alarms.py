"""Warnings: to every proven contact, with a link that shuts everybody else out."""

import re
from datetime import timedelta
from uuid import uuid4

import pytest
import time_machine

from portal.accounts import service
from portal.accounts.alarms import service as alarms
from portal.accounts.alarms.domain import LASTS, WARNINGS, LinkEnded
from portal.accounts.contacts import service as contacts
from portal.accounts.contacts.domain import Contact, Kind
from portal.accounts.factors import service as factors
from portal.accounts.recovery import service as recovery
from portal.accounts.resets import service as resets
from portal.audit.service import moments
from portal.kernel import clock
from portal.kernel.db import db
from tests.accounts import factories
from tests.accounts.threads import at_once
from tests.jobs import run_jobs

LINK = re.compile(r"http\S+/account/not-me/(\S+)")


def links(contact):
    return [found[1] for one in factories.messages_to(contact) if (found := LINK.search(one))]


def warned(person, what="password_changed", **more):
    alarms.warn(person.id, what, **more)
    db.session.commit()
    return links(person.email)[-1]


def test_each_proven_contact_is_told_once(person):
    warned(person)
    assert len(links(person.email)) == len(links(person.mobile)) == 1


def test_every_link_is_another(person):
    warned(person)
    assert links(person.email) != links(person.mobile)


def test_the_same_event_within_a_minute_is_told_once(person):
    warned(person)
    with time_machine.travel(clock.now() + timedelta(seconds=40), tick=False):
        warned(person)
    assert len(links(person.email)) == 1


def test_the_same_event_after_a_minute_is_told_again(person):
    warned(person)
    with time_machine.travel(clock.now() + timedelta(seconds=61), tick=False):
        warned(person)
    assert len(links(person.email)) == 2


def test_many_at_once_tell_once(house, person):
    at_once(house, 5, lambda: alarms.warn(person.id, "new_device", device="Firefox"))
    assert len(links(person.email)) == 1


@pytest.mark.parametrize("what", sorted(WARNINGS))
@pytest.mark.parametrize("language", ["en", "pa", "pa_Arab", "hi", "ur"])
def test_every_warning_fits_into_a_text_message(app, what, language):
    person = factories.make_person(language=language)
    alarms.warn(person.id, what, kind="app", device="Firefox, Android")
    assert factories.messages_to(person.mobile)


def test_an_unproven_contact_hears_nothing(app):
    person = factories.make_person()
    contacts.offer(person.id, Contact(Kind.EMAIL, "other@example.org"))
    warned(person)
    assert factories.messages_to("other@example.org") == []


def test_a_contact_that_was_replaced_hears_of_it_and_of_what_follows(person):
    contacts.claim(person.id, Contact(Kind.EMAIL, "thief@example.org"))
    alarms.warn(person.id, "contact_changed", also=(person.email,))
    alarms.warn(person.id, "factor_set", kind="app")
    db.session.commit()
    assert len(links(person.email)) == 2


def test_a_contact_is_written_to_as_it_was_proven(app):
    someone = factories.make_person(email="asha@straße.de")
    changed(someone, "new@example.org")
    assert len(links("asha@straße.de")) == 1
    assert not factories.messages_to("asha@strasse.de")


def test_who_has_shown_that_a_number_is_theirs_hears_nothing_of_its_former_owner(app, person):
    changed(person, "+919876599999", kind=Kind.MOBILE)
    before = len(factories.messages_to(person.mobile))
    next_owner = factories.browser(app)
    factories.send(next_owner, "/en/number", mobile=person.mobile)
    code = factories.code_sent_to(person.mobile)
    factories.send(next_owner, "/en/number/code", code=code)
    alarms.warn(person.id, "factor_set", kind="app")
    recovery.begin(person.id)
    db.session.commit()
    # The code of the release, and nothing else.
    assert len(factories.messages_to(person.mobile)) == before + 1


def test_after_seven_days_it_hears_no_more(person):
    contacts.claim(person.id, Contact(Kind.EMAIL, "new@example.org"))
    alarms.warn(person.id, "contact_changed", also=(person.email,))
    db.session.commit()
    with time_machine.travel(clock.now() + LASTS + timedelta(seconds=1), tick=False):
        alarms.warn(person.id, "factor_set", kind="app")
        db.session.commit()
    assert len(links(person.email)) == 1


def test_a_warning_to_nobody_is_no_fault(app):
    alarms.warn(uuid4(), "not_me")


def test_opening_the_link_changes_nothing(client, person):
    token = warned(person)
    page = client.get(f"/en/account/not-me/{token}")
    assert page.status_code == 200
    assert service.has_password(person.id)
    assert alarms.check(token)


def test_the_link_shuts_everybody_out(app, client, person):
    thief = factories.signed_in_client(app, person)
    token = warned(person)
    answer = factories.send(client, f"/en/account/not-me/{token}", follow=True)
    assert answer.status_code == 200
    assert b"Your account is safe now" in answer.data
    assert (
        thief.get("/en/account").status_code == 302 or thief.get("/en/account").status_code == 401
    )
    assert not service.has_password(person.id)
    assert service.begin_sign_in(person.email, person.password, address="192.0.2.9") is None
    assert moments(person.id, "accounts.not_me", f"person:{person.id}")


def test_what_was_set_up_since_the_warning_goes_and_what_was_there_stays(person):
    with time_machine.travel(clock.now() + timedelta(hours=1), tick=False):
        token = warned(person)
        factors.new_codes(person.id)
        recovery.deny(token)
        db.session.commit()
    assert factors.has_app(person.id)
    assert factors.codes_left(person.id) == 0


def test_what_a_warning_is_of_goes_too_though_it_was_noted_a_moment_earlier(person):
    with time_machine.travel(clock.now() + timedelta(hours=1)) as hours:
        factors.new_codes(person.id)
        hours.shift(timedelta(seconds=2))
        recovery.deny(warned(person))
        db.session.commit()
    assert factors.has_app(person.id)
    assert factors.codes_left(person.id) == 0


def test_an_app_that_took_the_place_of_the_owners_goes(person):
    with time_machine.travel(clock.now() + timedelta(hours=1), tick=False):
        token = warned(person)
        factors.new_app(person.id)
        secret = factories.waiting_secret(person.id)
        assert factors.confirm_app(person.id, factories.code_at(secret, factories.step_now()))
        recovery.deny(token)
        db.session.commit()
    assert factors.strong(person.id) == ()


def changed(person, *to, kind=Kind.EMAIL):
    """Somebody changes a contact of the person, several times in a row; committed."""
    for value in to:
        before = contacts.claim(person.id, Contact(kind, value))
        alarms.warn(person.id, "contact_changed", also=(before.value,))
    db.session.commit()


def deny(token):
    recovery.deny(token)
    db.session.commit()


def test_a_contact_that_a_thief_changed_is_put_back(person):
    changed(person, "thief@example.org", "hidden@example.org")
    deny(links(person.email)[0])
    assert contacts.email_of(person.id) == person.email
    assert contacts.holder(Contact(Kind.EMAIL, person.email)) == person.id
    for gone in ("thief@example.org", "hidden@example.org"):
        assert contacts.holder(Contact(Kind.EMAIL, gone)) is None


def test_who_is_put_out_hears_of_it_once_and_without_a_link(person):
    changed(person, "thief@example.org")
    deny(links(person.email)[0])
    told = factories.messages_to("thief@example.org")
    assert "Your account was secured" in told[-1]
    assert not LINK.search(told[-1])
    alarms.warn(person.id, "factor_set", kind="app")
    assert len(factories.messages_to("thief@example.org")) == len(told)


def test_who_is_put_out_can_stop_a_recovery_for_seven_days(person):
    """It may be the owner, who had left a mailbox that is in other hands."""
    changed(person, "new@example.org")
    deny(links(person.email)[0])
    recovery.begin(person.id)
    db.session.commit()
    told = factories.messages_to("new@example.org")[-1]
    token = re.search(r"http\S+/account/recovery/cancel/(\S+)", told)[1]
    recovery.cancel_by_link(token)
    assert recovery.of(person.id) is None
    with time_machine.travel(clock.now() + LASTS + timedelta(seconds=1), tick=False):
        recovery.begin(person.id)
        assert "new@example.org" not in [one.value for one in alarms.told_to(person.id)]


def test_a_contact_that_was_taken_away_is_put_back(person):
    before = contacts.remove(person.id, Kind.EMAIL)
    alarms.warn(person.id, "contact_changed", also=(before.value,))
    db.session.commit()
    deny(links(person.email)[0])
    assert contacts.email_of(person.id) == person.email


def test_a_change_from_before_the_warning_stands(person):
    changed(person, "new@example.org")
    with time_machine.travel(clock.now() + timedelta(hours=1), tick=False):
        alarms.warn(person.id, "factor_set", kind="app")
        db.session.commit()
        deny(links("new@example.org")[-1])
    assert contacts.email_of(person.id) == "new@example.org"


def test_a_contact_that_is_somebody_elses_by_now_is_not_put_back(person):
    changed(person, "thief@example.org")
    other = factories.make_person(email=None)
    contacts.claim(other.id, Contact(Kind.EMAIL, person.email))
    db.session.commit()
    deny(links("thief@example.org")[-1])
    assert contacts.holder(Contact(Kind.EMAIL, person.email)) == other.id
    assert contacts.email_of(person.id) == "thief@example.org"


def test_a_number_is_put_back_without_its_codes(person):
    contacts.set_text_factor(person.id, on=True)
    changed(person, "+919876599999", kind=Kind.MOBILE)
    deny(links(person.mobile)[0])
    number = contacts.text_number(person.id)
    assert number is not None
    assert number.value == person.mobile
    assert not contacts.text_factor(person.id)


def test_links_for_a_new_password_end_with_it(app, person):
    asked = resets.ask(person.email, address="192.0.2.1")
    resets.send(reset_id=str(asked.id))
    db.session.commit()
    recovery.deny(warned(person))
    db.session.commit()
    assert all(not resets.is_open(one) for one in reset_tokens(person.email))


def reset_tokens(contact):
    found = (re.search(r"/sign-in/forgot/(\S+)", one) for one in factories.messages_to(contact))
    tokens = [one[1] for one in found if one]
    assert tokens
    return tokens


def test_the_link_works_once(client, person):
    token = warned(person)
    factories.send(client, f"/en/account/not-me/{token}")
    assert client.get(f"/en/account/not-me/{token}").status_code == 410


def test_ten_at_once_use_it_once(house, person):
    token = warned(person)
    told = at_once(house, 10, lambda: recovery.deny(token))
    assert told.count(None) == 1
    assert sum(isinstance(one, LinkEnded) for one in told) == 9


@pytest.mark.parametrize(("seconds", "good"), [(-1, True), (0, False), (1, False)])
def test_the_link_is_good_for_seven_days(person, seconds, good):
    now = clock.now()
    with time_machine.travel(now, tick=False):
        token = warned(person)
    with time_machine.travel(now + LASTS + timedelta(seconds=seconds), tick=False):
        assert bool(alarms.check(token)) == good


@pytest.mark.parametrize("token", ["unknown", "%00", "%ff%fe", "x" * 5000, "..%2f..", "' OR 1=1"])
def test_a_malformed_link_is_one_sentence_and_a_note(client, token):
    page = client.get(f"/en/account/not-me/{token}")
    assert page.status_code in (404, 410)


def test_the_link_leads_to_the_configured_host(app, client, person):
    evil = {"Host": "evil.example", "X-Forwarded-Host": "evil.example"}
    page = client.get("/en/sign-in", headers=evil)
    told = {"csrf_token": factories.csrf_token(client.get("/en/sign-in/forgot").data)}
    client.post("/en/sign-in/forgot", data=told | {"contact": person.email}, headers=evil)
    run_jobs()
    warned(person)
    assert page.status_code
    assert "evil" not in "".join(factories.messages_to(person.email))


def test_after_it_the_owner_is_told_at_the_other_contacts(person):
    recovery.deny(warned(person))
    db.session.commit()
    assert WARNINGS["not_me"].subject in factories.messages_to(person.mobile)[-1]
