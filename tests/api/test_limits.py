"""How often a program may call: told with every answer, and counted for all processes together."""

from datetime import UTC, datetime

import pytest
import time_machine
from sqlalchemy import text

from portal.api.limits import service as limits
from portal.api.settings import ApiSettings
from portal.kernel.db import db
from portal.kernel.settings import Settings
from tests.accounts.threads import at_once
from tests.api.conftest import Program
from tests.api.test_provider_interface import CASES, problem

AT = datetime(2026, 11, 23, 10, 0, 18, tzinfo=UTC)


@pytest.fixture
def at_most(house, monkeypatch):
    """Sets how many calls a minute are allowed."""
    known = house.config["SETTINGS"]

    def change(calls):
        mine = ApiSettings(api_calls_per_minute=calls)
        rest = [known.of(one) for one in known.sections() if one is not ApiSettings]
        monkeypatch.setitem(house.config, "SETTINGS", Settings([*rest, mine]))

    return change


@pytest.fixture(autouse=True)
def early_in_a_minute(app):
    with time_machine.travel(AT, tick=False):
        yield


def test_every_answer_says_how_many_calls_are_left(program, application, at_most):
    at_most(5)
    for left, path in [(4, CASES), (3, f"{CASES}/{application.reference}"), (2, f"{CASES}/none")]:
        answer = program.get(path)
        assert answer.headers["RateLimit-Policy"] == '"minute";q=5;w=60'
        assert answer.headers["RateLimit"] == f'"minute";r={left};t=42'


def test_one_call_too_many_is_refused_until_the_minute_ends(program, at_most):
    at_most(2)
    assert [program.get(CASES).status_code for _ in range(3)] == [200, 200, 429]
    refused = program.get(CASES)
    assert problem(refused, 429)["type"].endswith("#problem-too-many-calls")
    assert refused.headers["Retry-After"] == "42"
    assert refused.headers["RateLimit"] == '"minute";r=0;t=42'
    with time_machine.travel(AT.replace(minute=1, second=0), tick=False):
        assert program.get(CASES).status_code == 200


def test_refused_calls_count_too(program, at_most):
    at_most(2)
    told = [program.get(f"{CASES}/PB-0000-0000").status_code for _ in range(3)]
    assert told == [404, 404, 429]


def test_each_token_has_calls_of_its_own(revenue, token, program, at_most):
    at_most(1)
    assert program.get(CASES).status_code == 200
    assert Program(revenue, token()).get(CASES).status_code == 200


def test_calls_made_side_by_side_are_counted_one_by_one(revenue, program, at_most):
    at_most(7)
    told = at_once(revenue, 20, lambda: program.get(CASES).status_code)
    assert sorted(told) == [200] * 7 + [429] * 13


def test_counters_that_count_no_more_are_swept(program):
    program.get(CASES)
    count = text("SELECT count(*) FROM api_minutes")
    limits.sweep()
    assert db.session.scalar(count) == 1
    with time_machine.travel(AT.replace(day=25), tick=False):
        limits.sweep()
    assert db.session.scalar(count) == 0
