"""The books and reconciliation at the finance desk, as finance staff use them."""

import csv
import re
from datetime import timedelta
from io import BytesIO, StringIO

import pytest
import time_machine

from payments import service
from payments.books import domain
from payments.books import service as books
from payments.closings import service as closings
from payments.domain import PaymentState
from payments.gateway import Listed, Status
from payments.journals.domain import row
from payments.ledger import AccountKind
from payments.reconciling import files
from payments.reconciling import service as reconciling
from payments.reconciling.domain import Columns, NotReadable, State
from payments.statements.back_office import ACCOUNTS
from portal.kernel import clock
from portal.kernel.db import db
from portal.kernel.money import Money
from tests.accounts.factories import csrf_token, make_person, signed_in_client
from tests.jobs import run_jobs
from tests.payments.factories import FEE, begun, booked, owed, paid, press

BOOKS, COMPARED = "/en/admin/payments/books", "/en/admin/payments/reconciliation"


@pytest.fixture
def officer(app):
    return make_person(name="Finance One", role="finance")


@pytest.fixture
def desk(app, officer):
    return signed_in_client(app, officer)


def words(got):
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", got.get_data(as_text=True)))


def table(got):
    assert got.status_code == 200
    return list(csv.DictReader(StringIO(got.get_data(as_text=True))))


@pytest.fixture
def moved(app):
    """Two payments of one provider, one of which went back in part."""
    paid(owed())
    back = paid(owed())
    service.refund(back.id, Money.of("50.00", "INR"), "Too much", "tests")
    db.session.commit()
    run_jobs()


@pytest.mark.promise("M16")
def test_a_statement_says_what_a_provider_is_owed(desk, moved):
    first = words(desk.get(BOOKS))
    assert "Owed to a provider" in first
    shown = words(desk.get(f"{BOOKS}/statement?provider=municipal"))
    for told in ("Payments that came ₹300", "Money to go back -₹50", "Owed when it ended ₹250"):
        assert told in shown


@pytest.mark.promise("M16")
def test_statements_are_spreadsheets_by_day_and_by_entry(desk, moved):
    [day] = table(desk.get(f"{BOOKS}/statement?provider=municipal&as=days"))
    told = (day["opening"], day["capture"], day["refund"], day["closing"], day["currency"])
    assert told == ("0.00", "300.00", "-50.00", "250.00", "INR")
    entries = table(desk.get(f"{BOOKS}/statement?provider=municipal&as=entries"))
    assert [one["amount"] for one in entries] == ["150.00", "150.00", "-50.00"]


def test_days_before_the_first_entry_have_nothing_in_them(desk, moved):
    last = clock.today() - timedelta(days=40)
    days = f"since={last - timedelta(days=3)}&until={last}"
    assert "Nothing moved in these days" in words(
        desk.get(f"{BOOKS}/statement?provider=municipal&{days}")
    )
    [day] = table(desk.get(f"{BOOKS}/statement?provider=municipal&{days}&as=days"))
    assert (day["opening"], day["closing"]) == ("0.00", "0.00")


@pytest.mark.parametrize(
    "asked",
    ["since=2026-02-01&until=2026-01-01", "since=2026-01-01&until=nothing", "since=0001-01-01"],
)
def test_days_that_are_none_are_refused(desk, moved, asked):
    assert desk.get(f"{BOOKS}/statement?provider=municipal&{asked}").status_code == 400
    assert desk.get(f"{BOOKS}/journal?{asked}").status_code == 400


def test_a_provider_without_an_account_has_no_statement(desk, moved):
    assert desk.get(f"{BOOKS}/statement?provider=nobody").status_code == 404


def test_journals_are_downloaded(desk, moved):
    rows = table(desk.get(f"{BOOKS}/journal?form=csv"))
    assert {one["kind"] for one in rows} == {"capture", "refund", "refunded"}
    told = desk.get(f"{BOOKS}/journal?form=beancount").get_data(as_text=True)
    assert "open Liabilities:Providers:Municipal" in told
    assert desk.get(f"{BOOKS}/journal?form=other").status_code == 400


@pytest.mark.parametrize("begins", ["=", "+", "-", "@", "\t", "\r"])
def test_no_cell_is_a_formula(begins):
    [[cell, amount]] = list(csv.reader(StringIO(row([f"{begins}cmd", "-5.00"]), newline="")))
    assert (cell, amount) == (f"'{begins}cmd", "-5.00")


def test_a_month_is_closed_by_the_finance_desk(app, officer):
    with time_machine.travel(clock.now(), tick=False) as at:
        paid(owed())
        month = domain.month_of(clock.today())
        desk = signed_in_client(app, officer)
        assert "It is not over yet" in words(desk.get(BOOKS))
        at.shift(domain.ends(month) - clock.now() + timedelta(hours=1))
        desk = signed_in_client(app, officer)
        token = csrf_token(desk.get(BOOKS).data)
        sent = {"csrf_token": token, "month": f"{month}"}
        done = desk.post(f"{BOOKS}/months", data=sent, follow_redirects=True)
        assert "The month is closed" in words(done)
        again = desk.post(f"{BOOKS}/months", data=sent, follow_redirects=True)
        assert "closed already" in words(again)
    assert [one.month for one in closings.months()] == [month]


def odd(desk, listing):
    reconciling.run(reconciling.Span("sandbox", clock.now() - timedelta(hours=6), clock.now()))
    return desk.get(COMPARED)


def test_a_difference_is_closed_with_a_note(desk, another_gateway, officer):
    one = Listed("PB-NOBODY-1", Status.SUCCEEDED, clock.now() - timedelta(hours=1), FEE)
    another_gateway("sandbox", listing=lambda *_: [one])
    shown = odd(desk, [one])
    assert "no such order here" in words(shown)
    [row_] = reconciling.differences()
    page = f"{COMPARED}/{row_.id}"
    token = csrf_token(desk.get(page).data)
    assert desk.post(page, data={"csrf_token": token, "why": ""}).status_code == 422
    sent = {"csrf_token": token, "why": "Of another merchant."}
    assert "It is closed" in words(desk.post(page, data=sent, follow_redirects=True))
    assert [note.text for note in reconciling.notes(row_.id)] == ["Of another merchant."]
    again = desk.post(page, data=sent, follow_redirects=True)
    assert "settled already" in words(again)
    assert "Of another merchant." in words(desk.get(page))


def upload(desk, text, **more):
    token = csrf_token(desk.get(COMPARED).data)
    names = {"order": "Order No", "amount": "Amt", "status": "State", "paid": "OK"}
    sent = {"csrf_token": token, "gateway": "sandbox", "currency": "INR", **names, **more}
    sent["file"] = (BytesIO(text.encode()), "settled.csv")
    return desk.post(f"{COMPARED}/files", data=sent, follow_redirects=True)


@pytest.mark.promise("M16")
def test_a_settlement_file_finds_what_was_missed_and_twice_changes_nothing(desk):
    payment = owed()
    attempt = begun(payment)
    press(attempt)
    text = f'Order No,Amt,State\r\n{attempt.reference},"150.00",OK\r\nother,1,NO\r\n'
    assert "The file was read" in words(upload(desk, text))
    run_jobs()
    db.session.expire_all()
    assert service.by_id(payment.id).state == PaymentState.PAID
    assert reconciling.differences() == []
    assert len(reconciling.differences(State.MENDED)) == 1
    assert "read before" in words(upload(desk, text))


@pytest.mark.promise("M16")
def test_a_settlement_file_says_what_the_company_kept(desk):
    payment = paid(owed())
    reference = service.newest(payment).reference
    text = f"Order No,Amt,State,Fee\r\n{reference},150.00,OK,2.36\r\n"
    assert "The file was read" in words(upload(desk, text, fee="Fee"))
    run_jobs()
    db.session.expire_all()
    assert booked(payment) == ["capture", "fee"]
    assert reconciling.differences() == []


def test_a_file_that_cannot_be_read_changes_nothing_and_may_come_again(desk):
    assert "Line 2 cannot be read" in words(upload(desk, "Order No,Amt,State\nx,much,OK\n"))
    assert "Line 1 cannot be read" in words(upload(desk, "Order,Amt,State\nx,1,OK\n"))
    assert reconciling.newest_runs() == []
    assert "The file was read" in words(upload(desk, "Order No,Amt,State\nx,1,OK\n"))


@pytest.mark.parametrize("amount", ["", "-1", "1e9", "٥", "1.0.0", "9" * 40, "NaN"])
def test_amounts_that_are_none_are_refused(amount):
    lines = ["order,amount\n", f"x,{amount}\n"]
    with pytest.raises(NotReadable):
        list(files.read(lines, Columns(), "INR", clock.now()))


def test_banks_write_lakhs_apart():
    lines = ["order,amount\n", 'x,"1,50,000.00"\n']
    [one] = files.read(lines, Columns(), "INR", clock.now())
    assert one.amount == Money.of("150000.00", "INR")


def test_only_finance_staff_see_them(app):
    citizen = signed_in_client(app, make_person(name="Somebody"))
    for page in (BOOKS, COMPARED):
        assert citizen.get(page).status_code in (403, 404)


def note(desk, amount, number="UTR-1", provider=""):
    token = csrf_token(desk.get(BOOKS).data)
    sent = {"csrf_token": token, "gateway": "sandbox", "currency": "INR", "provider": provider}
    sent |= {"amount": amount, "number": number}
    return desk.post(f"{BOOKS}/transfers", data=sent, follow_redirects=True)


@pytest.mark.promise("M16")
def test_settled_money_is_booked_to_the_bank_and_on_to_the_provider_once(desk, moved):
    assert "It is booked" in words(note(desk, "250"))
    assert "noted before" in words(note(desk, "250"))
    assert "It is booked" in words(note(desk, "200", "UTR-2", "municipal"))
    assert "more than what stands" in words(note(desk, "50.01", "UTR-3", "municipal"))
    found = {kind: amount.amount for kind, _, amount in books.balances()}
    assert found == {"bank": "50.00", "provider_payable": "-50.00"}
    [day] = table(desk.get(f"{BOOKS}/statement?provider=municipal&as=days"))
    assert (day["paid_on"], day["closing"]) == ("-200.00", "50.00")


def test_what_the_bank_says_needs_its_number(desk, moved):
    assert note(desk, "250", number="").status_code == 422
    assert note(desk, "250", provider="nobody").status_code == 400


@pytest.mark.parametrize("kind", AccountKind)
def test_each_account_has_a_name_on_the_page(kind):
    assert kind in ACCOUNTS
