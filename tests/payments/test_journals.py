"""The books as files: a program that keeps accounts reads them, and comes to the same sums."""

import csv
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from io import StringIO

import pytest
import time_machine
from beancount import loader
from beancount.core import realization
from hypothesis import given
from hypothesis import strategies as st

from payments import service
from payments.books import service as books
from payments.closings import service as closings
from payments.commands import payments as commands
from payments.journals import domain
from payments.journals import service as journals
from payments.ledger import Account, AccountKind
from portal.kernel import clock
from portal.kernel.db import db
from portal.kernel.money import Money
from tests.jobs import run_jobs
from tests.payments.factories import FEE, owed, paid

BEGINS = datetime(2026, 10, 30, 8, tzinfo=UTC)


def read(text):
    """The sums of each account, as Beancount sees them; it finds nothing wrong."""
    entries, errors, _ = loader.load_string(text)
    assert errors == []
    root = realization.realize(entries)
    found = {}
    for one in realization.iter_children(root, leaf_only=True):
        for position in one.balance:
            found[one.account, position.units.currency] = position.units.number
    return found


def ours():
    """The same, as our books have it."""
    return {
        (domain.account_name(Account(AccountKind(kind), owner)), amount.currency): amount.decimal
        for kind, owner, amount in books.balances()
    }


@pytest.fixture
def booked(app):
    """Three days with payments to two providers, and one that went back."""
    with time_machine.travel(BEGINS, tick=False) as at:
        paid(owed())
        at.shift(timedelta(days=1))
        back = paid(owed(Money.of("75.50", "INR"), provider="power"))
        at.shift(timedelta(days=1))
        service.refund(back.id, Money.of("25.50", "INR"), "Too much.", by="tests")
        db.session.commit()
        run_jobs()
        paid(owed(FEE, provider="power"))
        yield clock.today()


def written(app, *, since, until, form):
    command = ["journal", "--since", f"{since}", "--until", f"{until}", "--form", form]
    return app.test_cli_runner().invoke(commands, command)


def test_beancount_reads_all_days_and_comes_to_our_balances(app, booked):
    told = written(app, since=booked - timedelta(days=9), until=booked, form="beancount")
    assert told.exit_code == 0
    assert read(told.output) == ours()
    assert ours()["Liabilities:Providers:Power", "INR"] == Decimal("-200.00")


def test_what_stood_before_comes_first_so_that_any_days_sum_to_the_same(app, booked):
    told = written(app, since=booked, until=booked, form="beancount")
    assert f'{booked} * "opening"' in told.output
    assert told.output.count('* "capture"') == 1
    assert read(told.output) == ours()


def test_a_spreadsheet_has_a_row_for_each_entry_and_its_sides_are_equal(app, booked):
    told = written(app, since=booked - timedelta(days=9), until=booked, form="csv")
    rows = list(csv.DictReader(StringIO(told.output)))
    # Three captures, one refund that is owed and one that is done.
    assert len(rows) == 2 * (3 + 2)
    for side in ("debit", "credit"):
        assert sum(Decimal(row[side] or 0) for row in rows) == Decimal("426.50")
    assert {row["kind"] for row in rows} == {"capture", "refund", "refunded"}
    assert rows[0]["day"] == f"{booked - timedelta(days=2)}"


def test_days_without_an_entry_are_written_too(app):
    told = written(app, since="2026-01-01", until="2026-01-31", form="csv")
    assert told.output.splitlines() == [",".join([*domain.COLUMNS, "currency"])]


def test_the_last_day_is_not_before_the_first(app):
    told = written(app, since="2026-02-01", until="2026-01-31", form="csv")
    assert told.exit_code == 2
    assert "before the first day" in told.output


@given(st.from_regex(r"[a-z][a-z0-9]*([_-][a-z0-9]+)*", fullmatch=True))
def test_whatever_an_account_is_called_beancount_takes_the_name(owner):
    standing = [
        domain.Standing(Account(AccountKind.GATEWAY_RECEIVABLE, owner), Money(1234, "INR")),
        domain.Standing(Account(AccountKind.PROVIDER_PAYABLE, owner), Money(-1234, "INR")),
    ]
    text = "".join(domain.as_beancount(standing, [], BEGINS.date()))
    assert sorted(read(text).values()) == [Decimal("-12.34"), Decimal("12.34")]


def test_a_long_book_is_read_a_part_at_a_time(app, booked, monkeypatch):
    monkeypatch.setattr(journals, "A_PART", 1)
    assert len(list(journals.entries(BEGINS.date(), booked))) == 10


def test_what_stood_before_a_day_is_the_same_with_and_without_closings(app):
    """Whether the sums of a closed period are taken, or each entry added up."""
    for day in (1, 2, 3):
        with time_machine.travel(datetime(2026, 3, day, 9, tzinfo=UTC), tick=False):
            paid(owed())
    before = journals.opening(date(2026, 3, 3))
    with time_machine.travel(datetime(2026, 3, 3, 22, tzinfo=UTC), tick=False):
        closings.close("tests")
        db.session.commit()
    assert journals.opening(date(2026, 3, 3)) == before
    after = journals.opening(date(2026, 3, 5))
    assert {one.account.kind for one in after} == {"gateway_receivable", "provider_payable"}
    assert sum(one.amount.minor for one in after) == 0
    assert max(one.amount.minor for one in after) == 3 * FEE.minor
