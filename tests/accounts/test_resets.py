"""A forgotten password: set anew by a message, never instead of the second step."""

import re
from datetime import timedelta

import pytest
import time_machine
from sqlalchemy import func, select

from portal.accounts import service
from portal.accounts.attempts.models import Attempts
from portal.accounts.contacts import service as contacts
from portal.accounts.contacts.domain import Contact, Kind
from portal.accounts.people import service as people
from portal.accounts.resets import service as resets
from portal.accounts.resets.domain import CODE_TRIES, LASTS, ResetEnded
from portal.accounts.resets.models import Reset
from portal.audit.models import AuditEntry
from portal.kernel import clock
from portal.kernel.db import db
from portal.kernel.errors import TooMany
from portal.post.models import Message
from tests.accounts import factories
from tests.accounts.threads import at_once
from tests.jobs import run_jobs

NEW = "nine herons over the wetland"
LINK = re.compile(r"http\S+(/en/sign-in/forgot/\S+)")


def ask(client, contact):
    answer = factories.send(client, "/en/sign-in/forgot", contact=contact)
    run_jobs()
    return answer


def link_to(contact):
    return LINK.search(factories.messages_to(contact)[-1])[1]


def asked_for(contact):
    asked = resets.ask(contact, address="192.0.2.1")
    db.session.commit()
    run_jobs()
    return asked


def acts(act):
    return db.session.scalar(select(func.count()).where(AuditEntry.act == act))


def test_a_new_password_is_set_by_the_link(client, person):
    ask(client, person.email)
    done = factories.send(client, link_to(person.email), new=NEW)
    assert done.headers["Location"] == "/en/sign-in"
    assert service.begin_sign_in(person.email, NEW, address="192.0.2.1")
    assert service.begin_sign_in(person.email, person.password, address="192.0.2.1") is None


@pytest.mark.parametrize("typed", ["Asha.Devi@example.org", "asha.devi@EXAMPLE.org"])
def test_an_address_is_found_however_it_is_spelled_and_written_to_as_it_was_proven(app, typed):
    factories.make_person(email="Asha.Devi@example.org")
    ask(factories.browser(app), typed)
    assert link_to("Asha.Devi@example.org")


def test_the_second_step_is_asked_for_after_it(app, client, person):
    ask(client, person.email)
    factories.send(client, link_to(person.email), new=NEW)
    assert client.get("/en/account").status_code != 200
    first = factories.send(client, "/en/sign-in", contact=person.email, password=NEW)
    assert first.headers["Location"].startswith("/en/sign-in/code")
    assert client.get("/en/account").status_code != 200


def test_it_ends_all_sessions(app, client, person):
    elsewhere = factories.signed_in_client(app, person)
    ask(client, person.email)
    factories.send(client, link_to(person.email), new=NEW)
    assert elsewhere.get("/en/account").status_code != 200


def test_the_owner_is_warned(client, person):
    ask(client, person.email)
    factories.send(client, link_to(person.email), new=NEW)
    assert "Your password was changed" in factories.messages_to(person.email)[-1]


def test_a_code_is_sent_to_a_mobile_number(client, person):
    ask(client, person.mobile)
    code = factories.code_sent_to(person.mobile)
    done = factories.send(client, "/en/sign-in/forgot/sent", code=code, new=NEW)
    assert done.headers["Location"] == "/en/sign-in"
    assert service.begin_sign_in(person.mobile, NEW, address="192.0.2.1")


def test_a_number_that_goes_to_another_gets_no_code(client, person):
    people.hold(person.id).mobile_leaves = clock.now() + timedelta(hours=3)
    db.session.commit()
    ask(client, person.mobile)
    assert factories.messages_to(person.mobile) == []


@pytest.mark.parametrize("contact", ["nobody@example.org", "+919999999999"])
def test_an_unknown_contact_gets_nothing_and_the_asker_sees_the_same(app, person, contact):
    known, unknown = factories.browser(app), factories.browser(app)
    mine = person.email if "@" in contact else person.mobile
    one, other = ask(known, mine), ask(unknown, contact)
    assert (one.status_code, one.headers["Location"]) == (
        other.status_code,
        other.headers["Location"],
    )
    pages = [who.get("/en/sign-in/forgot/sent").data for who in (known, unknown)]
    plain = [factories.TOKEN.sub(b"", page) for page in pages]
    assert plain[0] == plain[1]
    assert factories.messages_to(contact) == []


def test_known_and_unknown_are_asked_for_by_the_same_statements(app, person, queries):
    told = []
    for contact in (person.email, "nobody@example.org"):
        with queries() as sent:
            resets.ask(contact, address="192.0.2.7")
            db.session.commit()
        told.append([one.split()[:3] for one in sent])
    assert told[0] == told[1]


def test_codes_for_known_and_unknown_numbers_are_refused_alike(app, person):
    for contact in (person.mobile, "+919999999999"):
        asked = asked_for(contact)
        for _ in range(CODE_TRIES):
            assert resets.of_code(asked.id, "123") is None
        with pytest.raises(ResetEnded):
            resets.of_code(asked.id, "123456")


def test_an_unproven_contact_gets_nothing(client, person):
    contacts.offer(person.id, Contact(Kind.EMAIL, "other@example.org"))
    db.session.commit()
    ask(client, "other@example.org")
    assert factories.messages_to("other@example.org") == []


def test_the_link_works_only_where_it_was_asked_for(app, client, person):
    ask(client, person.email)
    other = factories.browser(app)
    page = other.get(link_to(person.email))
    assert page.status_code == 409
    assert b"in the browser in which you asked" in page.data
    assert client.get(link_to(person.email)).status_code == 200


def test_the_link_does_not_work_in_a_browser_that_asked_for_another(app, client, person):
    ask(client, person.email)
    mine = link_to(person.email)
    thief = factories.browser(app)
    ask(thief, "nobody@example.org")
    assert thief.get(mine).status_code == 409


def test_opening_the_link_changes_nothing(client, person):
    ask(client, person.email)
    for _ in range(3):
        assert client.get(link_to(person.email)).status_code == 200
    assert service.begin_sign_in(person.email, person.password, address="192.0.2.1")


def test_the_link_works_once(client, person):
    ask(client, person.email)
    link = link_to(person.email)
    factories.send(client, link, new=NEW)
    assert client.get(link).status_code in (409, 410)


def test_ten_at_once_set_one_password(house, person):
    asked = asked_for(person.email)
    told = at_once(house, 10, lambda: resets.finish(asked.id, person.id, NEW))
    assert told.count(None) == 1
    assert sum(isinstance(one, ResetEnded) for one in told) == 9


@pytest.mark.parametrize(("seconds", "good"), [(-1, True), (0, False), (1, False)])
def test_it_is_good_for_thirty_minutes(app, person, seconds, good):
    now = clock.now()
    with time_machine.travel(now, tick=False):
        asked_for(person.email)
    token = link_to(person.email).rpartition("/")[2]
    with time_machine.travel(now + LASTS + timedelta(seconds=seconds), tick=False):
        assert resets.is_open(token) == good


def test_a_password_that_does_not_fit_leaves_the_link_good(client, person):
    ask(client, person.email)
    refused = factories.send(client, link_to(person.email), new="aaaaaaaaaaaa")
    assert refused.status_code == 422
    own = factories.send(client, link_to(person.email), new=f"{person.email} is mine")
    assert own.status_code == 422
    assert factories.send(client, link_to(person.email), new=NEW).status_code == 302


def test_a_password_with_the_own_name_leaves_the_code_good(client, person):
    ask(client, person.mobile)
    code, to = factories.code_sent_to(person.mobile), "/en/sign-in/forgot/sent"
    assert factories.send(client, to, code=code, new=f"{person.mobile} mine").status_code == 422
    assert factories.send(client, to, code=code, new=NEW).status_code == 302


def test_the_sixth_request_for_a_contact_waits(app, person):
    for number in range(5):
        resets.ask(person.email, address=f"192.0.2.{number}")
    with pytest.raises(TooMany):
        resets.ask(person.email, address="192.0.2.99")


def test_an_hour_later_it_may_be_asked_again(app, person):
    now = clock.now()
    with time_machine.travel(now, tick=False):
        for number in range(5):
            resets.ask(person.email, address=f"192.0.2.{number}")
    almost = now + timedelta(hours=1, seconds=-1)
    with time_machine.travel(almost, tick=False), pytest.raises(TooMany):
        resets.ask(person.email, address="192.0.2.99")
    with time_machine.travel(now + timedelta(hours=1, seconds=1), tick=False):
        resets.ask(person.email, address="192.0.2.99")


def test_the_eleventh_from_one_address_waits(app):
    for number in range(10):
        resets.ask(f"nobody{number}@example.org", address="192.0.2.1")
    with pytest.raises(TooMany):
        resets.ask("somebody@example.org", address="192.0.2.1")


@pytest.mark.parametrize("token", ["unknown", "%00", "%ff%fe", "x" * 5000, "' OR 1=1"])
def test_a_malformed_link_is_one_sentence_and_a_note(client, token):
    page = client.get(f"/en/sign-in/forgot/{token}")
    assert page.status_code == 410
    assert acts("accounts.reset_refused") == 1


@pytest.mark.parametrize("code", ["", "x" * 500, "००००००", "1 2 3", "\x00"])
def test_a_malformed_code_is_refused(client, person, code):
    ask(client, person.mobile)
    answer = factories.send(client, "/en/sign-in/forgot/sent", code=code, new=NEW)
    assert answer.status_code == 422


def test_what_has_ended_is_removed_with_its_key(app, person):
    asked_for(person.email)
    with time_machine.travel(clock.now() + LASTS + timedelta(seconds=1), tick=False):
        resets.sweep()
        db.session.commit()
    assert db.session.scalar(select(func.count(Reset.id))) == 0


def test_the_table_of_tries_names_nobody(app, person):
    resets.ask(person.email, address="192.0.2.1")
    keys = db.session.scalars(select(Attempts.key)).all()
    assert not any(person.email.encode() in key for key in keys)


def test_messages_of_an_unknown_contact_are_not_even_kept(client):
    ask(client, "nobody@example.org")
    assert db.session.scalar(select(func.count(Message.id))) == 0
