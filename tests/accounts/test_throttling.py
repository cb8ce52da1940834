"""How tries are counted: the arithmetic alone."""

from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from portal.accounts.attempts.domain import (
    ADDRESS,
    FACTOR,
    FORGOTTEN_AFTER,
    PASSWORD,
    counted,
    fresh,
    taken_back,
    wait,
)

NOON = datetime(2026, 11, 22, 12, tzinfo=UTC)
SECOND = timedelta(seconds=1)


def tried(limit, times, now=NOON, tally=None):
    tally = tally or fresh(now)
    for _ in range(times):
        assert wait(tally, now) == 0
        tally = counted(tally, limit, now)
    return tally


def test_the_fifth_wrong_password_in_a_minute_brings_a_wait_of_a_minute():
    assert wait(tried(PASSWORD, 4), NOON) == 0
    tally = tried(PASSWORD, 5)
    assert wait(tally, NOON) == 60
    assert wait(tally, NOON + 59 * SECOND) == 1
    assert wait(tally, NOON + 60 * SECOND) == 0


def test_tries_that_are_far_apart_do_not_add_up():
    tally = tried(PASSWORD, 4)
    later = NOON + 60 * SECOND
    assert wait(tried(PASSWORD, 4, later, tally), later) == 0


def test_the_wait_grows_each_time_up_to_ten_minutes():
    tally, now, waits = fresh(NOON), NOON, []
    for _ in range(6):
        tally = tried(PASSWORD, 5, now, tally)
        waits.append(wait(tally, now))
        now += waits[-1] * SECOND
    assert waits == [60, 120, 240, 480, 600, 600]


def test_a_day_without_tries_is_forgotten():
    tally = tried(PASSWORD, 5)
    later = NOON + FORGOTTEN_AFTER
    assert wait(tried(PASSWORD, 5, later, tally), later) == 60


def test_one_address_has_twenty_tries_a_minute_and_its_wait_does_not_grow():
    tally = tried(ADDRESS, 20)
    assert wait(tally, NOON) == 60
    later = NOON + 60 * SECOND
    assert wait(tried(ADDRESS, 20, later, tally), later) == 60


def test_ten_wrong_second_factors_lock_it_for_ten_minutes_however_slow_they_came():
    tally, now = fresh(NOON), NOON
    for _ in range(10):
        now += timedelta(hours=1)
        tally = counted(tally, FACTOR, now)
    assert wait(tally, now) == 600


def test_a_right_try_does_not_count():
    tally = taken_back(tried(ADDRESS, 20))
    assert wait(tally, NOON) == 0
    assert wait(counted(tally, ADDRESS, NOON), NOON) == 60


@given(st.lists(st.integers(0, 200), max_size=60))
def test_every_five_tries_take_at_least_a_minute(gaps):
    tally, now, allowed = fresh(NOON), NOON, []
    for gap in gaps:
        now += gap * SECOND
        if not wait(tally, now):
            tally = counted(tally, PASSWORD, now)
            allowed.append(now)
    if allowed:
        full_minutes = -(-len(allowed) // 5) - 1
        assert allowed[-1] - allowed[0] >= full_minutes * 60 * SECOND
