"""The pages of bills, without JavaScript: finding, paying, going on, looking back."""

import re

import pytest
from sqlalchemy import text

from portal.kernel.db import db
from tests.accounts.factories import browser, csrf_token, make_person, signed_in_client
from tests.applications.pages import open_page
from tests.bills.conftest import ACCOUNT, NOVEMBER, OCTOBER, OTHER, begin, settle

HOME, POWER = "/en/bills", "/en/bills/power"
BUTTON = re.compile(
    r'name="number" value="([^"]+)"><input type="hidden" name="seen" value="([^"]+)"'
)


@pytest.fixture
def client(app, asha):
    return signed_in_client(app, asha)


@pytest.fixture
def other(app, gurmeet):
    return signed_in_client(app, gurmeet)


def find(client, account=ACCOUNT):
    """Type an account number; the page to which it leads."""
    return open_page(client, POWER).send(account=account)


def press(client, page, number="B-2026-10"):
    """Press the button of one bill of the list."""
    seen = dict(BUTTON.findall(page.text))[number]
    told = {"csrf_token": csrf_token(page.response.data), "number": number, "seen": seen}
    return client.post(page.response.request.path, data=told)


def test_from_the_menu_to_the_payment(client):
    home = open_page(client, HOME)
    assert "Electricity bill" in home.words
    assert POWER in home.links("power")
    page = find(client)
    assert page.status == 200
    assert "₹1,840" in page.words
    assert "5 December 2026" in page.words
    assert "October 2026" in page.words
    went = press(client, page)
    assert went.status_code == 302
    assert "/en/pay/" in went.headers["Location"]
    pay = client.get(went.headers["Location"])
    assert pay.status_code == 200
    assert "1,840" in pay.text


def test_the_menu_has_bills_for_those_who_are_signed_in(app, client):
    assert f'href="{HOME}"' in client.get("/en/services").text
    assert f'href="{HOME}"' not in browser(app).get("/en/services").text


def test_a_visitor_is_asked_to_sign_in(app, corporation):
    for path in (HOME, POWER):
        answer = browser(app).get(path)
        assert answer.status_code == 302
        assert "/sign-in?next=" in answer.headers["Location"]


def test_a_holder_is_masked_and_an_account_in_no_address(client):
    page = find(client)
    assert "B••• K•••" in page.words
    assert "Balwinder" not in page.text
    assert ACCOUNT in page.words
    assert ACCOUNT not in page.response.request.path
    assert not [link for link in page.links() if ACCOUNT in link]


@pytest.mark.parametrize("typed", ["300 123 4567", " 3001234567 ", "੩੦੦੧੨੩੪੫੬੭"])
def test_an_account_number_is_taken_as_people_type_it(client, typed):
    assert find(client, typed).status == 200


@pytest.mark.parametrize("typed", ["123", "30012345678", "abcdefghij", "3001234567;", "x" * 300])
def test_a_number_that_cannot_be_one_is_told_before_anybody_is_asked(client, corporation, typed):
    page = find(client, typed)
    assert page.status == 422
    assert corporation.heard == []
    assert page.errors


def test_the_message_is_the_providers_own(client):
    page = find(client, "123")
    assert "Write the 10 digits of the account number" in page.errors[0]
    assert page.title.startswith("Error:")


def test_nothing_typed_is_asked_for(client):
    assert find(client, "").status == 422


def test_an_unknown_account_is_said_and_stays_typed(client):
    page = find(client, "3000000000")
    assert page.status == 422
    assert "The provider knows no account with this number." in page.words
    assert page.controls["account"] == ["3000000000"]


def test_an_account_without_bills_has_nothing_to_pay(client):
    page = find(client, OTHER)
    assert "There is no unpaid bill for this account now." in page.words
    assert BUTTON.findall(page.text) == []


@pytest.mark.parametrize("raw", [(500, b""), (200, b"junk"), (200, b"{}")])
def test_a_provider_that_does_not_answer_gets_a_clear_page(client, corporation, raw):
    corporation.raw = raw
    page = find(client)
    assert page.status == 503
    assert "The provider does not answer now. Nothing was paid." in page.words
    assert page.controls["account"] == [ACCOUNT]


def test_a_provider_that_is_slow_gets_the_same_page(client, corporation, monkeypatch):
    monkeypatch.setattr("portal.interfaces.service.SECONDS", 0.2)
    corporation.let.clear()
    page = find(client)
    assert page.status == 503
    assert "does not answer now" in page.words


def test_a_changed_amount_is_shown_first(client, corporation):
    page = find(client)
    corporation.accounts[ACCOUNT] = [OCTOBER | {"amount": "1900.00"}]
    answer = press(client, page)
    assert answer.status_code == 409
    assert "The amount of this bill has changed." in answer.text
    assert "₹1,900" in answer.text
    assert "/pay/" in press(client, open_page(client, page.response.request.path)).location


def test_what_a_page_sends_does_not_make_the_amount(client):
    page = find(client)
    told = {"csrf_token": csrf_token(page.response.data), "number": "B-2026-10", "seen": "1.00 INR"}
    answer = client.post(page.response.request.path, data=told)
    assert answer.status_code == 409
    assert "₹1,840" in answer.text


@pytest.mark.parametrize("number", ["B-9", "", "x" * 5000])
def test_a_bill_that_is_not_there_is_not_paid(client, number):
    page = find(client)
    told = {"csrf_token": csrf_token(page.response.data), "number": number, "seen": "1840.00 INR"}
    assert client.post(page.response.request.path, data=told).status_code in (400, 409)


def test_a_press_without_a_number_is_refused(client):
    page = find(client)
    told = {"csrf_token": csrf_token(page.response.data)}
    assert client.post(page.response.request.path, data=told).status_code == 400


def test_a_bill_that_another_pays_says_so(client, other, asha):
    page = find(other)
    begin(asha)
    answer = press(other, page)
    assert answer.status_code == 409
    assert "Somebody else is paying this bill right now." in answer.text
    again = find(other)
    assert "being paid" in again.words
    assert [number for number, _ in BUTTON.findall(again.text)] == ["B-2026-11"]
    assert "Asha" not in again.text


def test_a_paid_bill_has_no_button(client, asha):
    settle(begin(asha))
    page = find(client)
    assert "This bill is paid already." in page.words
    assert [number for number, _ in BUTTON.findall(page.text)] == ["B-2026-11"]


def test_somebody_elses_list_is_not_found(client, other):
    path = find(client).response.request.path
    assert other.get(path).status_code == 404
    token = csrf_token(other.get(POWER).data)
    told = {"csrf_token": token, "number": "B-2026-10", "seen": "1840.00 INR"}
    assert other.post(path, data=told).status_code == 404


def test_unknown_providers_take_no_bills(client):
    for provider in ("revenue", "nobody"):
        assert client.get(f"/en/bills/{provider}").status_code == 404


def test_a_provider_that_is_not_connected_is_not_offered(app):
    page = open_page(signed_in_client(app, make_person()), HOME)
    assert "No provider takes its bills here yet." in page.words


def test_what_was_begun_can_be_gone_on_with(client, asha):
    payment = begin(asha)
    page = open_page(client, HOME)
    assert "Not paid yet" in page.words
    assert f"/en/pay/{payment}" in page.links("/pay/")


def test_a_paid_bill_stands_in_the_history_with_its_receipt(client, asha):
    payment = begin(asha)
    settle(payment)
    page = open_page(client, HOME)
    assert "Paid bills" in page.words
    assert "Not paid yet" not in page.words
    (receipt,) = page.links("receipt")
    answer = client.get(receipt)
    assert answer.status_code == 200
    assert "1,840" in answer.text


def test_an_account_that_was_paid_before_needs_no_typing(client, asha, corporation):
    settle(begin(asha))
    corporation.accounts[ACCOUNT] = [NOVEMBER]
    page = open_page(client, HOME)
    assert "Accounts that you paid before" in page.words
    found = page.send(to=POWER)
    assert found.status == 200
    assert "₹642.50" in found.words


def test_an_account_of_somebody_else_is_not_taken_from_their_history(other, asha):
    settle(begin(asha))
    (bill,) = _bills()
    token = csrf_token(other.get(POWER).data)
    answer = other.post(POWER, data={"csrf_token": token, "again": str(bill)})
    assert answer.status_code == 404


def _bills():
    return db.session.scalars(text("SELECT id FROM bills")).all()


def test_the_first_page_asks_as_often_for_many_bills_as_for_few(client, asha, corporation, queries):
    def count():
        with queries() as asked:
            client.get(HOME)
        return len(asked)

    settle(begin(asha))
    count()
    few = count()
    for number in range(4):
        corporation.accounts[ACCOUNT] = [OCTOBER | {"number": f"B-{number}"}]
        settle(begin(asha, f"B-{number}"))
    assert count() == few


def test_words_of_a_provider_are_shown_and_never_run(client, corporation):
    evil = "<script>alert(1)</script>"
    corporation.accounts[ACCOUNT] = [OCTOBER | {"number": evil, "period": evil, "holder": evil}]
    page = find(client)
    assert "<script>alert" not in page.text
    assert "&lt;script&gt;" in page.text
