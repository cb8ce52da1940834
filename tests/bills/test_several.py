"""Several bills are ticked and paid at once, each of them once."""

import re

import pytest

from payments import service as payments
from portal.bills import service
from portal.bills.domain import NotAnswering
from portal.bills.models import Bill
from portal.kernel.db import db
from tests.accounts.factories import csrf_token, signed_in_client
from tests.accounts.threads import at_once
from tests.applications.pages import open_page
from tests.bills.conftest import ACCOUNT, OCTOBER, begin, fetched, settle
from tests.payments.factories import press

SEEN = {"B-2026-10": "1840.00 INR", "B-2026-11": "642.50 INR"}


@pytest.fixture
def client(app, asha):
    return signed_in_client(app, asha)


@pytest.fixture
def shown(client, corporation):
    """The bills of an account, as the page lists them."""
    return open_page(client, "/en/bills/power").send(account=ACCOUNT)


def tick(client, shown, **changes):
    """Tick bills of the page, and press its button."""
    ticked = re.findall(r'name="bill" form="several" value="([^"]+)"', shown.text)
    told = {"csrf_token": csrf_token(shown.response.data), "several": "1", "bill": ticked}
    return client.post(shown.response.request.path, data=told | changes)


def pay(wanted):
    """Through the sandbox, all by one order."""
    found = [payments.by_id(one) for one in wanted]
    payments.start_all(found, "sandbox")
    press(payments.newest(found[0]))
    payments.came_back(*found)
    db.session.commit()


@pytest.mark.promise("M16")
def test_all_bills_that_are_ticked_are_paid_at_once(client, shown, asha):
    went = tick(client, shown)
    assert "/en/pay/together?of=" in went.headers["Location"]
    due = open_page(client, went.headers["Location"])
    assert "Pay ₹2,482.50" in due.words
    pay(re.findall(r"of=([0-9a-f-]{36})", went.headers["Location"]))
    done = open_page(client, went.headers["Location"])
    assert "-000001" in done.words
    assert "-000002" in done.words
    paid = service.history(asha.id)
    assert sorted(one.told.number for one in paid) == sorted(SEEN)


def test_one_that_somebody_else_pays_is_named_and_the_other_goes_on(client, shown, gurmeet):
    begin(gurmeet)
    went = tick(client, shown)
    assert "/en/pay/" in went.headers["Location"]
    page = open_page(client, client.get(went.headers["Location"]).headers["Location"])
    assert "Bill B-2026-10 is left out. Somebody else is paying this bill right now." in page.words
    assert "Pay ₹642.50" in page.words


def test_one_that_is_paid_or_changed_is_named(client, shown, corporation, gurmeet):
    settle(begin(gurmeet))
    corporation.accounts[ACCOUNT][1]["amount"] = "700.00"
    try:
        went = tick(client, shown)
    finally:
        corporation.accounts[ACCOUNT][1]["amount"] = "642.50"
    assert "/en/bills/power/" in went.headers["Location"]
    page = open_page(client, went.headers["Location"])
    assert "Bill B-2026-10 is left out." in page.words
    assert "Bill B-2026-11 is left out." in page.words


def test_with_nothing_ticked_it_is_said(client, shown):
    answer = tick(client, shown, bill=[])
    assert answer.status_code == 422
    assert "Tick the bills that you want to pay." in answer.text
    assert db.session.query(Bill).count() == 0


def test_no_more_than_an_order_holds_are_begun(client, shown):
    many = [f"B-{number}|1.00 INR" for number in range(payments.TOGETHER + 1)]
    assert tick(client, shown, bill=many).status_code == 409
    assert db.session.query(Bill).count() == 0


def test_a_single_bill_has_nothing_to_tick(client, corporation):
    corporation.accounts["3001112223"] = [OCTOBER]
    page = open_page(client, "/en/bills/power").send(account="3001112223")
    assert "ticked" not in page.words


def test_what_was_begun_can_be_paid_together_later(client, asha):
    first, second = begin(asha), begin(asha, "B-2026-11", "642.50 INR")
    page = open_page(client, "/en/bills")
    assert set(re.findall(r'name="of" form="several" value="([^"]+)"', page.text)) == {
        str(first),
        str(second),
    }
    together = open_page(client, f"/en/pay/together?of={first}&of={second}")
    assert "Pay ₹2,482.50" in together.words


@pytest.mark.promise("M16")
def test_two_people_at_once_never_pay_a_bill_twice(app, asha, gurmeet):
    lookups = [fetched(asha), fetched(gurmeet)]
    waiting = iter([one.id for one in lookups for _ in range(3)])
    found = {one.id: one.person_id for one in lookups}

    def press_button():
        lookup_id = next(waiting)
        lookup = service.look(found[lookup_id], "power", lookup_id)
        return service.pay_several(lookup, SEEN)

    results = at_once(app, 6, press_button)
    # A provider is asked by so many at once at most; the others are told to try again.
    failures = {type(one) for one in results if isinstance(one, Exception)}
    assert failures <= {NotAnswering}
    db.session.rollback()
    standing = db.session.query(Bill).filter(Bill.state != "released")
    assert sorted(one.told.number for one in standing) == sorted(SEEN)
