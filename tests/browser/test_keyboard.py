"""The desk without a mouse: from the queue to a decision by keys alone, and how they rest."""

import pytest

from portal.applications import service
from portal.applications.work import service as work
from portal.kernel.db import db
from tests.accounts.factories import make_person
from tests.applications import factories

FOCUSED = "() => document.activeElement.textContent.trim() || document.activeElement.value"
NAMED = "() => document.activeElement.name || ''"


@pytest.fixture
def cases(app):
    factories.published()
    return [factories.sent(make_person(name=name)) for name in ("Asha Devi", "Ravi Kumar")]


@pytest.fixture
def office(visit, cases):
    officer = make_person(name="Officer Singh", role="officer", provider="revenue")
    made = visit("en", 1280).let_in(officer)
    made.go("/desk")
    return made


def fresh(case):
    db.session.rollback()
    db.session.expire_all()
    return service.by_id(case.id)


def type_(office, *keys):
    for key in keys:
        office.page.keyboard.press(key)


def until(office, key, script, wanted):
    """Press a key until the focus is there; a page has fewer places than this."""
    for _ in range(80):
        if office.page.evaluate(script) == wanted:
            return
        type_(office, key)
    raise AssertionError(f"{key} leads to no {wanted}")


def opens(office, *keys):
    """Keys of which the last one leads to another page."""
    type_(office, *keys[:-1])
    with office.page.expect_navigation():
        type_(office, keys[-1])


@pytest.mark.promise("B10")
def test_a_case_is_taken_noted_and_decided_by_keys_alone(office, cases):
    type_(office, "j", "j", "k")
    assert office.page.evaluate(FOCUSED) == cases[0].reference
    opens(office, "o")
    assert office.page.url.endswith(cases[0].reference)
    office.shot("case-keys")
    opens(office, "c")
    assert fresh(cases[0]).officer_id is not None
    type_(office, "n")
    office.page.keyboard.type("c and d and g 1 are only words here.")
    opens(office, "Tab", "Enter")
    assert [one.text for one in work.notes(fresh(cases[0]))] == [
        "c and d and g 1 are only words here."
    ]
    type_(office, "d")
    assert office.page.evaluate(NAMED) == "act"
    until(office, "ArrowDown", "() => document.activeElement.value", "approve")
    until(office, "Tab", NAMED, "message")
    office.page.keyboard.type("All papers are there.")
    until(office, "Tab", "() => document.activeElement.tagName", "BUTTON")
    opens(office, "Enter")
    assert fresh(cases[0]).state == "approved"
    opens(office, "g", "1")
    assert office.page.url.endswith("/en/desk")
    assert office.faults == []


def test_the_keys_are_listed_and_stay_off_once_they_are_switched_off(office):
    type_(office, "?")
    panel = office.page.locator("#keys")
    assert panel.get_attribute("open") is not None
    office.shot("keys")
    office.check()
    office.page.locator("#keys-on").uncheck()
    type_(office, "j")
    assert office.page.evaluate("() => document.activeElement.closest('.queue')") is None
    office.page.reload()
    type_(office, "j")
    assert office.page.evaluate("() => document.activeElement === document.body")
    office.page.locator("#keys summary").click()
    office.page.locator("#keys-on").check()
    type_(office, "j")
    assert office.page.evaluate("() => Boolean(document.activeElement.closest('.queue'))")
    assert office.faults == []


def test_keys_do_nothing_while_somebody_types_or_holds_another(office, cases):
    type_(office, "/")
    assert office.page.evaluate(NAMED) == "q"
    office.page.keyboard.type("jgc?1")
    assert office.page.locator("#q").input_value() == "jgc?1"
    assert office.page.locator("#keys").get_attribute("open") is None
    office.page.locator("h1").click()
    type_(office, "Control+j", "Alt+j")
    assert office.page.evaluate("() => document.activeElement.closest('.queue')") is None


def test_the_keys_work_where_the_keyboard_writes_another_script(office, cases):
    press = "document.dispatchEvent(new KeyboardEvent('keydown', {key, code, bubbles: true}))"
    office.page.evaluate(f"([key, code]) => {press}", ["ت", "KeyJ"])
    assert office.page.evaluate(FOCUSED) == cases[0].reference
    office.page.evaluate(f"([key, code]) => {press}", ["؟", "Slash"])
    assert office.page.locator("#keys").get_attribute("open") is not None
