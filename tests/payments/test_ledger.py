"""The ledger as PostgreSQL keeps it, whatever the code does."""

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError, IntegrityError

from payments import ledger
from payments.books import service as books
from payments.ledger import AccountKind, Kind
from payments.models import LedgerAccount, LedgerEntry, LedgerTransaction
from portal.kernel.db import db
from portal.kernel.ids import uuid7
from tests.payments.factories import FEE, owed, paid

TABLES = ("ledger_accounts", "ledger_transactions", "ledger_entries")


@pytest.fixture
def payment(app):
    return owed()


def account(kind="suspense", currency="INR"):
    made = LedgerAccount(kind=kind, owner="bank", currency=currency)
    db.session.add(made)
    db.session.flush()
    return made


def transaction(payment, entries=2):
    made = LedgerTransaction(payment_id=payment.id, kind="test", source_id=uuid7(), entries=entries)
    db.session.add(made)
    db.session.flush()
    return made


def entry(of, account, minor):
    row = LedgerEntry(
        transaction_id=of.id, account_id=account.id, minor=minor, currency=account.currency
    )
    db.session.add(row)


def refused_at_commit():
    with pytest.raises(DBAPIError) as refusal:
        db.session.commit()
    db.session.rollback()
    return str(refusal.value.orig)


@pytest.mark.promise("M16")
def test_a_transaction_that_does_not_sum_to_zero_is_refused_at_commit(payment):
    made = transaction(payment)
    entry(made, account("suspense"), 100)
    entry(made, account("refund_clearing"), -99)
    db.session.flush()
    assert "do not sum to zero" in refused_at_commit()
    assert db.session.query(LedgerTransaction).count() == 0


@pytest.mark.promise("M16")
def test_each_currency_sums_to_zero_by_itself(payment):
    made = transaction(payment)
    entry(made, account(currency="INR"), 100)
    entry(made, account(currency="PKR"), -100)
    db.session.flush()
    assert "do not sum to zero" in refused_at_commit()


@pytest.mark.parametrize("sides", [0, 1])
def test_a_transaction_needs_two_sides(payment, sides):
    made = transaction(payment)
    for _ in range(sides):
        entry(made, account(), 100)
    db.session.flush()
    assert "number of entries" in refused_at_commit()


def test_a_transaction_that_names_one_side_is_refused(payment):
    with pytest.raises(IntegrityError, match="two_sides"):
        transaction(payment, entries=1)
    db.session.rollback()


def test_nothing_is_added_to_a_transaction_later(payment):
    done = paid(payment)
    old = db.session.query(LedgerTransaction).filter_by(payment_id=done.id).one()
    entry(old, account("suspense"), 5)
    entry(old, account("refund_clearing"), -5)
    db.session.flush()
    assert "number of entries" in refused_at_commit()


def test_an_entry_has_the_currency_of_its_account(payment):
    rupees = account(currency="INR")
    made = transaction(payment)
    wrong = LedgerEntry(transaction_id=made.id, account_id=rupees.id, minor=100, currency="PKR")
    db.session.add(wrong)
    with pytest.raises(IntegrityError, match="account_id_currency"):
        db.session.flush()
    db.session.rollback()


@pytest.mark.promise("M16")
@pytest.mark.parametrize("table", TABLES)
@pytest.mark.parametrize("change", ["UPDATE {} SET created_at = now()", "DELETE FROM {}"])
def test_what_is_booked_is_never_changed(payment, owner, table, change):
    paid(payment)
    with pytest.raises(DBAPIError, match="permission denied"):
        db.session.execute(text(change.format(table)))
    db.session.rollback()
    with pytest.raises(DBAPIError, match="never changed"):
        owner.execute(text(change.format(table)))
    owner.rollback()


@pytest.mark.promise("M16")
def test_the_same_is_not_booked_twice(payment):
    source = uuid7()
    books.post(Kind.CAPTURE, payment.id, source, ledger.captured("bank", "municipal", FEE))
    with pytest.raises(IntegrityError, match="payment_id_kind_source_id"):
        books.post(Kind.CAPTURE, payment.id, source, ledger.captured("bank", "municipal", FEE))
    db.session.rollback()


def test_a_payment_stands_on_both_sides(payment):
    paid(payment)
    assert books.balance(AccountKind.GATEWAY_RECEIVABLE, "sandbox", "INR") == FEE
    assert books.balance(AccountKind.PROVIDER_PAYABLE, "municipal", "INR") == FEE * -1
    assert books.balance(AccountKind.PROVIDER_PAYABLE, "municipal", "PKR").minor == 0
    assert len(books.balances()) == 2
    assert books.unbalanced() == []


def test_an_attempt_gives_no_more_back_than_came(payment, owner):
    paid(payment)
    with pytest.raises(IntegrityError, match="no_more_back_than_came"):
        db.session.execute(text("UPDATE payment_attempt_parts SET refunded_minor = 15001"))
    db.session.rollback()
