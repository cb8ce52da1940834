"""Signing in: two factors, each code once, and limits that hold."""

import statistics
from datetime import timedelta
from time import perf_counter

import pytest
import time_machine
from sqlalchemy import func, select

from portal.accounts import domain, passwords, service
from portal.accounts.attempts.models import Attempts
from portal.accounts.domain import Level
from portal.accounts.factors.models import RecoveryCode
from portal.accounts.people.models import Password
from portal.audit.models import AuditEntry
from portal.kernel import clock
from portal.kernel.db import db
from portal.kernel.errors import TooMany
from tests.accounts import factories
from tests.accounts.factories import ADDRESS, PASSWORD, code_at, step_now
from tests.accounts.threads import at_once

WRONG = "eight marigolds by the canal"


def acts():
    return db.session.scalars(select(AuditEntry.act).order_by(AuditEntry.number)).all()


@pytest.mark.promise("M20")
@pytest.mark.parametrize("contact", ["email", "mobile"])
def test_the_password_alone_opens_only_the_second_step(person, contact):
    pending = service.begin_sign_in(getattr(person, contact), PASSWORD, address=ADDRESS)
    assert pending == service.Pending(person.id, Level.PASSWORD)


def test_a_mobile_number_may_be_typed_as_at_home(person):
    assert service.begin_sign_in(person.mobile[3:], PASSWORD, address=ADDRESS)


@pytest.mark.parametrize("password", [WRONG, "", "x" * 300, "\x00" * 20, PASSWORD.upper()])
def test_another_password_opens_nothing(person, password):
    assert service.begin_sign_in(person.email, password, address=ADDRESS) is None


@pytest.mark.parametrize(
    "contact", ["nobody@example.org", "9000000000", "", "@", "\x00", "ਅ" * 500]
)
def test_nobody_is_found_under_another_contact(person, contact):
    assert service.begin_sign_in(contact, PASSWORD, address=ADDRESS) is None


def test_a_password_is_the_same_on_every_keyboard(app):
    person = factories.make_person(password="caf\u00e9 by the blue \ufb01eld")
    assert service.begin_sign_in(person.email, "cafe\u0301 by the blue field", address=ADDRESS)


def test_a_stranger_costs_as_much_as_somebody_we_know(person, queries):
    def statements(contact):
        db.session.remove()
        with queries() as told:
            assert service.begin_sign_in(contact, WRONG, address=contact) is None
        return told

    assert statements(person.email) == statements("nobody@example.org")


def test_the_answer_takes_as_long_for_a_stranger(person, monkeypatch):
    monkeypatch.setattr(passwords, "MEMORY_IN_TESTS", passwords.MEMORY)
    service.change_password(person.id, PASSWORD)
    db.session.commit()

    spent = {person.email: [], "nobody@example.org": []}
    for number in range(15):
        for contact, times in spent.items():
            began = perf_counter()
            service.begin_sign_in(contact, WRONG, address=f"{contact} {number}")
            times.append(perf_counter() - began)
            db.session.remove()
    known, stranger = map(statistics.median, spent.values())
    assert known == pytest.approx(stranger, rel=0.5)


def test_a_hash_of_earlier_settings_is_renewed_at_the_next_sign_in(person, monkeypatch):
    monkeypatch.setattr(passwords, "MEMORY_IN_TESTS", 512)
    assert service.begin_sign_in(person.email, PASSWORD, address=ADDRESS)
    db.session.commit()
    kept = db.session.scalars(select(Password).where(Password.subject_id == person.id)).one()
    assert "$argon2id$" in kept.hash
    assert "m=512," in kept.hash


@pytest.mark.promise("M20")
def test_a_code_of_the_app_completes_the_sign_in(person):
    assert service.finish_with_app(person.id, code_at(person.secret, step_now()))
    db.session.commit()
    assert acts()[-1] == "accounts.signed_in"


@pytest.mark.promise("M20")
@pytest.mark.parametrize("code", ["", "12345", "abcdef", "１２３", "0" * 500])
def test_what_is_no_code_is_refused_and_recorded(person, code):
    assert not service.finish_with_app(person.id, code)
    db.session.commit()
    assert acts()[-1] == "accounts.factor_refused"


def test_a_code_may_be_typed_in_other_digits_and_with_spaces(person):
    code = code_at(person.secret, step_now())
    typed = " ".join(chr(ord("۰") + int(digit)) for digit in code)
    assert service.finish_with_app(person.id, typed)


@pytest.mark.promise("M20")
def test_a_used_code_is_refused(app):
    noon = clock.now().replace(hour=12, minute=0, second=5)
    with time_machine.travel(noon, tick=False):
        person = factories.make_person()
        code = code_at(person.secret, step_now())
        assert service.finish_with_app(person.id, code)
        assert not service.finish_with_app(person.id, code)
    with time_machine.travel(noon + timedelta(seconds=29), tick=False):
        assert not service.finish_with_app(person.id, code)
        assert service.finish_with_app(person.id, code_at(person.secret, step_now()))


@pytest.mark.promise("M20")
def test_a_code_older_than_the_last_one_is_refused(app):
    noon = clock.now().replace(hour=12, minute=0, second=5)
    with time_machine.travel(noon, tick=False):
        person = factories.make_person()
        old, new = (code_at(person.secret, step_now() + off) for off in (0, 1))
        assert service.finish_with_app(person.id, new)
        assert not service.finish_with_app(person.id, old)


@pytest.mark.parametrize(
    ("seconds", "accepted"), [(29, True), (31, True), (-31, True), (90, False), (-90, False)]
)
def test_a_phone_may_be_half_a_minute_off(app, seconds, accepted):
    noon = clock.now().replace(hour=12, minute=0, second=15)
    with time_machine.travel(noon - timedelta(hours=1), tick=False):
        person = factories.make_person()
    with time_machine.travel(noon + timedelta(seconds=seconds), tick=False):
        code = code_at(person.secret, step_now())
    with time_machine.travel(noon, tick=False):
        assert service.finish_with_app(person.id, code) is accepted


@pytest.mark.promise("M20")
def test_of_twenty_uses_of_one_code_at_once_one_succeeds(person, app):
    code = code_at(person.secret, step_now())
    results = at_once(app, 20, lambda: service.finish_with_app(person.id, code))
    assert results.count(True) == 1
    assert all(one is True or one is False or isinstance(one, TooMany) for one in results)


@pytest.mark.promise("M20")
def test_a_recovery_code_is_good_once(person):
    assert service.finish_with_code(person.id, person.codes[3])
    assert not service.finish_with_code(person.id, person.codes[3])
    assert service.codes_left(person.id) == 9
    assert service.finish_with_code(person.id, person.codes[4])


@pytest.mark.promise("M20")
def test_of_many_uses_of_one_recovery_code_at_once_one_succeeds(person, app):
    code = person.codes[0]
    results = at_once(app, 9, lambda: service.finish_with_code(person.id, code))
    assert results.count(True) == 1
    assert results.count(False) == 8


def test_a_recovery_code_may_be_typed_without_care(person):
    plain = person.codes[0].replace("-", " ").lower().replace("0", "o").replace("1", "i")
    assert service.finish_with_code(person.id, plain)


def test_the_recovery_code_of_another_person_is_of_no_use(person):
    other = factories.make_person()
    assert not service.finish_with_code(other.id, person.codes[0])


def test_recovery_codes_are_not_in_the_table(person):
    kept = db.session.scalars(select(RecoveryCode.hash)).all()
    plain = [code.replace("-", "") for code in person.codes]
    assert len(kept) == 10
    assert not any(code.encode() in bytes(one) for code in plain for one in kept)


def test_new_recovery_codes_end_the_old_ones(person):
    new = service.new_codes(person.id)
    db.session.commit()
    assert not service.finish_with_code(person.id, person.codes[0])
    assert service.finish_with_code(person.id, new[0])


@pytest.mark.promise("M20")
def test_the_app_in_use_stays_until_the_new_one_is_confirmed(person):
    service.new_app(person.id)
    secret = factories.waiting_secret(person.id)
    assert service.finish_with_app(person.id, code_at(person.secret, step_now()))
    assert service.confirm_app(person.id, code_at(secret, step_now())) == ()
    assert not service.finish_with_app(person.id, code_at(person.secret, step_now() + 1))
    assert service.finish_with_app(person.id, code_at(secret, step_now() + 1))
    assert service.codes_left(person.id) == 10


def test_five_wrong_passwords_bring_a_wait_even_for_the_right_one(person):
    for _ in range(5):
        assert service.begin_sign_in(person.email, WRONG, address=ADDRESS) is None
    with pytest.raises(TooMany, match="Wait"):
        service.begin_sign_in(person.email, PASSWORD, address=ADDRESS)
    with time_machine.travel(clock.now() + timedelta(seconds=61), tick=False):
        assert service.begin_sign_in(person.email, PASSWORD, address=ADDRESS)


def test_a_stranger_elsewhere_locks_nobody_out(person):
    for _ in range(5):
        service.begin_sign_in(person.email, WRONG, address="198.51.100.7")
    assert service.begin_sign_in(person.email, PASSWORD, address=ADDRESS)


def test_the_wait_is_the_same_for_accounts_that_do_not_exist(app):
    for _ in range(5):
        assert service.begin_sign_in("nobody@example.org", WRONG, address=ADDRESS) is None
    with pytest.raises(TooMany):
        service.begin_sign_in("Nobody@Example.org ", WRONG, address=ADDRESS)


def test_a_right_password_begins_the_count_anew(person):
    for _ in range(3):
        for _ in range(4):
            service.begin_sign_in(person.email, WRONG, address=ADDRESS)
        assert service.begin_sign_in(person.email, PASSWORD, address=ADDRESS)


def test_one_address_may_try_twenty_accounts_a_minute(app):
    with time_machine.travel(clock.now(), tick=False):
        for number in range(20):
            service.begin_sign_in(f"nobody{number}@example.org", WRONG, address=ADDRESS)
        with pytest.raises(TooMany):
            service.begin_sign_in("nobody20@example.org", WRONG, address=ADDRESS)


def test_right_passwords_do_not_count_against_an_address(person):
    for _ in range(25):
        assert service.begin_sign_in(person.email, PASSWORD, address=ADDRESS)


def test_the_limit_holds_for_tries_in_parallel(person, app):
    results = at_once(app, 8, lambda: service.begin_sign_in(person.email, WRONG, address=ADDRESS))
    assert results.count(None) == 5
    assert [type(one) for one in results if one is not None] == [TooMany] * 3


def test_a_count_stands_although_the_request_was_refused(person):
    for _ in range(5):
        service.begin_sign_in(person.email, WRONG, address=ADDRESS)
        db.session.rollback()
    with pytest.raises(TooMany):
        service.begin_sign_in(person.email, PASSWORD, address=ADDRESS)


@pytest.mark.promise("M20")
@pytest.mark.parametrize("way", [service.finish_with_app, service.finish_with_code])
def test_ten_wrong_second_factors_lock_it_for_ten_minutes(person, way):
    now = clock.now()
    with time_machine.travel(now, tick=False):
        for _ in range(10):
            assert not way(person.id, factories.wrong_code(person.secret))
        with pytest.raises(TooMany):
            service.finish_with_app(person.id, code_at(person.secret, step_now()))
        with pytest.raises(TooMany):
            service.finish_with_code(person.id, person.codes[0])
    with time_machine.travel(now + timedelta(seconds=601), tick=False):
        assert service.finish_with_app(person.id, code_at(person.secret, step_now()))


def test_counters_name_nobody_and_are_swept(person):
    service.begin_sign_in(person.email, WRONG, address=ADDRESS)
    for row in db.session.scalars(select(Attempts)):
        assert len(row.key) == 32
    with time_machine.travel(clock.now() + timedelta(days=1, seconds=1), tick=False):
        service.sweep()
        db.session.commit()
    assert db.session.scalar(select(func.count()).select_from(Attempts)) == 0


def test_the_old_password_ends_with_the_new_one(person):
    assert service.knows_password(person.id, PASSWORD)
    service.change_password(person.id, WRONG)
    db.session.commit()
    assert service.begin_sign_in(person.email, PASSWORD, address=ADDRESS) is None
    assert service.begin_sign_in(person.email, WRONG, address=ADDRESS)
    assert acts()[-1] == "accounts.password_changed"


def test_a_new_password_must_be_good_too(person):
    with pytest.raises(domain.UnfitPassword):
        service.change_password(person.id, "Asha Devi 1990")


def test_guessing_the_password_of_an_open_session_is_limited(person):
    for _ in range(5):
        assert not service.knows_password(person.id, WRONG)
    with pytest.raises(TooMany):
        service.knows_password(person.id, PASSWORD)
