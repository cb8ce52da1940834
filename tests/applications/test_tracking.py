"""Following an application: by the slip without an account, and by what past decisions tell."""

import re
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
import time_machine
from hypothesis import given
from hypothesis import strategies as st

from portal.applications import service
from portal.applications.tracking import domain
from portal.applications.tracking import service as tracking
from portal.kernel.db import db
from portal.kernel.errors import TooMany
from portal.registry.contract import Calendar, Holiday
from tests.accounts.factories import csrf_token
from tests.applications.factories import INCOME, LAND, asked, issued, sent, told
from tests.applications.pages import open_page
from tests.registry.publishing_factories import words

IST = ZoneInfo("Asia/Kolkata")


@given(st.binary(min_size=32, max_size=32))
def test_a_code_is_read_however_it_is_typed(key):
    code = domain.code(key)
    assert domain.read(code) == code
    assert domain.read(f" {code.lower().replace('-', ' ')} ") == code
    assert domain.read(code.replace("0", "O").replace("1", "l")) == code


def test_the_right_pair_finds_it_and_any_other_does_not(person):
    one, other = sent(person), sent(person)
    right = tracking.code(one)
    assert tracking.look_up(one.reference, right, "192.0.2.1").id == one.id
    assert tracking.look_up(one.reference.lower(), right.lower(), "192.0.2.1").id == one.id
    for reference, code in (
        (one.reference, tracking.code(other)),
        (other.reference, right),
        ("PB-0000-0000", right),
        ("", ""),
        (one.reference, ""),
    ):
        with pytest.raises(tracking.NotKnown):
            tracking.look_up(reference, code, "192.0.2.1")


def test_guessing_is_slowed_by_address_and_by_reference(person):
    one = sent(person)

    def guess(reference, address):
        with pytest.raises(tracking.NotKnown):
            tracking.look_up(reference, "0000-0000", address)

    for number in range(10):
        guess(one.reference, f"192.0.2.{number}")
    with pytest.raises(TooMany):
        tracking.look_up(one.reference, tracking.code(one), "192.0.2.99")
    for number in range(20):
        guess(f"PB-0000-{number:04}", "198.51.100.7")
    with pytest.raises(TooMany):
        tracking.look_up("PB-7K3M-9QXA", "0000-0000", "198.51.100.7")


def test_who_is_right_is_not_counted(person):
    one = sent(person)
    for _ in range(25):
        tracking.look_up(one.reference, tracking.code(one), "192.0.2.1")


# --- Pages --------------------------------------------------------------------------------------


def ask(client, reference, code):
    token = csrf_token(client.get("/en/status").data)
    told_ = {"csrf_token": token, "reference": reference, "code": code}
    return client.post("/en/status", data=told_)


def test_a_visitor_sees_where_it_stands_and_nobodys_name(visitor, person):
    one = told(sent(person), "accept")
    answer = ask(visitor, one.reference, tracking.code(one))
    assert answer.headers["Cache-Control"] == "no-store"
    page = answer.text
    assert "Being worked on" in page
    assert "The provider" in page
    for hidden in ("Asha", "Ram Lal", "90,000", "+9198", "Farm"):
        assert hidden not in page


def test_a_wrong_code_and_a_wrong_reference_are_answered_alike(visitor, person):
    one = sent(person)
    wrong = ask(visitor, one.reference, "0000-0000")
    strange = ask(visitor, "PB-0000-0000", tracking.code(one))
    said = "This reference and code do not belong together."
    assert wrong.status_code == strange.status_code == 422
    assert said in wrong.text
    assert said in strange.text


def test_the_reference_of_the_slip_is_filled_in(visitor):
    page = open_page(visitor, "/en/status?reference=PB-7K3M-9QXA")
    assert page.controls["reference"] == ["PB-7K3M-9QXA"]
    assert open_page(visitor, "/ur/status").status == 200


def test_the_slip_says_what_one_needs_and_leads_there(mine, person):
    one = sent(person)
    page = open_page(mine, f"/en/applications/{one.reference}/slip")
    assert one.reference in page.words
    assert tracking.code(one) in page.words
    assert re.search(r'<svg[^>]* viewBox="0 0 \d+ \d+"', page.text)
    assert not re.search(r"<svg[^>]* width=[^>]*segno", page.text)
    assert "Asha" not in page.words
    assert open_page(mine, f"/en/applications/{one.reference}").links("/slip")


def test_the_slip_of_another_is_not_there(theirs, person):
    one = sent(person)
    assert theirs.get(f"/en/applications/{one.reference}/slip").status_code == 404


# --- By when ------------------------------------------------------------------------------------


def test_few_decisions_say_nothing_and_many_say_half_and_nine_of_ten():
    assert domain.forecast(range(1, 20)) is None
    assert domain.forecast(range(1, 101)) == domain.Forecast(50, 90, 100)


def test_the_forecast_is_of_the_service_and_its_decisions_alone(person, monkeypatch):
    monkeypatch.setattr(domain, "LEAST", 2)
    start = datetime(2026, 11, 2, 10, 0, tzinfo=IST)
    for days in (3, 5, 5):
        with time_machine.travel(start, tick=True):
            one = sent(person)
        with time_machine.travel(start + timedelta(days=days), tick=True):
            told(one, "approve")
    with time_machine.travel(start, tick=True):
        waiting, other = sent(person), sent(person, LAND)
    found = tracking.forecast(waiting)
    assert (found.half, found.most, found.decided) == (5, 5, 3)
    assert tracking.forecast(other) is None


def test_the_forecast_stands_on_the_page_of_what_is_not_decided(mine, person, monkeypatch):
    monkeypatch.setattr(domain, "LEAST", 1)
    done, waiting = issued(sent(person)), sent(person)
    assert "half in 1 days" in open_page(mine, f"/en/applications/{waiting.reference}").words
    assert "half in" not in open_page(mine, f"/en/applications/{done.reference}").words


def test_the_day_of_the_promise_is_explained():
    feast = Holiday("2026-11-24", words("A feast"))
    sunday = Holiday("2026-11-29", words("On a Sunday"))
    calendar = Calendar(holidays=(feast, sunday))
    made = domain.promised(calendar, 5, date(2026, 11, 23), date(2026, 12, 1))
    assert made == domain.Promised(5, (feast,))


def test_the_days_that_it_waited_for_the_person_are_said(mine, person):
    start = datetime(2026, 11, 2, 10, 0, tzinfo=IST)
    with time_machine.travel(start, tick=True):
        one = sent(person, INCOME)
    with time_machine.travel(start + timedelta(days=1), tick=True):
        asked(one, "born")
    with time_machine.travel(start + timedelta(days=4, hours=2), tick=True):
        assert tracking.stood_still(service.by_id(one.id)) == 3
        service.answer(person.id, one.reference, {"born": "1990-05-18"})
        db.session.commit()
    with time_machine.travel(start + timedelta(days=6), tick=True):
        assert tracking.stood_still(service.by_id(one.id)) == 3
