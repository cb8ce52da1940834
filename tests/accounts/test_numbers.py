"""A mobile number that was given up: its next owner gets the number, and nothing besides."""

import re
from datetime import timedelta

import pytest
import time_machine
from sqlalchemy import func, select

from portal.accounts import jobs, service
from portal.accounts.contacts import service as contacts
from portal.accounts.factors import service as factors
from portal.accounts.leaving import service as leaving
from portal.accounts.people.models import Person
from portal.accounts.proving import service as proving
from portal.accounts.releases import service as releases
from portal.accounts.releases.models import Release
from portal.audit.models import AuditEntry
from portal.kernel import clock
from portal.kernel.db import db
from tests.accounts.factories import (
    PASSWORD,
    browser,
    code_sent_to,
    csrf_token,
    make_person,
    messages_to,
    register,
    send,
    sign_in,
    signed_in_client,
)

LINK = re.compile(r"https?://[^/\s]+(/en/number/\S+)")
NEXT = {
    "name": "Ravi Kumar",
    "birth_date-day": "1",
    "birth_date-month": "2",
    "birth_date-year": "1985",
    "password": PASSWORD,
}
DAY = timedelta(hours=24, seconds=1)


@pytest.mark.parametrize("token", ["unknown", "0" * 500, "%00"])
def test_a_link_that_never_was_is_one_sentence_and_a_note(app, token):
    for act in ("get", "post"):
        anyone = browser(app)
        told = csrf_token(anyone.get("/en/number").data)
        answer = getattr(anyone, act)(f"/en/number/{token}", data={"csrf_token": told})
        assert answer.status_code == 410
        assert "This link has ended." in answer.text
    wanted = select(func.count()).where(AuditEntry.act == "accounts.release_refused")
    db.session.rollback()
    assert db.session.scalar(wanted) == 2


@pytest.mark.parametrize(
    ("path", "act"),
    [
        ("/en/number/unknown", "accounts.release_refused"),
        ("/en/account/not-me/unknown", "accounts.not_me_refused"),
        ("/en/account/recovery/cancel/unknown", "accounts.recovery_refused"),
        ("/en/sign-in/recover/unknown", "accounts.recovery_refused"),
        ("/en/sign-in/forgot/unknown", "accounts.reset_refused"),
        ("/oauth/authorize?client_id=unknown", "oauth.refused"),
    ],
)
def test_no_stranger_fills_the_record_with_links_that_never_were(app, path, act):
    wanted = select(func.count()).where(AuditEntry.act == act)
    anyone, elsewhere = browser(app), browser(app)
    with time_machine.travel(clock.now(), tick=False) as now:
        answers = {anyone.get(path).status_code for _ in range(25)}
        assert len(answers) == 1
        assert db.session.scalar(wanted) == 20
        elsewhere.get(path, environ_overrides={"REMOTE_ADDR": "203.0.113.9"})
        db.session.rollback()
        assert db.session.scalar(wanted) == 21
        now.shift(timedelta(minutes=1))
        anyone.get(path)
    db.session.rollback()
    assert db.session.scalar(wanted) == 22


@pytest.fixture
def former(app):
    """Somebody whose number somebody else has now."""
    return make_person(name="Asha Devi")


def claim(app, number):
    """A browser in which the next owner has shown a code of the number."""
    client = browser(app)
    send(client, "/en/number", mobile=number)
    done = send(client, "/en/number/code", code=code_sent_to(number))
    assert done.headers["Location"] == "/en/number/done"
    return client


def a_day_later():
    """What the periodic job does, less the sessions that have ended until then."""
    with time_machine.travel(clock.now() + DAY, tick=False):
        releases.sweep()
        db.session.commit()
    db.session.expunge_all()


def details(someone):
    db.session.expunge_all()
    return service.details(someone.id)


@pytest.mark.promise("M15")
def test_the_next_owner_registers_afresh_and_sees_nothing_of_the_former_person(app, former):
    client = claim(app, former.mobile)
    assert "Asha" not in client.get("/en/number/done").text
    assert former.email not in client.get("/en/number/done").text
    a_day_later()
    assert "free now" in messages_to(former.mobile)[-1]
    send(client, "/en/register", **NEXT, mobile=former.mobile)
    send(client, "/en/register/prove", act="send")
    code = code_sent_to(former.mobile)
    assert send(client, "/en/register/prove", act="check", code=code).status_code == 302
    ravi = service.id_of(former.mobile)
    assert ravi != former.id
    assert service.details(ravi).name == "Ravi Kumar"
    assert service.details(ravi).email is None
    assert "Asha" not in client.get("/en/account/factors/app").text


@pytest.mark.promise("M15")
def test_no_message_of_the_former_account_goes_to_the_number_once_it_is_claimed(app, former):
    contacts.set_text_factor(former.id, on=True)
    db.session.commit()
    claim(app, former.mobile)
    before = len(messages_to(former.mobile))
    db.session.expunge_all()
    assert [one.kind for one in contacts.reachable(former.id)] == ["email"]
    assert not contacts.text_factor(former.id)
    assert proving.send_sign_in_code(former.id) is None
    client = browser(app)
    sign_in(client, former)
    a_day_later()
    assert [one for one in messages_to(former.mobile)[before:] if "free now" not in one] == []
    assert former.email not in str(messages_to(former.mobile))
    assert "Asha" not in str(messages_to(former.mobile))


@pytest.mark.promise("M15")
def test_nobody_signs_in_with_the_number_after_it_went(app, former):
    claim(app, former.mobile)
    a_day_later()
    assert service.begin_sign_in(former.mobile, PASSWORD, address="192.0.2.7") is None
    assert service.begin_sign_in(former.email, PASSWORD, address="192.0.2.7")


def test_the_former_account_stays_and_is_told_at_its_other_contact(app, former):
    mine = signed_in_client(app, former)
    claim(app, former.mobile)
    assert "is theirs" in messages_to(former.email)[-1]
    assert details(former).mobile == former.mobile
    a_day_later()
    told = details(former)
    assert (told.name, told.email, told.mobile) == ("Asha Devi", former.email, None)
    assert factors.strong(former.id) == ("app",)
    assert mine.get("/en/account").status_code == 200


def test_who_had_only_the_number_keeps_the_account_and_its_factors(app):
    former = make_person(email=None)
    claim(app, former.mobile)
    a_day_later()
    assert contacts.reachable(former.id) == ()
    assert factors.strong(former.id) == ("app",)
    assert service.codes_left(former.id) == 10
    assert details(former).name == "Asha Devi"


def test_the_number_does_not_go_before_a_day(app, former):
    client = claim(app, former.mobile)
    with time_machine.travel(clock.now() + timedelta(hours=23, minutes=59), tick=False):
        releases.sweep()
        db.session.commit()
    assert details(former).mobile == former.mobile
    assert "at the latest" in client.get("/en/number/done").text


def test_the_former_owner_keeps_the_number_by_the_link_without_signing_in(app, former):
    claim(app, former.mobile)
    path = LINK.search(messages_to(former.email)[-1])[1]
    anyone = browser(app)
    for _ in range(3):
        assert anyone.get(path).status_code == 200
    assert send(anyone, path, act="keep").status_code == 302
    assert anyone.get(path).status_code == 410
    a_day_later()
    assert details(former).mobile == former.mobile
    assert len(contacts.reachable(former.id)) == 2


def test_the_former_owner_keeps_it_from_within_the_account(app, former):
    claim(app, former.mobile)
    mine = signed_in_client(app, former)
    page = mine.get("/en/account/contacts")
    assert "your number is theirs now" in page.text
    told = {"csrf_token": csrf_token(page.data)}
    assert mine.post("/en/account/contacts/keep-number", data=told).status_code == 302
    a_day_later()
    assert details(former).mobile == former.mobile


def test_the_former_owner_lets_it_go_at_once(app, former):
    client = claim(app, former.mobile)
    path = LINK.search(messages_to(former.email)[-1])[1]
    assert send(browser(app), path, act="let-go").status_code == 302
    assert details(former).mobile is None
    assert "No account uses this number" in client.get("/en/number/done").text


def test_a_number_that_was_kept_can_be_claimed_twice_a_day_at_most(app, former):
    for _ in range(2):
        claim(app, former.mobile)
        send(browser(app), LINK.search(messages_to(former.email)[-1])[1], act="keep")
    client = browser(app)
    send(client, "/en/number", mobile=former.mobile)
    code = code_sent_to(former.mobile)
    assert send(client, "/en/number/code", code=code).status_code == 429
    assert len(contacts.reachable(former.id)) == 2


def test_the_periodic_job_frees_it(app, former):
    claim(app, former.mobile)
    with time_machine.travel(clock.now() + DAY, tick=False):
        jobs.sweep()
        db.session.commit()
    assert details(former).mobile is None


def test_two_claims_of_one_number_are_one(app, former):
    claim(app, former.mobile)
    claim(app, former.mobile)
    assert db.session.scalar(select(func.count()).select_from(Release)) == 1
    assert len(messages_to(former.email)) == 1


def test_whether_a_number_is_known_is_not_told_before_its_code(app, former):
    said = []
    for number in (former.mobile, "+919876599999"):
        client = browser(app)
        sent = send(client, "/en/number", mobile=number)
        wrong = send(client, "/en/number/code", code="000")
        shown = f"0{number[3:8]} {number[8:]}"
        page = re.sub(r'value="[^"]+"', "", wrong.text).replace(shown, "NUMBER")
        said.append((sent.status_code, sent.headers["Location"], wrong.status_code, page))
        assert len(messages_to(number)) == 1
    assert said[0] == said[1]
    assert details(former).mobile == former.mobile


def test_a_wrong_code_claims_nothing(app, former):
    client = browser(app)
    send(client, "/en/number", mobile=former.mobile)
    right = code_sent_to(former.mobile)
    for n in range(6):
        wrong = f"{(int(right) + 1 + n) % 10**6:06}"
        assert send(client, "/en/number/code", code=wrong).status_code == 422
    assert send(client, "/en/number/code", code=right).status_code == 422
    assert db.session.scalar(select(func.count()).select_from(Release)) == 0


def test_the_code_of_one_browser_does_nothing_in_another(app, former):
    client, other = browser(app), browser(app)
    send(client, "/en/number", mobile=former.mobile)
    assert other.get("/en/number/code").headers["Location"] == "/en/number"
    assert other.get("/en/number/done").headers["Location"] == "/en/number"
    send(other, "/en/number", mobile="+919876599999")
    assert send(other, "/en/number/code", code=code_sent_to(former.mobile)).status_code == 422


@pytest.mark.parametrize("mobile", ["", "12345", "x" * 5000, "+91", "a@example.org"])
def test_what_is_no_number_is_refused(client, mobile):
    assert send(client, "/en/number", mobile=mobile).status_code == 422


def test_a_number_that_nobody_uses_is_free_at_once(app):
    client = claim(app, "+919876599999")
    assert "No account uses this number" in client.get("/en/number/done").text


def test_a_number_is_changed_with_another_factor_and_the_next_owner_takes_the_old_one(app, former):
    mine = signed_in_client(app, former)
    old = former.mobile
    send(mine, "/en/account/contacts/mobile", mobile="98765 99998")
    code = code_sent_to("+919876599998")
    send(mine, "/en/account/contacts/mobile/prove", act="check", code=code)
    assert details(former).mobile == "+919876599998"
    register(browser(app), **NEXT, email="ravi@example.org")
    ravi = service.id_of("ravi@example.org")
    contacts.offer(ravi, contacts.Contact(contacts.Kind.MOBILE, old))
    contacts.trust(ravi)
    db.session.commit()
    assert service.id_of(old) == ravi


def test_a_person_who_left_in_the_meantime_is_no_obstacle(app, former):
    claim(app, former.mobile)
    leaving.remove(former.id)
    db.session.commit()
    a_day_later()
    assert db.session.scalar(select(func.count()).select_from(Release)) == 0
    assert db.session.scalar(select(func.count()).select_from(Person)) == 0
