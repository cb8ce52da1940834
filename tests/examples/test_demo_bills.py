"""The demo department as the power corporation's billing: who is answered, and what is paid."""

import sqlite3
from datetime import UTC, datetime, timedelta
from urllib.parse import urlencode

import httpx
import pytest
from standardwebhooks import Webhook

from payments import service as payments
from portal.bills import service as room
from portal.bills.domain import NotAnswering, UnknownAccount
from portal.bills.sources import service as sources
from portal.interfaces import service as interfaces
from portal.kernel.db import db
from portal.webhooks import service as webhooks
from tests.accounts.factories import make_person
from tests.bills.conftest import settle
from tests.examples.test_demo_department import OTHER_SECRET, hand_in, stored
from tests.jobs import run_jobs
from tests.webhooks.conftest import SECRET

ACCOUNT = "3001234567"


def signed(asked, secret=SECRET, age=timedelta(), method="GET"):
    at = datetime.now(UTC) - age  # noqa: TID251 - the library looks at the real clock
    return {
        "webhook-id": "q-1",
        "webhook-timestamp": str(int(at.timestamp())),
        "webhook-signature": Webhook(secret).sign("q-1", at, f"{method} {asked}"),
    }


def ask(desk, account=ACCOUNT, **how):
    asked = f"/bills?{urlencode({'account': account})}"
    return desk.get(asked, headers=signed(asked, **how))


def bills_of(desk, account=ACCOUNT):
    return ask(desk, account).get_json()["bills"]


def paid(bill, account=ACCOUNT, payment="PAY-1"):
    data = {
        "bill": bill,
        "account": account,
        "amount": "1840.00",
        "currency": "INR",
        "payment": payment,
        "paid_at": "2026-11-22T09:30:00Z",
    }
    return {"type": "bill.paid", "timestamp": "2026-11-22T09:30:00Z", "data": data}


def test_the_bills_of_an_account_are_told(desk):
    answer = ask(desk)
    assert answer.status_code == 200
    told = answer.get_json()
    assert told["account"] == ACCOUNT
    first, second = told["bills"]
    assert (first["amount"], second["amount"]) == ("1526.50", "1840.00")
    assert first["due_on"] < second["due_on"]
    names = {"number", "amount", "currency", "due_on", "period", "holder"}
    assert set(first) == names


@pytest.mark.parametrize("account", ["3000000000", "", "x' OR 1=1 --", "੩੦੦"])
def test_an_unknown_account_is_said(desk, account):
    answer = ask(desk, account)
    assert (answer.status_code, answer.get_json()) == (404, {"error": "unknown_account"})


@pytest.mark.parametrize(
    "spoil",
    [
        {"secret": OTHER_SECRET},
        {"age": timedelta(minutes=6)},
        {"age": timedelta(minutes=-6)},
        {"method": "POST"},
    ],
)
def test_a_question_that_the_portal_did_not_just_sign_is_refused(desk, spoil):
    answer = ask(desk, **spoil)
    assert (answer.status_code, answer.get_json()) == (401, {"error": "signature"})


def test_a_signature_is_for_one_account_only(desk):
    headers = signed(f"/bills?account={ACCOUNT}")
    assert desk.get("/bills?account=3007654321", headers=headers).status_code == 401
    assert desk.get(f"/bills?account={ACCOUNT}&x=1", headers=headers).status_code == 401


def test_a_question_without_a_signature_is_refused(desk):
    assert desk.get(f"/bills?account={ACCOUNT}").status_code == 401


def test_a_paid_bill_is_asked_for_no_more(desk):
    first, second = bills_of(desk)
    assert hand_in(desk, paid(first["number"])).status_code == 200
    assert [bill["number"] for bill in bills_of(desk)] == [second["number"]]
    assert "PAY-1" in desk.get("/accounts").text


def test_a_message_of_payment_that_comes_twice_is_one_payment(desk):
    first, _ = bills_of(desk)
    for _ in range(2):
        assert hand_in(desk, paid(first["number"])).status_code == 200
    assert (
        hand_in(desk, paid(first["number"], payment="PAY-2"), message_id="m-2").status_code == 200
    )
    assert stored(desk) == ["m-1", "m-2"]
    page = desk.get("/accounts").text
    assert "PAY-1" in page
    assert "PAY-2" not in page


def test_a_payment_for_another_account_changes_nothing(desk):
    first, _ = bills_of(desk)
    hand_in(desk, paid(first["number"], account="3007654321"))
    assert len(bills_of(desk)) == 2


@pytest.mark.parametrize("lacking", ["bill", "account", "payment", "paid_at"])
def test_a_payment_that_is_not_understood_comes_again(desk, lacking):
    told = paid("B-1")
    del told["data"][lacking]
    assert hand_in(desk, told).status_code == 500
    assert stored(desk) == []


def test_a_test_message_is_received(desk):
    told = {"type": "endpoint.test", "timestamp": "x", "data": {"provider": "power"}}
    assert hand_in(desk, told).status_code == 200
    assert "No message has come yet." in desk.get("/").text


def test_what_was_paid_is_known_after_a_new_start(make_department):
    first = make_department("http://127.0.0.1:9", "sanjha_none").test_client()
    hand_in(first, paid(bills_of(first)[0]["number"]))
    second = make_department("http://127.0.0.1:9", "sanjha_none").test_client()
    assert len(bills_of(second)) == 1
    folder = second.application.config["DEPARTMENT"].data
    with sqlite3.connect(folder / "department.sqlite") as database:
        assert database.execute("SELECT count(*) FROM bills").fetchone()[0] == 5
    database.close()


@pytest.fixture
def corporation(app, private_allowed, serve, make_department):
    """The department's program as the power corporation, listening; the portal knows where."""
    url = serve(make_department("http://127.0.0.1:9", "sanjha_none"))
    interfaces.save("power", url, "tests", SECRET)
    db.session.commit()
    return url


def fetched(account):
    return sources.fetch(sources.biller("power"), account)


def test_the_portal_fetches_bills_over_a_real_connection(corporation):
    first, second = fetched(ACCOUNT)
    assert (first.amount.amount, second.amount.amount) == ("1526.50", "1840.00")
    assert first.holder == "B••• K•••"


def test_the_portal_hears_that_an_account_is_unknown(corporation):
    with pytest.raises(UnknownAccount):
        fetched("3000000000")


def test_a_portal_with_another_secret_gets_no_bills(corporation):
    interfaces.save("power", corporation, "tests", OTHER_SECRET)
    with pytest.raises(NotAnswering):
        fetched(ACCOUNT)


def test_after_a_change_of_the_secret_the_old_one_still_checks(corporation):
    interfaces.rotate_secret("power", "tests")
    assert len(fetched(ACCOUNT)) == 2


def test_a_bill_that_is_paid_in_the_portal_is_told_and_asked_for_no_more(corporation):
    webhooks.set_endpoint("power", f"{corporation}/webhook", "tests", SECRET)
    asha = make_person()
    lookup = room.fetch(asha.id, "power", ACCOUNT)
    first, second = lookup.told.bills
    settle(room.pay(lookup, first.number, first.seen))
    run_jobs()
    assert fetched(ACCOUNT) == (second,)
    page = httpx.get(f"{corporation}/accounts").text
    assert payments.by_id(room.history(asha.id)[0].payment_id).reference in page


def test_a_large_bill_is_paid_in_parts_each_of_which_counts_once(desk):
    [bill] = bills_of(desk, "3004445556")
    assert (bill["amount"], bill["least"]) == ("48210.00", "5000.00")
    part = paid(bill["number"], "3004445556", "PAY-1")
    part["data"]["amount"] = "8210.00"
    for number in range(2):
        assert hand_in(desk, part, message_id=f"m-{number}").status_code == 200
    [left] = bills_of(desk, "3004445556")
    assert (left["number"], left["amount"]) == (bill["number"], "40000.00")
    assert left["received"] == "8210.00"
    rest = paid(bill["number"], "3004445556", "PAY-2")
    rest["data"]["amount"] = "40000.00"
    assert hand_in(desk, rest, message_id="m-9").status_code == 200
    assert bills_of(desk, "3004445556") == []
