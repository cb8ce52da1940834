"""The books close: nothing comes into what is closed, and a balance is two short reads."""

from datetime import UTC, date, datetime, timedelta
from threading import Thread
from uuid import uuid4

import pytest
import time_machine
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import event, select, text
from sqlalchemy.exc import DBAPIError

from payments import ledger, service
from payments.books import domain
from payments.books import service as books
from payments.books.domain import ClosedAlready, NotOverYet, NotTheNext
from payments.books.models import LedgerClosing, LedgerStanding
from payments.closings import service as closings
from payments.ledger import AccountKind, Kind
from payments.models import LedgerAccount, LedgerEntry, LedgerTransaction
from portal.kernel import clock
from portal.kernel.db import db
from portal.kernel.money import Money
from tests.payments.factories import FEE, owed, paid

BEGINS = datetime(2026, 3, 30, 8, tzinfo=UTC)
HOUR = timedelta(hours=1)
PROVIDERS = ("municipal", "power")
TABLES = ("ledger_closings", "ledger_standings")


@pytest.fixture
def at(app):
    with time_machine.travel(BEGINS, tick=False) as moving:
        yield moving


def taken(provider="municipal", minor=15000, kind=Kind.CAPTURE):
    """Something booked that no payment stands behind; not committed."""
    books.post(kind, None, uuid4(), ledger.captured("sandbox", provider, Money(minor, "INR")))


def summed(kind, owner):
    """The whole history of an account, added up."""
    wanted = select(LedgerEntry.minor).join(
        LedgerAccount, LedgerAccount.id == LedgerEntry.account_id
    )
    return sum(
        db.session.scalars(wanted.filter(LedgerAccount.kind == kind, LedgerAccount.owner == owner))
    )


def refused():
    with pytest.raises(DBAPIError) as refusal:
        db.session.commit()
    db.session.rollback()
    return str(refusal.value.orig)


@pytest.mark.promise("M16")
@settings(max_examples=25, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    history=st.lists(
        st.one_of(
            st.tuples(st.sampled_from(PROVIDERS), st.integers(1, 10**12)),
            st.tuples(st.just("back"), st.integers(1, 10**6)),
            st.tuples(st.just("close"), st.integers(0, 50)),
            st.tuples(st.just("later"), st.integers(1, 10**4)),
        ),
        max_size=25,
    )
)
def test_whatever_happened_and_wherever_it_closed_a_balance_is_the_whole_sum(at, history):
    """Each history goes on where the one before it ended, which is a history, too."""
    for what, size in history:
        if what == "close":
            closings.close(clock.now() - timedelta(minutes=size))
        elif what == "later":
            at.shift(timedelta(seconds=size))
        elif what == "back":
            books.post(
                Kind.REFUND,
                None,
                uuid4(),
                ledger.to_refund("sandbox", "municipal", Money(size, "INR")),
            )
        else:
            taken(what, size)
        db.session.commit()
        at.shift(timedelta(seconds=1))
    for owner in PROVIDERS:
        kind = AccountKind.PROVIDER_PAYABLE
        assert books.balance(kind, owner, "INR").minor == summed(kind, owner)
    for kind, owner, amount in books.balances():
        assert amount.minor == summed(kind, owner)
    assert closings.differing() == []


def test_a_balance_of_any_moment_is_what_had_been_booked_by_then(at):
    moments = []
    for number in range(1, 7):
        taken(minor=number)
        db.session.commit()
        at.shift(HOUR)
        moments.append((clock.now(), sum(range(1, number + 1))))
        if number % 2:
            closings.close(clock.now() - timedelta(minutes=10))
            db.session.commit()
    for moment, owed_then in moments:
        found = {kind: amount.minor for kind, _, amount in books.balances(moment)}
        assert found[AccountKind.PROVIDER_PAYABLE] == -owed_then


@pytest.mark.promise("M16")
def test_nothing_is_booked_into_what_is_closed(at):
    taken()
    closings.close(clock.now() + HOUR)
    db.session.commit()
    with pytest.raises(DBAPIError, match="books are closed"):
        taken()
    db.session.rollback()
    at.shift(HOUR)
    taken()
    db.session.commit()
    assert books.balance(AccountKind.PROVIDER_PAYABLE, "municipal", "INR").minor == -30000


def test_an_entry_is_of_the_moment_of_its_transaction(at):
    taken()
    db.session.commit()
    moments = set(db.session.scalars(select(LedgerEntry.created_at)))
    assert moments == set(db.session.scalars(select(LedgerTransaction.created_at)))


@pytest.mark.promise("M16")
def test_a_closing_waits_for_whoever_is_posting_and_misses_nothing(house, at):
    """What was dated before it and is committed late is in it."""
    taken()
    done = []

    def close():
        with house.app_context():
            done.append(closings.close(clock.now() + HOUR))
            db.session.commit()
            db.session.remove()

    other = Thread(target=close)
    other.start()
    other.join(0.5)
    assert other.is_alive()
    db.session.commit()
    other.join(30)
    assert done == [True]
    [stood] = {abs(minor) for minor in db.session.scalars(select(LedgerStanding.minor))}
    assert stood == 15000


@pytest.mark.promise("M16")
@pytest.mark.parametrize("statement", range(1, 7))
def test_a_crash_in_the_midst_leaves_the_books_open_and_the_next_one_closes_them(at, statement):
    taken()
    db.session.commit()
    at.shift(HOUR)
    seen = [0]

    def crash(*_):
        seen[0] += 1
        if seen[0] == statement:
            raise ConnectionError

    event.listen(db.engine, "after_cursor_execute", crash)
    try:
        closings.close(clock.now())
        db.session.commit()
    except ConnectionError:
        db.session.rollback()
    finally:
        event.remove(db.engine, "after_cursor_execute", crash)
    if seen[0] >= statement:
        assert db.session.query(LedgerClosing).count() == 0
        assert db.session.query(LedgerStanding).count() == 0
        assert closings.close(clock.now())
        db.session.commit()
    assert db.session.query(LedgerStanding).count() == 2
    assert books.balance(AccountKind.PROVIDER_PAYABLE, "municipal", "INR").minor == -15000


@pytest.mark.parametrize("table", TABLES)
@pytest.mark.parametrize("change", ["UPDATE {} SET created_at = now()", "DELETE FROM {}"])
def test_a_closing_never_changes(at, owner, table, change):
    taken()
    closings.close(clock.now() + HOUR)
    db.session.commit()
    with pytest.raises(DBAPIError, match="permission denied"):
        db.session.execute(text(change.format(table)))
    db.session.rollback()
    with pytest.raises(DBAPIError, match="never changed"):
        owner.execute(text(change.format(table)))
    owner.rollback()


def test_no_closing_comes_before_another(at):
    closings.close(clock.now())
    db.session.commit()
    assert closings.close(clock.now()) is False
    db.session.add(LedgerClosing(until=clock.now() - HOUR))
    assert "closed until then already" in refused()


def test_the_clock_closes_hours_that_had_postings(at):
    closings.close_hour()
    assert closings.closed_until() is None
    paid(owed())
    at.shift(2 * HOUR)
    closings.close_hour()
    db.session.commit()
    until = closings.closed_until()
    assert until == domain.last_hour(clock.now())
    at.shift(HOUR)
    closings.close_hour()
    assert closings.closed_until() == until


def test_a_correction_is_booked_in_the_open_part(at):
    done = paid(owed())
    at.shift(2 * HOUR)
    closings.close_hour()
    db.session.commit()
    service.refund(done.id, FEE, "A mistake", "tests")
    db.session.commit()
    assert not books.balance(AccountKind.PROVIDER_PAYABLE, "municipal", "INR")


def test_months_close_one_after_the_other(at):
    taken()
    db.session.commit()
    march, april, me = date(2026, 3, 1), date(2026, 4, 1), uuid4()
    with pytest.raises(NotOverYet):
        closings.close_month(march, me, 0)
    at.shift(timedelta(days=2))
    with pytest.raises(NotTheNext):
        closings.close_month(april, me, 0)
    closings.close_month(march, me, 0)
    db.session.commit()
    assert closings.closed_until() == domain.ends(march)
    with pytest.raises(ClosedAlready):
        closings.close_month(march, me, 0)
    assert [one.month for one in closings.months()] == [march]
    assert closings.next_to_close() == april


def test_damage_is_found(at, superuser):
    taken()
    closings.close(clock.now() + HOUR)
    db.session.commit()
    superuser("UPDATE ledger_standings SET minor = minor + 1")
    assert len(closings.differing()) == 2
