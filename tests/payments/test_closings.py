"""Closed periods: nothing is booked into them, and what they came to is what was booked."""

import random
from threading import Event

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as some
from sqlalchemy import func, select, text
from sqlalchemy.exc import DBAPIError

from payments import ledger
from payments.books import service as books
from payments.closings import service as closings
from payments.closings.models import LedgerClosing, LedgerStanding
from payments.ledger import AccountKind, Kind
from payments.models import LedgerAccount, LedgerEntry
from portal.kernel.db import db
from portal.kernel.ids import uuid7
from portal.kernel.money import Money
from tests.accounts.threads import at_once
from tests.payments.factories import owed

ONE = Money.of("1.00", "INR")
WHOSE = AccountKind.PROVIDER_PAYABLE, "municipal", "INR"


@pytest.fixture
def payment(app):
    return owed()


def capture(payment, amount=ONE):
    books.post(Kind.CAPTURE, payment.id, uuid7(), ledger.captured("bank", "municipal", amount))


def summed(kind, owner, currency):
    """By adding up every entry that there is."""
    wanted = select(func.sum(LedgerEntry.minor)).join(
        LedgerAccount, LedgerAccount.id == LedgerEntry.account_id
    )
    of_it = LedgerAccount.kind == kind, LedgerAccount.owner == owner
    return Money(int(db.session.scalar(wanted.where(*of_it)) or 0), currency)


def refused_at_commit():
    with pytest.raises(DBAPIError) as refusal:
        db.session.commit()
    db.session.rollback()
    return str(refusal.value.orig)


@pytest.mark.promise("M16")
@settings(
    max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(acts=some.lists(some.integers(0, 500), max_size=20))
def test_a_balance_is_the_sum_of_all_entries_wherever_periods_were_closed(payment, acts):
    """0 closes the period; anything else is an amount."""
    for act in acts:
        if act:
            capture(payment, Money(act, "INR"))
        else:
            closings.close("tests")
        db.session.commit()
    assert books.balance(*WHOSE) == summed(*WHOSE)
    told = {(kind, owner): amount for kind, owner, amount in books.balances()}
    assert told.get(("provider_payable", "municipal"), Money(0, "INR")) == summed(*WHOSE)


def test_what_is_booked_after_a_closing_is_in_the_next_period(payment):
    capture(payment)
    db.session.commit()
    assert closings.close("tests") == closings.last()
    db.session.commit()
    capture(payment)
    db.session.commit()
    periods = db.session.scalars(select(LedgerEntry.period).order_by(LedgerEntry.id)).all()
    last = closings.last()
    assert sorted(periods)[-4:] == [last, last, last + 1, last + 1]


def test_nobody_chooses_into_which_period_they_book(payment):
    capture(payment)
    db.session.commit()
    closed = closings.close("tests")
    db.session.commit()
    capture(payment)
    row = db.session.scalars(select(LedgerEntry).order_by(LedgerEntry.id.desc()).limit(1)).one()
    copied = LedgerEntry(
        transaction_id=row.transaction_id,
        account_id=row.account_id,
        minor=1,
        currency="INR",
        period=closed,
    )
    db.session.add(copied)
    db.session.flush()
    db.session.refresh(copied)
    assert copied.period == closed + 1
    db.session.rollback()


@pytest.mark.parametrize("change", [1, -1])
def test_a_standing_that_is_not_what_was_booked_is_refused(payment, change):
    capture(payment)
    db.session.commit()
    closings.close("tests")
    db.session.flush()
    row = db.session.scalars(select(LedgerStanding).order_by(LedgerStanding.id).limit(1)).one()
    number, account_id, minor = row.closing, row.account_id, row.minor
    db.session.rollback()
    db.session.add(LedgerClosing(actor="tests"))
    db.session.flush()
    db.session.add(LedgerStanding(account_id=account_id, closing=number, minor=minor + change))
    db.session.flush()
    assert "not what was booked" in refused_at_commit()


def test_a_closing_that_leaves_an_account_out_is_refused(payment):
    capture(payment)
    db.session.commit()
    db.session.add(LedgerClosing(actor="tests"))
    db.session.flush()
    assert "not what was booked" in refused_at_commit()


@pytest.mark.parametrize("table", ["ledger_closings", "ledger_standings"])
@pytest.mark.parametrize("act", ["UPDATE {} SET created_at = now()", "DELETE FROM {}"])
def test_what_is_closed_never_changes(payment, table, act):
    capture(payment)
    closings.close("tests")
    db.session.commit()
    with pytest.raises(DBAPIError):
        db.session.execute(text(act.format(table)))
    db.session.rollback()


@pytest.mark.promise("M16")
def test_whoever_books_while_a_period_closes_is_in_one_or_the_other(app, payment):
    """Eight book and close at once: no entry is in a closed period that its sums do not know."""
    payment_id, is_over = payment.id, Event()

    def work():
        chance = random.Random(payment_id.int)  # noqa: S311 - no secret
        for _ in range(6):
            if chance.random() < 0.3:
                closings.close("tests")
            else:
                postings = ledger.captured("bank", "municipal", ONE)
                books.post(Kind.CAPTURE, payment_id, uuid7(), postings)
            db.session.commit()
        is_over.set()

    assert [one for one in at_once(app, 8, work) if one is not None] == []
    db.session.rollback()
    assert is_over.is_set()
    assert books.balance(*WHOSE) == summed(*WHOSE)
    for number in range(1, closings.last() + 1):
        until = select(LedgerEntry.account_id, func.sum(LedgerEntry.minor))
        until = until.where(LedgerEntry.period <= number).group_by(LedgerEntry.account_id)
        sums = {account: int(minor) for account, minor in db.session.execute(until)}
        standing = select(LedgerStanding).where(LedgerStanding.closing == number)
        for row in db.session.scalars(standing):
            assert sums[row.account_id] == row.minor


def test_a_night_without_entries_closes_nothing(app):
    closings.close_day()
    db.session.commit()
    before = closings.last()
    closings.close_day()
    db.session.commit()
    assert closings.last() == before
