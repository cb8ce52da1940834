"""At a counter: a challan is printed, two cashiers say that it was paid, and money goes back."""

import json
import re

import pytest

from payments import service
from payments.domain import PaymentState
from payments.gateways.counter import service as counter
from payments.simulator.bank import Bank
from payments.simulator.faults import Faults
from portal.kernel.db import db
from tests.accounts.factories import make_person
from tests.browser.visit import DESK, PHONE, PLAIN
from tests.jobs import run_jobs
from tests.payments.companies import COLLEAGUE, COUNTERS, counter_settings, taken_at_counter
from tests.payments.factories import owed

OURS = {"INR": {"holder": "Treasury of Nadipur", "number": "30012345678", "branch": "SBIN0001234"}}


@pytest.fixture
def more_settings():
    return {
        "PORTAL_COUNTERS": json.dumps(COUNTERS),
        "PORTAL_PAYOUT_ACCOUNTS": json.dumps(OURS),
    }


@pytest.fixture(autouse=True)
def there(app, monkeypatch):
    """The counters, for what this process does."""
    monkeypatch.setitem(app.config, "SETTINGS", counter_settings())


@pytest.fixture
def asha(app):
    return make_person(name="Asha Devi")


@pytest.fixture
def payment(asha):
    """Paid at a counter, and to go back."""
    made = owed(person_id=asha.id, subject_id=asha.id)
    service.start(made, "counter")
    counter.confirm(taken_at_counter(service.newest(made).reference).id, COLLEAGUE)
    service.came_back(made)
    service.refund(made.id, made.amount, "A mistake", by="tests")
    db.session.commit()
    run_jobs()
    return made.id


def officer(visit, name, **role):
    """At a browser without scripts, as offices have them."""
    return visit(scripts=False).let_in(make_person(name=name, **role))


@pytest.mark.promise("M16")
@pytest.mark.parametrize("way", [DESK, PHONE, PLAIN])
def test_a_challan_is_paid_at_a_counter(asha, visit, way):
    payment = owed(person_id=asha.id, subject_id=asha.id)
    person = visit(**way).let_in(asha)
    person.go(f"/pay/{payment.id}")
    person.choose(gateway="counter")
    person.press("main form button.btn.go")
    number = re.search(r"CH(-\w{4}){2}", person.text())[0]
    person.shot("challan")
    paper = person.page.request.get(f"{person.page.url}.pdf")
    assert paper.body().startswith(b"%PDF")

    cashier = officer(visit, "Surinder Pal", role="cashier", provider="municipal")
    cashier.go("/desk/counter")
    cashier.fill(q=number)
    cashier.press("main form button")
    cashier.choose(counter="town-hall")
    cashier.fill(number="R-4711")
    cashier.press("main form:has([name=number]) button.btn")
    assert cashier.page.locator("button[value='confirm']").count() == 0
    person.page.reload()
    person.check()
    assert person.page.locator(".notice.ok").count() == 1

    other = officer(visit, "Nasreen Bano", role="cashier", provider="municipal")
    other.go("/desk/counter")
    other.follow("main a.num")
    other.press("button[value='confirm']")
    person.go(f"/pay/{payment.id}/receipt")
    assert number in person.text()
    assert [*person.faults, *cashier.faults, *other.faults] == []


@pytest.mark.promise("M17")
@pytest.mark.parametrize("way", [DESK, PHONE, PLAIN])
def test_what_was_paid_at_a_counter_comes_back_to_the_account_that_is_named(
    asha, payment, visit, way, tmp_path
):
    finance = officer(visit, "Balbir Singh", role="finance")
    person = visit(**way).let_in(asha)
    person.go(f"/pay/{payment}/receipt")
    person.follow(f"a[href$='/pay/{payment}/account']")
    person.fill(holder="Asha Devi", number="123", branch="SBIN0001234")
    person.press("main form button.btn")
    assert person.page.locator("[aria-invalid='true'][name='number']").is_visible()
    person.fill(number="300 1234 5678")
    person.press("main form button.btn")
    person.shot("account")

    finance.go("/admin/payments/lists")
    finance.press("main form button.btn")
    assert finance.page.locator("button[value='approve']").count() == 0
    treasury = officer(visit, "Zainab Akhtar", role="finance")
    treasury.go("/admin/payments/lists")
    treasury.follow("section[aria-labelledby=lists] a.num")
    treasury.press("button[value='approve']")
    with treasury.page.expect_download() as made:
        treasury.page.locator("form[action$='/file'] button").click()
    answer = tmp_path / "answer.xml"
    answer.write_bytes(Bank(Faults()).take(made.value.path().read_bytes()))
    treasury.attach(file=answer)
    treasury.press("form[action$='/answer'] button")
    run_jobs()
    db.session.rollback()
    assert service.by_id(payment).state == PaymentState.REFUNDED
    person.go(f"/pay/{payment}/receipt")
    assert person.page.locator(".notice.info").count() == 1
    assert [*person.faults, *finance.faults, *treasury.faults] == []
