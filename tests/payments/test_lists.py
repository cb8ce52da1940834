"""Money that is sent out: accounts that people name, lists by two people, what the bank says."""

import io
import re

import pytest
from sqlalchemy import text
from sqlalchemy.exc import IntegrityError

from payments import service
from payments.books import service as books
from payments.domain import PaymentState
from payments.gateways.counter import service as counter
from payments.ledger import AccountKind
from payments.lists import domain
from payments.lists import service as lists
from payments.lists.domain import LineState, ListState
from payments.lists.models import PaymentListLine, PaymentListRow, PayoutAccount
from payments.lists.settings import ListsSettings
from payments.models import Refund
from payments.reconciling.domain import AlreadyRead
from payments.refunds import service as refunds
from payments.simulator.bank import Bank
from payments.simulator.faults import Faults
from portal.kernel import clock
from portal.kernel.db import db
from portal.kernel.settings import Settings
from tests.accounts.factories import csrf_token, make_person, signed_in_client
from tests.jobs import run_jobs
from tests.payments.companies import COLLEAGUE, counter_settings, taken_at_counter
from tests.payments.factories import FEE, booked, owed

PAGE = "/en/admin/payments/lists"
OURS = {"holder": "Treasury of Nadipur", "number": "30012345678", "branch": "SBIN0001234"}
INDIAN = {"holder": "Asha Devi", "number": "3001 2345 678", "branch": "sbin0001234"}
IBAN = "PK36SCBL0000001123456702"


@pytest.fixture
def there(app, monkeypatch):
    known = counter_settings()
    told = ListsSettings(
        payout_accounts={"INR": OURS, "PKR": {"holder": "Treasury", "number": IBAN}}
    )
    kept = [known.of(one) for one in known.sections() if one is not ListsSettings]
    monkeypatch.setitem(app.config, "SETTINGS", Settings([*kept, told]))


@pytest.fixture
def finance(there):
    return make_person(name="Balbir Singh", role="finance")


@pytest.fixture
def treasury(there):
    return make_person(name="Zainab Akhtar", role="finance")


def paid_at_counter(payment):
    service.start(payment, "counter")
    reference = service.newest(payment).reference
    counter.confirm(taken_at_counter(reference).id, COLLEAGUE)
    service.came_back(payment)
    db.session.commit()
    return service.by_id(payment.id)


def going_back(person, amount=FEE, part=None):
    """A payment of a person, paid at a counter and given back; committed."""
    payment = owed(amount, person_id=person.id, subject_id=person.id)
    paid_at_counter(payment)
    service.refund(payment.id, part or amount, "A mistake", by="tests")
    db.session.commit()
    run_jobs()
    return service.by_id(payment.id)


def named(person, **more):
    """The same, with an account to go to."""
    payment = going_back(person, **more)
    [one] = lists.of_payment(payment.id)
    lists.name_account(one, domain.account("INR", **INDIAN), person.id)
    db.session.commit()
    return payment


def approved(by, other, currency="INR", slug="iso20022"):
    row = lists.prepare(slug, currency, by.id)
    lists.approve(row.id, other.id)
    db.session.commit()
    return lists.by_id(row.id)


def answered(row, by, faults=None, **more):
    """What came of the bank's answer; committed."""
    _, content = lists.file(row, by.id)
    came = lists.take_in(row.id, Bank(faults or Faults()).take(content, **more), by.id)
    db.session.commit()
    run_jobs()
    db.session.rollback()
    return came


def states(row):
    return [one.state for one in lists.lines(row)]


def letters(browser):
    """What the person finds in the inbox."""
    db.session.rollback()
    return browser.get("/en/inbox").text


def state_of(payment):
    db.session.rollback()
    [refund] = db.session.query(Refund).filter_by(payment_id=payment.id)
    return refund.state


@pytest.mark.promise("M17")
def test_what_was_paid_at_a_counter_goes_back_by_a_list(there, person, finance, treasury):
    payment = going_back(person)
    assert state_of(payment) == "asked"
    assert [one.account for one in lists.of_payment(payment.id)] == [None]
    [one] = lists.of_payment(payment.id)
    lists.name_account(one, domain.account("INR", **INDIAN), person.id)
    db.session.commit()
    row = approved(finance, treasury)
    assert (row.lines, row.total) == (1, FEE)
    assert answered(row, finance) == lists.TakenIn(1, 0, 0)
    assert state_of(payment) == "succeeded"
    payment = service.by_id(payment.id)
    assert payment.state == PaymentState.REFUNDED
    assert booked(payment) == ["capture", "refund", "sent", "refunded"]
    assert books.balance(AccountKind.REFUND_CLEARING, "counter", "INR").minor == 0
    assert books.balance(AccountKind.GATEWAY_RECEIVABLE, "counter", "INR") == FEE
    assert books.balance(AccountKind.BANK, "counter", "INR") == FEE * -1
    [refund] = db.session.query(Refund)
    assert refund.gateway_reference == f"{row.number}-1"


def test_the_person_is_asked_for_an_account_once_and_again_when_a_bank_refused_it(
    there, mine, person, finance, treasury
):
    payment = going_back(person)
    assert letters(mine).count(f"Payment {payment.reference}: money goes back to you") == 1
    refunds.ask_now(lists.of_payment(payment.id)[0].refund.id)
    db.session.commit()
    run_jobs()
    assert letters(mine).count("money goes back to you") == 1
    [one] = lists.of_payment(payment.id)
    lists.name_account(one, domain.account("INR", **INDIAN), person.id)
    db.session.commit()
    answered(approved(finance, treasury), finance, Faults(rates={"rejected": 1}))
    assert letters(mine).count("money goes back to you") == 2
    assert mine.get(f"/en/pay/{payment.id}/account").status_code == 200


def test_a_refund_that_waits_for_its_person_is_not_stuck(there, person):
    going_back(person)
    assert refunds.stuck() == []
    db.session.execute(text("UPDATE payment_refunds SET created_at = created_at - interval '9 d'"))
    assert refunds.stuck() == []
    db.session.rollback()


@pytest.mark.promise("M17")
def test_a_refused_account_is_asked_for_again_and_another_list_sends_it(
    there, person, finance, treasury
):
    payment = named(person)
    row = approved(finance, treasury)
    came = answered(row, finance, Faults(rates={"rejected": 1, "closed": 1}))
    assert (came.sent, came.rejected) == (0, 1)
    [line] = lists.lines(row)
    assert (line.state, line.code) == (LineState.REJECTED, "AC04")
    [one] = lists.of_payment(payment.id)
    assert (one.account, one.line) == (None, None)
    lists.name_account(one, domain.account("INR", **INDIAN | {"number": "987654321"}), person.id)
    db.session.commit()
    answered(approved(finance, treasury), finance)
    assert state_of(payment) == "succeeded"
    assert booked(service.by_id(payment.id)).count("sent") == 1


def test_the_same_answer_again_changes_nothing(there, person, finance, treasury):
    named(person)
    row = approved(finance, treasury)
    answered(row, finance)
    with pytest.raises(AlreadyRead):
        answered(row, finance)
    db.session.rollback()


def test_an_answer_of_another_day_says_how_the_rest_ended(there, person, finance, treasury):
    payments = [named(person) for _ in range(12)]
    row = approved(finance, treasury)
    faults = Faults("3", {"rejected": 0.3, "slow_transfer": 0.5, "forgotten": 0.3, "said_twice": 1})
    first = answered(row, finance, faults)
    assert {"waiting", "sent", "rejected"} == set(states(row))
    second = answered(row, finance, faults, later=True)
    assert "waiting" not in states(row)
    assert first.sent + second.sent == states(row).count("sent")
    assert first.rejected + second.rejected == states(row).count("rejected")
    assert first.odd == second.odd == 0
    assert sum(booked(one).count("sent") for one in payments) == states(row).count("sent")
    assert books.unbalanced() == []


def test_an_end_stays_whatever_the_bank_says_later(there, person, finance, treasury):
    named(person)
    row = approved(finance, treasury)
    answered(row, finance)
    assert answered(row, finance, Faults(rates={"rejected": 1})) == lists.TakenIn(0, 0, 1)
    assert states(row) == ["sent"]


def test_nobody_approves_their_own_list(there, person, finance):
    named(person)
    row = lists.prepare("iso20022", "INR", finance.id)
    with pytest.raises(domain.YourOwnList):
        lists.approve(row.id, finance.id)
    row.state, row.decided_by = "approved", finance.id
    with pytest.raises(IntegrityError, match="four_eyes"):
        db.session.flush()
    db.session.rollback()


def test_what_is_owed_is_sent_once(there, person, finance, treasury):
    named(person)
    row = approved(finance, treasury)
    with pytest.raises(domain.NothingToSend):
        lists.prepare("iso20022", "INR", treasury.id)
    [line] = lists.lines(row)
    again = PaymentListLine(
        **{
            one.key: getattr(line, one.key)
            for one in PaymentListLine.__table__.columns
            if one.key not in ("id", "created_at", "number", "place")
        },
        number="PL-again-1",
        place=2,
    )
    db.session.add(again)
    with pytest.raises(IntegrityError, match="sent_once"):
        db.session.flush()
    db.session.rollback()


def test_a_list_is_the_sum_of_its_lines(there, person, finance, treasury):
    named(person)
    row = approved(finance, treasury)
    row.total_minor += 1
    db.session.flush()
    with pytest.raises(IntegrityError, match="are not what it says"):
        db.session.commit()
    db.session.rollback()


def test_a_list_that_was_dropped_leaves_what_it_held_for_another(there, person, finance, treasury):
    payment = named(person)
    row = lists.prepare("iso20022", "INR", finance.id)
    lists.drop(row.id, finance.id)
    db.session.commit()
    assert lists.by_id(row.id).state == ListState.DROPPED
    answered(approved(finance, treasury), finance)
    assert state_of(payment) == "succeeded"


def test_there_is_no_file_of_what_is_not_approved(there, person, finance):
    named(person)
    row = lists.prepare("iso20022", "INR", finance.id)
    with pytest.raises(domain.NotApproved):
        lists.file(row, finance.id)
    with pytest.raises(domain.NotApproved):
        lists.take_in(row.id, b"", finance.id)
    db.session.rollback()


def test_an_answer_about_another_list_is_refused(there, person, finance, treasury):
    named(person)
    first = approved(finance, treasury)
    named(person)
    second = approved(finance, treasury)
    _, content = lists.file(second, finance.id)
    with pytest.raises(domain.AnotherList, match=second.number):
        lists.take_in(first.id, Bank(Faults()).take(content), finance.id)
    db.session.rollback()


def test_an_account_that_is_on_its_way_does_not_change(there, person, finance, treasury):
    payment = named(person)
    approved(finance, treasury)
    [one] = lists.of_payment(payment.id)
    with pytest.raises(domain.BeingSent):
        lists.name_account(one, domain.account("INR", **INDIAN), person.id)


def test_without_an_account_of_ours_nothing_is_sent(there, person, finance):
    named(person)
    with pytest.raises(domain.NoSource):
        lists.prepare("iso20022", "USD", finance.id)


def test_accounts_are_kept_sealed(there, person):
    named(person)
    [row] = db.session.query(PayoutAccount)
    assert (row.holder, row.number, row.branch) == ("Asha Devi", "30012345678", "SBIN0001234")
    rows = db.session.execute(text("SELECT payout_accounts::text FROM payout_accounts")).scalars()
    for kept in rows:
        assert b"30012345678".hex() not in kept
        assert "30012345678" not in kept


def test_a_list_by_spreadsheet_is_sent_too(there, person, finance, treasury):
    payment = named(person)
    row = approved(finance, treasury, slug="bank-csv")
    lists.take_in(row.id, f"id,status\r\n{row.number}-1,paid\r\n".encode(), finance.id)
    db.session.commit()
    run_jobs()
    assert state_of(payment) == "succeeded"


def words(got):
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", got.get_data(as_text=True)))


def post(client, path, at=PAGE, **sent):
    token = {"csrf_token": csrf_token(client.get(at).data)}
    return client.post(path, data=token | sent, follow_redirects=True)


@pytest.mark.promise("M17")
def test_a_person_says_where_the_money_goes_and_two_people_send_it(
    app, mine, person, finance, treasury
):
    payment = going_back(person)
    here = f"/en/pay/{payment.id}/account"
    assert here in mine.get(f"/en/pay/{payment.id}/receipt").get_data(as_text=True)
    assert "Enter the IFSC" in words(post(mine, here, here, **INDIAN | {"branch": "SBI"}))
    got = words(post(mine, here, here, **INDIAN))
    assert "…5678" in got
    assert "goes with the next list" in got
    first, second = (signed_in_client(app, one) for one in (finance, treasury))
    assert payment.reference in words(first.get(PAGE))
    got = post(first, PAGE, currency="INR", disburser="iso20022")
    assert "another person approves it" in words(got)
    path = got.request.path
    assert "another person approves it" in words(post(first, path, choice="approve"))
    assert "Approved." in words(post(second, path, choice="approve"))
    made = post(second, f"{path}/file")
    assert made.mimetype == "application/xml"
    answer = (io.BytesIO(Bank(Faults()).take(made.data)), "answer.xml")
    assert "Sent: 1, rejected: 0" in words(post(second, f"{path}/answer", file=answer))
    run_jobs()
    got = mine.get(f"/en/pay/{payment.id}/receipt")
    assert "whole amount was given back" in words(got)
    assert here not in got.get_data(as_text=True)


def test_whoever_is_not_its_person_names_no_account(app, there, person, mine):
    payment = going_back(person)
    other = signed_in_client(app, make_person(name="Ravi Kumar"))
    assert other.get(f"/en/pay/{payment.id}/account").status_code == 404
    nothing = owed(person_id=person.id, subject_id=person.id)
    assert mine.get(f"/en/pay/{nothing.id}/account").status_code == 302


def test_a_list_shows_finance_no_whole_number(app, there, person, finance, treasury):
    named(person)
    row = approved(finance, treasury)
    got = words(signed_in_client(app, finance).get(f"{PAGE}/{row.id}"))
    assert "…5678" in got
    assert "30012345678" not in got


def test_rows_without_lines_are_refused(there, finance):
    row = PaymentListRow(
        number="PL-1", disburser="iso20022", currency="INR", send_on=clock.today(), lines=1,
        total_minor=1, state="prepared", prepared_by=finance.id,
    )  # fmt: skip
    db.session.add(row)
    db.session.flush()
    with pytest.raises(IntegrityError, match="are not what it says"):
        db.session.commit()
    db.session.rollback()
