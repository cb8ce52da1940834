"""People kept without an account, and the codes with which they make one of their record."""

from dataclasses import replace
from datetime import date, timedelta

import pytest
import time_machine
from sqlalchemy import func, select

from portal.accounts import domain, passwords, service
from portal.accounts.children import service as children
from portal.accounts.contacts import service as contacts
from portal.accounts.domain import Level, State
from portal.accounts.family import service as family
from portal.accounts.family.domain import Relation
from portal.accounts.joining import domain as rules
from portal.accounts.joining import service as joining
from portal.accounts.joining.models import JoiningCode
from portal.accounts.people import service as people
from portal.accounts.people.models import Password, Person
from portal.accounts.sessions import service as sessions
from portal.audit.models import AuditEntry
from portal.kernel import clock
from portal.kernel.db import db
from portal.kernel.errors import TooMany
from tests.accounts import factories
from tests.accounts.factories import ADDRESS, PASSWORD, some_details
from tests.accounts.threads import at_once

TEEN = date(2011, 5, 17)
NOW = "2026-06-01T06:00:00+00:00"


@pytest.fixture(autouse=True)
def _today():
    with time_machine.travel(NOW, tick=True):
        yield


def child_details(**changes):
    usual = {"name": "Gurpreet Kaur", "birth_date": TEEN, "email": None, "mobile": None}
    bare = {"phone": None, "address": None, "gender": None}
    return some_details(**{**usual, **bare, **changes})


def with_code(guardian, **changes):
    """A child of the guardian's, and the code for their account; committed."""
    child = children.add(guardian.id, child_details(**changes), Relation.MOTHER)
    code = children.joining_code(guardian.id, child)
    db.session.commit()
    return child, code


def assisted(by, **changes):
    told = some_details(**{"name": "Kartar Singh", **changes})
    kept = joining.keep(told, by=by, why="assisted")
    code = joining.joining_code(kept, by=by)
    db.session.commit()
    return kept, code


def claims(code, *, address=ADDRESS, password=PASSWORD, **changes):
    told = some_details(**{"name": "Gurpreet Kaur", "birth_date": TEEN, **changes})
    return joining.claim(code, told, password, address)


def state_of(person_id):
    db.session.expire_all()
    return people.one(person_id).state


def complete(person_id):
    contacts.trust(person_id)
    secret = factories.waiting_secret(person_id)
    assert service.confirm_app(person_id, factories.code_at(secret, factories.step_now()))
    db.session.commit()


# --- Kept ---------------------------------------------------------------------------------------


def test_somebody_kept_has_details_and_nothing_to_sign_in_with(person):
    told = some_details(name="Kartar Singh")
    kept = joining.keep(told, by=person.id, why="assisted")
    db.session.commit()
    db.session.expunge_all()
    assert service.details(kept) == replace(told, email=None, mobile=None)
    assert not service.has_password(kept)
    assert contacts.reachable(kept) == ()
    assert service.begin_sign_in(told.email, PASSWORD, address=ADDRESS) is None
    assert service.begin_sign_in(told.mobile, PASSWORD, address=ADDRESS) is None


def test_the_number_of_somebody_kept_is_one_to_call(person):
    told = some_details(phone=None)
    kept = joining.keep(told, by=person.id, why="assisted")
    assert service.details(kept).phone == told.mobile


@pytest.mark.parametrize("born", [date(1890, 1, 1), date(2026, 6, 2)])
def test_nobody_is_kept_with_a_birth_date_that_cannot_be(person, born):
    with pytest.raises(rules.ImplausibleBirth):
        joining.keep(some_details(birth_date=born), by=person.id, why="child")


def test_a_baby_of_today_can_be_kept(person):
    assert joining.keep(child_details(birth_date=clock.today()), by=person.id, why="child")


def test_no_sweep_removes_somebody_kept(person):
    kept = joining.keep(child_details(), by=person.id, why="assisted")
    db.session.commit()
    with time_machine.travel(clock.now() + timedelta(days=4000), tick=False):
        service.sweep()
        db.session.commit()
    assert service.details(kept).name == "Gurpreet Kaur"


def test_keeping_and_codes_are_in_the_audit_of_whom_they_are_about(person):
    kept, _ = assisted(person.id)
    mine = select(AuditEntry.act, AuditEntry.actor).where(AuditEntry.subject_id == kept)
    assert db.session.execute(mine.order_by(AuditEntry.number)).all() == [
        ("accounts.kept", str(person.id)),
        ("accounts.joining_code_made", str(person.id)),
    ]


# --- Making an account of it --------------------------------------------------------------------


@pytest.mark.promise("M22")
def test_with_the_code_the_record_becomes_the_account(person):
    kept, code = assisted(person.id)
    told = some_details(name="Kartar Singh")
    assert joining.claim(code, told, PASSWORD, ADDRESS) == kept
    db.session.commit()
    assert state_of(kept) == State.CLAIMING
    assert contacts.reachable(kept) == ()
    complete(kept)
    assert state_of(kept) == State.ACTIVE
    assert service.begin_sign_in(told.email, PASSWORD, address=ADDRESS) == service.Pending(
        kept, Level.PASSWORD
    )


@pytest.mark.parametrize(
    "typed",
    [
        "gurpreet kaur",
        "Kaur Gurpreet",
        "Gurprit Kaur",
        "Gurpreet",
        "Gurpreet Kaur Sidhu",
        "ਗੁਰਪ੍ਰੀਤ ਕੌਰ",
        "Gúrpreet  Kaur.",
    ],
)
def test_a_name_fits_as_people_write_it(typed):
    assert rules.is_same_name("Gurpreet Kaur", typed)


@pytest.mark.parametrize("typed", ["Simran Kaur", "Asha", "Gurpreet Singh", "", "..."])
def test_another_name_does_not_fit(typed):
    assert not rules.is_same_name("Gurpreet Kaur", typed)


@pytest.mark.parametrize(
    "spell",
    [str.lower, lambda code: code.replace("-", ""), lambda code: f" {code.replace('0', 'O')} "],
)
def test_a_code_is_read_as_it_was_meant(person, spell):
    child, code = with_code(person)
    assert claims(spell(code)) == child


@pytest.mark.parametrize(
    "wrong",
    [
        {"birth_date": TEEN + timedelta(days=1)},
        {"birth_date": date(1990, 5, 17)},
        {"name": "Simran Gill"},
    ],
)
def test_the_code_alone_is_not_enough(person, wrong):
    child, code = with_code(person)
    assert claims(code, **wrong) is None
    db.session.commit()
    assert state_of(child) == State.KEPT


@pytest.mark.parametrize("code", ["", "-", "AAAA-AAAA-AAAA", "x" * 64, "’;--", "੧੨੩", "\u0000"])
def test_a_malformed_code_is_a_wrong_one(person, code):
    with_code(person)
    assert claims(code) is None


def test_a_code_works_once(person):
    child, code = with_code(person)
    assert claims(code) == child
    db.session.commit()
    assert claims(code) is None


def test_a_code_ends_after_a_month(person):
    child, code = with_code(person)
    with time_machine.travel(clock.now() + timedelta(days=30, seconds=1), tick=False):
        assert claims(code) is None
    with time_machine.travel(clock.now() + timedelta(days=29), tick=False):
        assert claims(code) == child


def test_a_new_code_ends_the_one_before(person):
    child, first = with_code(person)
    second = children.joining_code(person.id, child)
    db.session.commit()
    assert claims(first) is None
    assert claims(second) == child


def test_after_five_tries_a_code_is_of_no_use(person):
    _, code = with_code(person)
    for number in range(5):
        assert claims(code, address=f"192.0.2.{number}", birth_date=date(2010, 1, 1)) is None
        db.session.rollback()
    assert claims(code) is None


def test_codes_are_not_guessed_from_one_place(person):
    with_code(person)
    for _ in range(10):
        assert claims("AAAA-BBBB-CCCC") is None
    with pytest.raises(TooMany):
        claims("AAAA-BBBB-CCCC")


def test_of_ten_who_use_one_code_at_once_one_gets_the_account(app, person):
    child, code = with_code(person)
    addresses = iter([f"192.0.2.{number}" for number in range(10)])
    made = at_once(app, 10, lambda: claims(code, address=next(addresses)))
    assert made.count(child) == 1
    assert made.count(None) == 9
    assert db.session.scalar(select(func.count()).where(Password.subject_id == child)) == 1


def test_an_unknown_code_and_a_wrong_birth_date_ask_the_same(app, person, queries):
    child, code = with_code(person)
    db.session.remove()
    asked = []
    for typed, born in (("AAAA-BBBB-CCCC", TEEN), (code, TEEN + timedelta(days=1))):
        with app.app_context(), queries() as told:
            assert claims(typed, birth_date=born) is None
            db.session.rollback()
        asked.append([" ".join(one.split()) for one in told])
    assert asked[0] == asked[1]
    assert state_of(child) == State.KEPT


def test_what_was_kept_stands_and_the_rest_is_filled_in(person):
    child, code = with_code(person)
    told = some_details(name="gurprit", birth_date=TEEN, language="pa")
    joining.claim(code, told, PASSWORD, ADDRESS)
    db.session.commit()
    db.session.expunge_all()
    assert service.details(child) == replace(told, name="Gurpreet Kaur")


def test_a_weak_password_uses_no_code_up(person):
    child, code = with_code(person)
    with pytest.raises(domain.UnfitPassword):
        claims(code, password="passwordpassword")
    assert claims(code) == child


# --- Left half way ------------------------------------------------------------------------------


@pytest.mark.promise("M22")
def test_an_account_that_is_not_completed_in_a_day_is_a_record_again(person):
    child, code = with_code(person)
    told = some_details(name="Gurpreet Kaur", birth_date=TEEN)
    joining.claim(code, told, PASSWORD, ADDRESS)
    contacts.trust(child)
    sessions.open_row(child, timedelta(days=3))
    db.session.commit()
    with time_machine.travel(clock.now() + timedelta(hours=23), tick=False):
        service.sweep()
        db.session.commit()
        assert state_of(child) == State.CLAIMING
    with time_machine.travel(clock.now() + timedelta(hours=25), tick=False):
        service.sweep()
        db.session.commit()
        assert state_of(child) == State.KEPT
        assert service.details(child) == replace(child_details(language="en"), name="Gurpreet Kaur")
        assert not service.has_password(child)
        assert sessions.count(child) == 0
        assert service.begin_sign_in(told.email, PASSWORD, address=ADDRESS) is None
        assert service.app_setup(child) is None
        again = children.joining_code(person.id, child)
        db.session.commit()
        assert claims(again) == child


def test_details_that_were_kept_before_stay_when_the_account_is_left(person):
    kept, code = assisted(person.id)
    before = service.details(kept)
    claims(code, name="Kartar Singh", birth_date=before.birth_date, phone="+911612222222")
    db.session.commit()
    with time_machine.travel(clock.now() + timedelta(hours=25), tick=False):
        service.sweep()
        db.session.commit()
    db.session.expire_all()
    assert service.details(kept) == before


def test_a_record_that_is_kept_again_cannot_be_completed(person):
    child, code = with_code(person)
    claims(code)
    secret = factories.waiting_secret(child)
    db.session.commit()
    with time_machine.travel(clock.now() + timedelta(hours=25), tick=False):
        service.sweep()
        db.session.commit()
        assert service.confirm_app(child, factories.code_at(secret, factories.step_now())) is None
        with pytest.raises(service.NoSuchPerson):
            service.factor_set(child, "passkey")


def test_nobody_gets_a_code_for_an_account(person):
    with pytest.raises(rules.HasAccount):
        joining.joining_code(person.id, by=person.id)
    child, code = with_code(person)
    claims(code)
    db.session.commit()
    with pytest.raises(rules.HasAccount):
        children.joining_code(person.id, child)


def test_codes_that_ended_are_swept(person):
    with_code(person)
    with time_machine.travel(clock.now() + timedelta(days=31), tick=False):
        service.sweep()
        db.session.commit()
    assert db.session.scalar(select(func.count()).select_from(JoiningCode)) == 0


def test_the_table_holds_no_code(person):
    _, code = with_code(person)
    row = db.session.scalars(select(JoiningCode)).one()
    assert code.replace("-", "").encode() not in bytes(row.hash)
    assert len(code.replace("-", "")) == 12


# --- Ages ---------------------------------------------------------------------------------------


@pytest.mark.promise("W12")
def test_below_13_there_is_no_code_and_no_account(person):
    born = date(2013, 6, 2)
    child = children.add(person.id, child_details(birth_date=born), Relation.FATHER)
    db.session.commit()
    with pytest.raises(rules.TooYoungForCode):
        children.joining_code(person.id, child)
    with time_machine.travel("2026-06-02T06:00:00+00:00", tick=False):
        code = children.joining_code(person.id, child)
        db.session.commit()
        assert claims(code, birth_date=born) == child
    with pytest.raises(domain.TooYoung):
        claims(code, birth_date=born)


@pytest.mark.promise("W12")
@pytest.mark.parametrize("born", [date(2013, 6, 1), date(2008, 6, 2)])
def test_from_13_to_17_nobody_registers_without_a_guardian(app, born):
    before = db.session.scalar(select(func.count()).select_from(Person))
    with pytest.raises(domain.GuardianNeeded, match="Ask your parent or guardian"):
        joining.register(some_details(birth_date=born), PASSWORD, address=ADDRESS)
    db.session.commit()
    assert db.session.scalar(select(func.count()).select_from(Person)) == before


def test_at_18_one_registers_alone(app):
    told = some_details(birth_date=date(2008, 6, 1))
    assert joining.register(told, PASSWORD, address=ADDRESS)


@pytest.mark.promise("W12")
def test_a_code_without_a_guardian_makes_no_account_below_18(person):
    kept, code = assisted(person.id, name="Gurpreet Kaur", birth_date=TEEN)
    assert claims(code) is None
    family.link(person.id, kept, Relation.GUARDIAN)
    db.session.commit()
    assert claims(code) == kept


@pytest.mark.promise("W12")
@pytest.mark.parametrize("born", [date(2008, 1, 1), date(1990, 5, 17)])
def test_whoever_is_not_of_age_cannot_become_it_by_changing_the_date(person, born):
    child, code = with_code(person)
    claims(code)
    complete(child)
    told = service.details(child)
    with pytest.raises(domain.AgeIsFixed):
        service.change_details(child, replace(told, birth_date=born))
    service.change_details(child, replace(told, birth_date=TEEN - timedelta(days=9)))


@pytest.mark.promise("W12")
def test_nobody_of_age_becomes_a_child_without_guardian(person):
    told = service.details(person.id)
    with pytest.raises(domain.AgeIsFixed):
        service.change_details(person.id, replace(told, birth_date=date(2010, 1, 1)))


# --- The page -----------------------------------------------------------------------------------


def typed(**changes):
    usual = {
        "name": "Gurpreet Kaur",
        "birth_date": TEEN.isoformat(),
        "email": "gurpreet@example.org",
        "password": PASSWORD,
    }
    return {**usual, **changes}


@pytest.mark.promise("W12")
def test_the_page_asks_for_the_code_when_somebody_is_not_of_age(client, person):
    assert b'name="joining"' not in client.get("/en/register").data
    back = factories.send(client, "/en/register", **typed())
    page = back.get_data(as_text=True)
    assert back.status_code == 422
    assert 'name="joining"' in page
    assert "Ask your parent or guardian to add you under Family" in page
    child, code = with_code(person)
    on = factories.send(client, "/en/register", **typed(joining=code.lower()))
    assert on.status_code == 302
    assert on.location.endswith("/en/register/prove") or "prove" in on.location
    assert state_of(child) == State.CLAIMING


def test_whoever_has_a_code_finds_where_to_type_it(client):
    assert b"joining=1" in client.get("/en/register").data
    assert b'name="joining"' in client.get("/en/register?joining=1").data


def test_a_wrong_code_and_wrong_details_read_the_same(client, person):
    _, code = with_code(person)
    unknown = factories.send(client, "/en/register", **typed(joining="AAAA-BBBB-CCCC"))
    other = factories.send(client, "/en/register", **typed(joining=code, name="Simran Gill"))
    for page in (unknown, other):
        assert page.status_code == 422
        assert "This joining code does not fit" in page.get_data(as_text=True)


def test_passwords_are_hashed_whether_the_code_is_right_or_not(person, monkeypatch):
    """So that the time that it takes tells nothing."""
    _, code = with_code(person)
    hashed = []
    real = passwords.hashed
    monkeypatch.setattr(passwords, "hashed", lambda text: hashed.append(1) or real(text))
    claims("AAAA-BBBB-CCCC")
    claims(code)
    assert len(hashed) == 2


def test_a_code_that_does_not_fit_is_recorded(app):
    told = child_details(email="somebody@example.org")
    assert joining.claim("ABCDEFGHJKMN", told, PASSWORD, ADDRESS) is None
    db.session.commit()
    wanted = select(AuditEntry.actor).where(AuditEntry.act == "accounts.joining_refused")
    assert db.session.scalars(wanted).all() == ["web"]
