"""When a message is sent again, what an answer means, and what may be said in it."""

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from portal.webhooks import domain
from portal.webhooks.domain import SCHEDULE, Outcome

FIRST, LAST = 1, len(SCHEDULE)


def test_the_schedule_is_the_published_one():
    hours = [2, 5, 10, 14, 20, 24]
    assert list(SCHEDULE) == [5, 5 * 60, 30 * 60, *(hour * 3600 for hour in hours)]


@given(failures=st.integers(FIRST, LAST), jitter=st.floats(-1, 1))
def test_every_wait_is_within_a_fifth_of_the_schedule(failures, jitter):
    wait = domain.wait_after(failures, jitter)
    assert SCHEDULE[failures - 1] * 0.8 <= wait <= SCHEDULE[failures - 1] * 1.2


def test_after_the_schedule_there_is_no_next_try():
    assert domain.wait_after(LAST + 1, 0) is None
    assert domain.wait_after(LAST + 1, 0, retry_after=10) is None


def test_a_department_may_ask_for_a_longer_wait_of_at_most_a_day():
    assert domain.wait_after(FIRST, 0, retry_after=600) == 600
    assert domain.wait_after(FIRST, 0, retry_after=10**9) == 86_400
    assert domain.wait_after(LAST, 0, retry_after=1) == SCHEDULE[-1]


@pytest.mark.parametrize(
    ("header", "seconds"),
    [
        (None, 0),
        ("", 0),
        ("120", 120),
        (" 7 ", 7),
        ("-5", 0),
        ("1.5", 0),
        ("soon", 0),
        ("٣", 0),
        ("9" * 400, 0),
        ("Wed, 21 Oct 2026 07:28:00 GMT", 0),
        ("Mon, 23 Nov 2026 06:01:40 GMT", 100),
        ("Monday, 23-Nov-26 06:01:40 GMT", 100),
        ("Mon Nov 23 06:01:40 2026", 100),
        ("Mon, 23 Nov 2026 11:31:40 +0530", 100),
        ("Mon, 23 Nov 2026 06:00:00 GMT", 0),
        ("Fri, 31 Dec 9999 23:59:59 GMT", 86_400),
        ("Mon, 23 Nov 2026 25:61:00 GMT", 0),
        ("Mon, 99 Nov 2026", 0),
        ("Mon, 23 Nov 2026 06:01:40 +9999999999", 0),
    ],
)
def test_seconds_and_dates_of_retry_after_are_read(header, seconds):
    assert domain.seconds_asked(header, datetime(2026, 11, 23, 6, tzinfo=UTC)) == seconds


@given(header=st.text(max_size=60))
def test_no_retry_after_does_harm(header):
    assert 0 <= domain.seconds_asked(header, datetime(2026, 11, 23, 6, tzinfo=UTC)) < 10**9


def test_pauses_grow_up_to_an_hour_unless_more_is_asked_for():
    grown = [domain.pause(rests) for rests in range(8)]
    assert grown == sorted(grown)
    assert (grown[0], grown[-1]) == (30, 3600)
    assert domain.pause(0, retry_after=7200) == 7200
    assert domain.pause(0, retry_after=10**9) == 86_400


@pytest.mark.parametrize(
    ("status", "meaning"),
    [
        *((status, Outcome.ARRIVED) for status in (200, 201, 202, 204, 299)),
        (410, Outcome.GONE),
        *((status, Outcome.FAILED) for status in (None, 100, 300, 301, 304, 307, 400, 404, 429)),
        *((status, Outcome.FAILED) for status in (500, 503, 999)),
    ],
)
def test_what_a_status_means(status, meaning):
    assert domain.outcome(status) is meaning


def test_an_acceptance_with_a_number_is_understood():
    reply = domain.read_reply('{"status": "accepted", "case_number": "REV/7", "extra": [1]}')
    assert (reply.status, reply.case_number) == ("accepted", "REV/7")


@pytest.mark.parametrize(
    ("reason", "texts"),
    [
        ('"Not our area"', {"en": "Not our area"}),
        ('{"pa": "ਨਹੀਂ", "en": "No"}', {"pa": "ਨਹੀਂ", "en": "No"}),
    ],
)
def test_a_reason_is_one_text_or_several(reason, texts):
    reply = domain.read_reply(f'{{"status": "rejected", "reason": {reason}}}')
    assert reply.reason_by_language == texts


@pytest.mark.parametrize(
    "answer",
    [
        "",
        "OK",
        "null",
        "[]",
        '"accepted"',
        "{}",
        '{"status": "ok"}',
        '{"status": true}',
        '{"status": ["accepted"]}',
        '{"status": "accepted", "case_number": 7}',
        '{"status": "accepted", "case_number": ""}',
        '{"status": "accepted", "case_number": "a\\u0000b"}',
        '{"status": "accepted", "case_number": "' + "x" * 101 + '"}',
        '{"status": "rejected", "reason": {"xx": "No"}}',
        '{"status": "rejected", "reason": {"en": ""}}',
        '{"status": "rejected", "reason": "\\ud800"}',
        '{"status": "accepted"',
        "<html>It works</html>",
        "[" * 5000,
        "\ufffd\ufffd",
    ],
)
def test_nonsense_says_nothing(answer):
    assert domain.read_reply(answer) is None
