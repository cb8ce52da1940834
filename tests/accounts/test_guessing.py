"""Guessing: how many tries ever reach a password or a code, and whom a guesser cannot lock out."""

from datetime import timedelta
from itertools import product
from unittest.mock import patch

import pytest
import time_machine
from sqlalchemy import func, select

from portal.accounts import passwords, service
from portal.accounts.attempts import service as attempts
from portal.accounts.attempts.domain import MOST_FAILURES
from portal.accounts.attempts.models import Failures
from portal.accounts.devices.models import KnownDevice
from portal.kernel import clock
from portal.kernel.db import db
from portal.kernel.errors import TooMany
from portal.kernel.ids import uuid7
from tests.accounts.factories import (
    ADDRESS,
    PASSWORD,
    code_at,
    make_person,
    step_now,
    wrong_code,
)
from tests.accounts.threads import at_once

WRONG = "eight marigolds by the canal"
DEVICE = b"the hash of the token of the phone at home"


@pytest.fixture
def phone(person):
    """A device where the person was signed in before."""
    db.session.add(KnownDevice(person_id=person.id, token_hash=DEVICE, seen=clock.now()))
    db.session.commit()
    return DEVICE


@pytest.fixture
def comparisons():
    """How often a password was compared with one that somebody has."""
    with patch.object(passwords, "fits", wraps=passwords.fits) as fits:
        yield lambda: sum(call.args[1] is not None for call in fits.call_args_list)


def guess(person, address):
    """One guess from an address; those that must wait are not taken."""
    try:
        assert service.begin_sign_in(person.email, WRONG, address=address) is None
    except TooMany:
        return False
    finally:
        db.session.remove()
    return True


def try_all(person, addresses, rounds):
    """Guesses from every address, a minute between the rounds."""
    noon = clock.now()
    for round_, address in product(range(rounds), addresses):
        with time_machine.travel(noon + round_ * timedelta(minutes=1, seconds=1), tick=False):
            guess(person, address)


@pytest.mark.promise("W8")
@pytest.mark.parametrize("addresses", [1, 300], ids=["one address", "three hundred addresses"])
def test_a_password_is_compared_a_hundred_times_at_most(person, comparisons, addresses):
    everywhere = [f"198.18.{number // 250}.{number % 250}" for number in range(addresses)]
    try_all(person, everywhere, rounds=400 // addresses or 1)
    assert 0 < comparisons() <= MOST_FAILURES
    assert comparisons() == MOST_FAILURES or addresses == 1


@pytest.mark.promise("W8")
def test_after_a_hundred_failures_the_right_password_opens_nothing_for_strangers(person):
    try_all(person, [f"198.18.0.{number}" for number in range(MOST_FAILURES)], rounds=1)
    assert attempts.is_off("password", person.id)
    assert service.begin_sign_in(person.email, PASSWORD, address=ADDRESS) is None


@pytest.mark.promise("W8")
def test_strangers_lock_no_known_device_out(person, phone):
    try_all(person, [f"198.18.0.{number}" for number in range(MOST_FAILURES)], rounds=1)
    assert service.begin_sign_in(person.email, PASSWORD, address=ADDRESS, device=phone)


def test_a_stranger_behind_the_same_address_locks_no_known_device_out(person, phone):
    for _ in range(30):
        guess(person, ADDRESS)
    with pytest.raises(TooMany):
        service.begin_sign_in(person.email, PASSWORD, address=ADDRESS)
    assert service.begin_sign_in(person.email, PASSWORD, address=ADDRESS, device=phone)


def test_a_known_device_waits_too_when_it_guesses(person, phone):
    for _ in range(5):
        assert not service.begin_sign_in(person.email, WRONG, address=ADDRESS, device=phone)
    with pytest.raises(TooMany):
        service.begin_sign_in(person.email, PASSWORD, address=ADDRESS, device=phone)


def test_a_right_password_begins_the_count_anew(person):
    for number in range(40):
        guess(person, f"198.18.1.{number}")
    assert service.begin_sign_in(person.email, PASSWORD, address=ADDRESS)
    try_all(person, [f"198.18.0.{number}" for number in range(MOST_FAILURES - 1)], rounds=1)
    assert service.begin_sign_in(person.email, PASSWORD, address="198.18.9.9")


@pytest.mark.promise("M20")
def test_a_code_is_compared_a_hundred_times_at_most_however_slowly(person):
    wrong, now = wrong_code(person.secret), clock.now()
    with patch.object(service.factors, "use_app", wraps=service.factors.use_app) as compared:
        for day in range(MOST_FAILURES + 20):
            with time_machine.travel(now + timedelta(days=2 * day), tick=False):
                assert not service.finish_with_app(person.id, wrong)
    assert compared.call_count == MOST_FAILURES
    assert attempts.is_off("app", person.id)
    with time_machine.travel(now + timedelta(days=500), tick=False):
        assert not service.finish_with_app(person.id, code_at(person.secret, step_now()))
        assert service.finish_with_code(person.id, person.codes[0])


def test_tries_in_parallel_count_one_by_one(app, person):
    for _ in range(MOST_FAILURES - 5):
        attempts.risk("app", person.id)
    assert sum(at_once(app, 20, lambda: attempts.risk("app", person.id))) == 5


def test_an_authenticator_that_was_set_anew_works_again(person):
    for _ in range(MOST_FAILURES):
        attempts.risk("password", person.id)
    assert not attempts.risk("password", person.id)
    attempts.fits("password", person.id)
    assert attempts.risk("password", person.id)


def test_names_that_nobody_has_fill_no_table(app):
    for number in range(300):
        assert not attempts.risk("password", None, otherwise=f"nobody{number}@example.org")
    assert db.session.scalar(select(func.count()).select_from(Failures)) <= 256


def test_a_stranger_and_a_switched_off_password_cost_one_comparison_each(person):
    for _ in range(MOST_FAILURES):
        attempts.risk("password", person.id)
    with patch.object(passwords, "fits", wraps=passwords.fits) as fits:
        guess(person, ADDRESS)
        assert service.begin_sign_in(f"{uuid7()}@example.org", WRONG, address=ADDRESS) is None
    assert [call.args[1] for call in fits.call_args_list] == [None, None]


def test_a_token_of_another_persons_device_counts_like_none(person, phone):
    other = make_person()
    for _ in range(5):
        service.begin_sign_in(other.email, WRONG, address=ADDRESS, device=phone)
    with pytest.raises(TooMany):
        service.begin_sign_in(other.email, PASSWORD, address=ADDRESS)


def test_failures_of_long_ago_are_swept_and_those_of_last_year_are_not(app):
    person = make_person()
    attempts.risk("app", person.id)
    with time_machine.travel(clock.now() + timedelta(days=399), tick=False):
        service.sweep()
        db.session.commit()
        assert db.session.query(Failures).count() == 1
    with time_machine.travel(clock.now() + timedelta(days=401), tick=False):
        service.sweep()
        db.session.commit()
    assert db.session.query(Failures).count() == 0
