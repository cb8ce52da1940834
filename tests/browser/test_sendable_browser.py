"""What a browser says before a form's time is over, and the pages of sessions in it."""

from datetime import timedelta

import pytest
import time_machine

from portal.accounts.sessions.models import SessionRow
from portal.kernel import clock
from portal.kernel.db import db
from tests.accounts.factories import code_at, make_person, step_now
from tests.browser.visit import DESK, PHONE, PLAIN

FORM = "/account/password"
WARNING = "[data-sendable] .notice.warn"


def minutes(count):
    return count * 60_000


def passes(visit, milliseconds):
    visit.page.clock.fast_forward(milliseconds)


def aged():
    db.session.query(SessionRow).update({"confirmed": clock.now() - timedelta(hours=1)})
    db.session.commit()


def test_a_warning_comes_before_the_end_and_a_press_takes_it_away(visit):
    asha = visit().let_in(make_person())
    asha.page.clock.install()
    asha.go(FORM)
    passes(asha, minutes(12))
    assert not asha.page.locator(WARNING).is_visible()
    passes(asha, minutes(1))
    asha.page.locator(WARNING).wait_for()
    asha.check()
    with asha.page.expect_response("**/account/stay"):
        asha.page.get_by_role("button", name="Stay signed in").click()
    asha.page.locator(WARNING).wait_for(state="detached")
    passes(asha, minutes(12))
    assert not asha.page.locator(WARNING).is_visible()
    passes(asha, minutes(4))
    assert "it is kept" in asha.text("[data-sendable] [role=status]")
    assert asha.faults == []


def test_who_is_signed_out_elsewhere_is_told_when_asked_to_stay(visit):
    person = make_person()
    asha = visit().let_in(person)
    asha.page.clock.install()
    asha.go(FORM)
    passes(asha, minutes(13))
    db.session.query(SessionRow).delete()
    db.session.commit()
    asha.page.get_by_role("button", name="Stay signed in").click()
    asha.page.get_by_text("You are not signed in here any more.").wait_for()


@pytest.mark.parametrize("way", [DESK, PHONE, PLAIN])
def test_a_form_that_was_open_too_long_goes_on_after_the_sign_in(visit, way, noon):
    with time_machine.travel(noon, tick=True):
        person = make_person()
        asha = visit(**way).let_in(person)
        asha.go(FORM)
    with time_machine.travel(noon + timedelta(minutes=20), tick=True):
        asha.fill(password=person.password, new="nine herons on the lake")
        asha.press()
        asha.fill(contact=person.email, password=person.password)
        asha.press("main form:not([data-passkey]) button.btn")
        asha.fill(code=code_at(person.secret, step_now()))
        asha.press("main form:not([data-passkey]) button.btn")
        assert "/account/held/" in asha.page.url
        asha.press()
        # The password was not kept, so the form asks for it again.
        assert asha.page.locator("input[name=new]").input_value() == ""
    assert asha.faults == []


@pytest.mark.parametrize("way", [DESK, PHONE, PLAIN])
def test_the_pages_of_sessions_are_sound(visit, way):
    person = make_person()
    asha = visit(**way).let_in(person)
    visit(**way).let_in(person)
    aged()
    asha.go("/account/devices")
    asha.go("/account/confirm?next=/en/account/devices")
    asha.fill(code=code_at(person.secret, step_now()))
    asha.press("main form:has([name=code]) button.btn")
    assert asha.page.url.endswith("/account/devices")
    assert asha.faults == []


@pytest.fixture
def noon():
    return clock.now().replace(minute=0, second=0, microsecond=0)
