"""The books at the finance desk: balances, statements that add up, files, and closing."""

import csv
import io
import re
from datetime import timedelta

import pytest
import time_machine

from payments import service
from payments.closings import service as closings
from payments.statements import service as statements
from portal.kernel import clock
from portal.kernel.db import db
from portal.kernel.money import Money
from tests.accounts.factories import csrf_token, make_person, signed_in_client
from tests.jobs import run_jobs
from tests.payments.factories import FEE, owed, paid

BOOKS = "/en/admin/payments/books"


@pytest.fixture
def desk(app):
    return signed_in_client(app, make_person(name="Finance", role="finance"))


def words(got):
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", got.get_data(as_text=True)))


@pytest.mark.promise("M16")
def test_a_statement_adds_up_from_what_stood_to_what_stands(app):
    today = clock.today()
    with time_machine.travel(clock.now() - timedelta(days=3), tick=False):
        paid(owed())
    done = paid(owed())
    service.refund(done.id, Money.of("50.00", "INR"), "A part", by="tests")
    db.session.commit()
    [one] = statements.statements(today, today)
    assert (one.provider, one.opening, one.closing) == ("municipal", FEE, Money.of("250.00", "INR"))
    assert [(row.kind, row.count, row.amount.amount) for row in one.moved] == [
        ("capture", 1, "150.00"),
        ("refund", 1, "-50.00"),
    ]


def test_the_page_shows_balances_and_the_statements_of_the_days(desk):
    paid(owed())
    run_jobs()
    shown = words(desk.get(BOOKS))
    for told in ("Held for us by the gateway", "Owed to the provider", "₹150", "Owed after"):
        assert told in shown


@pytest.mark.parametrize(("form", "mime"), [("csv", "text/csv"), ("beancount", "text/plain")])
def test_the_journal_is_a_file(desk, form, mime):
    paid(owed())
    today = clock.today().isoformat()
    asked = {"since": today, "until": today, "form": form}
    got = desk.get(f"{BOOKS}/journal", query_string=asked)
    assert (got.status_code, got.mimetype) == (200, mime)
    assert f"journal-{today}-{today}" in got.headers["Content-Disposition"]
    if form == "csv":
        rows = list(csv.DictReader(io.StringIO(got.get_data(as_text=True))))
        assert {row["account"] for row in rows} == {"gateway_receivable", "provider_payable"}


@pytest.mark.parametrize(
    "asked",
    [
        {"since": "2026-03-02", "until": "2026-03-01", "form": "csv"},
        {"since": "2026-01-01", "until": "2026-12-31", "form": "csv"},
        {"since": "soon", "until": "2026-03-01", "form": "csv"},
        {"since": "2026-03-01", "until": "2026-03-02", "form": "xls"},
        {},
    ],
)
def test_a_journal_of_no_days_is_refused(desk, asked):
    assert desk.get(f"{BOOKS}/journal", query_string=asked).status_code == 400


def test_days_that_are_none_are_said_beside_the_field(desk):
    got = desk.get(BOOKS, query_string={"since": "2026-03-02", "until": "2026-03-01"})
    assert "It is before the first day" in words(got)


def test_a_period_is_closed_by_hand(desk):
    paid(owed())
    before = closings.last()
    token = csrf_token(desk.get(BOOKS).data)
    assert desk.post(BOOKS, data={"csrf_token": token}).status_code == 303
    assert closings.last() == before + 1
    assert f"Period {before + 1}" in words(desk.get(BOOKS))
