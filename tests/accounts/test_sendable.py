"""Each form says until when it can be sent, and a press moves that."""

from datetime import datetime, timedelta

import pytest
import time_machine

from portal.i18n.formats import ZONE
from tests.accounts.factories import browser, csrf_token, make_person, signed_in_client

FORM, STAY, HOME = "/en/account/devices", "/en/account/stay", "/en/account"
NOON = datetime(2026, 11, 23, 12, 0, 35, tzinfo=ZONE)
SECOND = timedelta(seconds=1)


def at(moment):
    return time_machine.travel(moment, tick=False)


@pytest.fixture
def mine(app):
    with at(NOON):
        return signed_in_client(app, make_person())


@pytest.mark.promise("M20")
def test_a_form_says_until_when_it_can_be_sent(mine):
    with at(NOON):
        page = mine.get(FORM).text
    assert "You can send this page until 12:15." in page
    assert 'data-sendable="900"' in page


def test_it_says_so_by_the_last_time_that_was_noted(mine):
    """Which is once a minute: fifty seconds later it is not yet moved."""
    with at(NOON):
        mine.get(FORM)
    with at(NOON + 50 * SECOND):
        assert 'data-sendable="850"' in mine.get(FORM).text
    with at(NOON + 60 * SECOND):
        assert 'data-sendable="900"' in mine.get(FORM).text
    with at(NOON + 60 * SECOND + timedelta(minutes=15) - SECOND):
        assert mine.get(HOME).status_code == 200


def test_near_the_absolute_end_it_says_that_one_signs_in_again(mine):
    for minutes in range(14, 12 * 60, 14):
        with at(NOON + timedelta(minutes=minutes)):
            mine.get(HOME)
    with at(NOON + timedelta(hours=12, minutes=-10)):
        page = mine.get(FORM).text
    assert "You can send this page until 00:00. Then you sign in again." in page
    assert 'data-sendable="600"' in page


def test_a_page_without_a_form_and_a_visitors_page_say_nothing(mine, app):
    with at(NOON):
        assert "data-sendable" not in mine.get("/en/services").text
    assert "data-sendable" not in browser(app).get("/en/sign-in").text


def test_a_press_moves_the_end_at_once(mine):
    with at(NOON + 30 * SECOND):
        form = csrf_token(mine.get(FORM).data)
        got = mine.post(STAY, data={"csrf_token": form})
        assert got.json["seconds"] == 900
        assert "until 12:16" in got.json["said"]
    with at(NOON + 30 * SECOND + timedelta(minutes=15) - SECOND):
        assert mine.get(HOME).status_code == 200


def test_a_press_that_comes_too_late_moves_nothing(mine):
    with at(NOON):
        form = csrf_token(mine.get(FORM).data)
    with at(NOON + timedelta(minutes=15)):
        script = {"Sec-Fetch-Mode": "cors", "Sec-Fetch-Site": "same-origin"}
        assert mine.post(STAY, data={"csrf_token": form}, headers=script).status_code == 400


def test_the_line_costs_no_statement(mine, queries):
    with at(NOON):
        mine.get(FORM)
        with queries() as told:
            mine.get(FORM)
    # The session, the person, and the devices that the page is about.
    assert len(told) == 3
