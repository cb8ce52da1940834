"""A code by SMS at the sign-in: a way for those who chose it, and for nobody else."""

from datetime import timedelta

import pytest
import time_machine
from sqlalchemy import func, select

from portal.accounts import service
from portal.accounts.contacts import service as contacts
from portal.accounts.factors import service as factors
from portal.accounts.proving import service as proving
from portal.accounts.sessions.models import SessionRow
from portal.accounts.settings import AccountsSettings
from portal.kernel import clock
from portal.kernel.db import db
from portal.kernel.settings import Settings
from portal.post.models import Message
from tests.accounts.factories import (
    PASSWORD,
    browser,
    code_sent_to,
    make_person,
    messages_to,
    send,
    signed_in_client,
)
from tests.accounts.threads import at_once

TEXT = "/en/sign-in/text"


def first_step(app, someone):
    """A browser in which the password was shown."""
    client = browser(app)
    send(client, "/en/sign-in", contact=someone.email, password=PASSWORD)
    return client


def switch_on(someone):
    contacts.set_text_factor(someone.id, on=True)
    db.session.commit()
    return someone


@pytest.fixture
def asha(person):
    """Somebody who chose it."""
    return switch_on(person)


@pytest.mark.promise("M20")
def test_a_code_by_sms_signs_in_who_chose_it(app, asha):
    client = first_step(app, asha)
    page = client.get(TEXT)
    assert asha.mobile[-4:] in page.text
    assert asha.mobile[3:8] not in page.text
    send(client, TEXT, act="send")
    done = send(client, TEXT, act="check", code=code_sent_to(asha.mobile))
    assert done.status_code == 302
    assert client.get("/en/account").status_code == 200
    hows = db.session.scalars(select(SessionRow.how).where(SessionRow.person_id == asha.id)).all()
    assert hows == ["password text"]


def test_it_is_off_until_one_switches_it_on(app, person):
    assert not contacts.text_factor(person.id)
    client = first_step(app, person)
    assert client.get(TEXT).headers["Location"] == "/en/sign-in/code"
    assert "text" not in factors.ways(person.id)
    switch_on(person)
    assert "text" in factors.ways(person.id)
    assert client.get(TEXT).status_code == 200


def test_nothing_is_sent_by_looking_at_the_page(app, asha):
    client = first_step(app, asha)
    for _ in range(3):
        client.get(TEXT)
    assert db.session.scalar(select(func.count()).select_from(Message)) == 0


def test_it_is_not_counted_among_the_strong_factors(asha):
    assert "text" not in factors.strong(asha.id)


def test_whoever_works_here_does_not_sign_in_by_sms(app, asha):
    service.grant(asha.id, service.roles.Role.ADMIN, by="tests")
    db.session.commit()
    assert not contacts.text_factor(asha.id)
    assert not contacts.text_factor_is_offered(asha.id)
    client = first_step(app, asha)
    assert client.get(TEXT).headers["Location"] == "/en/sign-in/code"
    assert proving.send_sign_in_code(asha.id) is None


def test_the_operator_can_switch_it_off_for_all(app, asha, monkeypatch):
    now = app.config["SETTINGS"]
    others = [now.of(one) for one in now.sections() if one is not AccountsSettings]
    monkeypatch.setitem(
        app.config, "SETTINGS", Settings([*others, AccountsSettings(text_factor=False)])
    )
    assert not contacts.text_factor(asha.id)
    assert first_step(app, asha).get(TEXT).headers["Location"] == "/en/sign-in/code"


def test_it_needs_a_proven_number(app):
    someone = make_person(mobile=None)
    assert not contacts.set_text_factor(someone.id, on=True)
    assert not contacts.text_factor(someone.id)


def test_it_ends_with_the_number(asha):
    proving.remove(asha.id, contacts.Kind.MOBILE)
    db.session.commit()
    assert not contacts.text_factor(asha.id)


def test_a_code_is_good_once_for_ten_minutes_and_in_its_own_session(app, asha):
    client, other = first_step(app, asha), first_step(app, asha)
    send(client, TEXT, act="send")
    code = code_sent_to(asha.mobile)
    assert send(other, TEXT, act="check", code=code).status_code == 422
    with time_machine.travel(clock.now() + timedelta(minutes=9), tick=False):
        client.get(TEXT)
    with time_machine.travel(clock.now() + timedelta(minutes=10, seconds=2), tick=False):
        assert send(client, TEXT, act="check", code=code).status_code == 422
    assert send(client, TEXT, act="check", code=code).status_code == 302


def test_of_ten_who_show_one_code_at_once_one_is_signed_in(app, asha):
    code_id = proving.send_sign_in_code(asha.id)
    db.session.commit()
    code = code_sent_to(asha.mobile)
    done = at_once(app, 10, lambda: service.finish_with_text(asha.id, code_id, code))
    assert done.count(True) == 1


def test_five_codes_are_sent_then_an_hour_none(app, asha):
    client = first_step(app, asha)
    for _ in range(5):
        assert send(client, TEXT, act="send").status_code == 302
    assert send(client, TEXT, act="send").status_code == 429
    assert len(messages_to(asha.mobile)) == 5


def test_wrong_codes_are_counted_with_the_other_second_factors(app, asha):
    client = first_step(app, asha)
    for _ in range(5):
        assert send(client, "/en/sign-in/code", code="000").status_code == 422
    send(client, TEXT, act="send")
    for _ in range(5):
        assert send(client, TEXT, act="check", code="000").status_code == 422
    assert send(client, TEXT, act="check", code=code_sent_to(asha.mobile)).status_code == 429


def test_the_page_is_for_who_showed_the_password(app, asha):
    assert browser(app).get(TEXT).headers["Location"] == "/en/sign-in"
    assert signed_in_client(app, asha).get(TEXT).headers["Location"] == "/en/sign-in"
