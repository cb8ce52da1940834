"""An electricity bill by hand: found by its account, paid once, and looked back at."""

import pytest

from portal.i18n import money, speaking
from portal.kernel.money import Money
from tests.accounts.factories import make_person
from tests.bills.conftest import ACCOUNT, corporation, kernel, listening, private_allowed
from tests.bills.conftest import OCTOBER as OCTOBERS
from tests.browser.visit import DESK, PHONE, PLAIN, pay

__all__ = ["corporation", "kernel", "listening", "private_allowed"]
DUE = Money.of("1840.00", "INR")
# The bills of the account, in the order of the page: October's and November's.
OCTOBER = "section.card:has(h2#bill-1)"
PART = "form:has([name=part])"
NUMBERS = "main form input[name='number']"


@pytest.fixture
def more_settings():
    return {"PORTAL_ALLOW_PRIVATE_WEBHOOKS": "true"}


@pytest.fixture
def asha(corporation):
    return make_person(name="Asha Devi")


@pytest.fixture
def ravi(corporation):
    return make_person(name="Ravi Kumar")


def find(person, account=ACCOUNT):
    person.go("/bills")
    person.follow("main a[href$='/bills/power']")
    person.fill(account=account)
    person.press("main form button.btn.go")


def payable(person):
    return [one.get_attribute("value") for one in person.page.locator(NUMBERS).all()]


@pytest.mark.promise("M16")
@pytest.mark.parametrize("way", [DESK, PHONE, PLAIN])
def test_a_bill_is_found_paid_kept_and_not_payable_again(asha, ravi, visit, way):
    person = visit(**way).let_in(asha)
    late = visit(scripts=False).let_in(ravi)
    find(late)
    find(person, "300 123 4567")
    assert payable(person) == ["B-2026-10", "B-2026-11"]
    person.press(f"{OCTOBER} button")
    pay(person)
    with speaking(person.language):
        amount = money(DUE)
    assert amount in person.text("article")
    person.press("main a.btn")
    assert person.page.locator("main a[href$='/receipt']").count() == 1
    late.press(f"{OCTOBER} button")
    assert payable(late) == ["B-2026-11"]
    person.go("/bills")
    person.press("main form button[class*='alt']")
    assert payable(person) == ["B-2026-11"]
    person.go("/bills")
    person.follow("main a[href$='/receipt']")
    assert amount in person.text("article")
    assert (person.faults, late.faults) == ([], [])


@pytest.mark.promise("M16")
@pytest.mark.parametrize("way", [DESK, PHONE, PLAIN])
def test_a_part_of_a_bill_is_paid_and_the_rest_waits(corporation, asha, visit, way):
    corporation.accounts[ACCOUNT] = [OCTOBERS | {"least": "500.00"}]
    person = visit(**way).let_in(asha)
    find(person)
    person.page.locator("details summary").first.click()
    person.check()
    person.fill(part="12")
    person.press(f"{PART} button")
    assert person.page.locator(".notice.warn").is_visible()
    person.fill(part="840")
    person.press(f"{PART} button")
    pay(person)
    person.press("main a.btn")
    find(person)
    assert payable(person) == []
    assert person.faults == []
