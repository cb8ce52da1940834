"""Reading the books of some days, a part at a time: they may be long."""

from collections.abc import Iterator, Sequence
from datetime import date, datetime, timedelta

from sqlalchemy import func, select

from payments.closings.models import LedgerClosing, LedgerStanding
from payments.journals.domain import Entry, Standing
from payments.ledger import Account, AccountKind
from payments.models import LedgerAccount, LedgerEntry, LedgerTransaction, Payment
from portal.kernel import clock
from portal.kernel.db import db
from portal.kernel.money import Money

A_PART = 1000


def opening(since: date) -> Sequence[Standing]:
    """What every account stood at when this day began, but for those at zero.

    The standings of the last period that had closed by then, and the entries between.
    """
    begins = _begins(since)
    closed = func.coalesce(func.max(LedgerClosing.number), 0)
    last = db.session.scalar(select(closed).where(LedgerClosing.created_at <= begins)) or 0
    named = LedgerAccount.kind, LedgerAccount.owner, LedgerAccount.currency
    stood = (
        select(LedgerStanding.minor)
        .where(LedgerStanding.account_id == LedgerAccount.id, LedgerStanding.closing <= last)
        .order_by(LedgerStanding.closing.desc())
        .limit(1)
        .scalar_subquery()
    )
    moved = (
        select(func.sum(LedgerEntry.minor))
        .join(LedgerTransaction, LedgerTransaction.id == LedgerEntry.transaction_id)
        .where(
            LedgerEntry.account_id == LedgerAccount.id,
            LedgerEntry.period > last,
            LedgerTransaction.created_at < begins,
        )
        .scalar_subquery()
    )
    stands = (func.coalesce(stood, 0) + func.coalesce(moved, 0)).label("stands")
    every = select(*named, stands).order_by(*named).subquery()
    return [
        Standing(Account(AccountKind(kind), owner), Money(int(minor), currency))
        for kind, owner, currency, minor in db.session.execute(
            select(every).where(every.c.stands != 0)
        )
    ]


def entries(since: date, until: date) -> Iterator[Entry]:
    """Those of these days, the last one included, in the order in which they were booked."""
    booked = LedgerTransaction.created_at
    wanted = (
        select(
            booked,
            LedgerTransaction.id,
            LedgerTransaction.kind,
            Payment.reference,
            LedgerAccount.kind,
            LedgerAccount.owner,
            LedgerEntry.minor,
            LedgerEntry.currency,
        )
        .join(LedgerTransaction, LedgerTransaction.id == LedgerEntry.transaction_id)
        .join(LedgerAccount, LedgerAccount.id == LedgerEntry.account_id)
        .join(Payment, Payment.id == LedgerTransaction.payment_id)
        .where(booked >= _begins(since), booked < _begins(until + timedelta(days=1)))
        .order_by(LedgerTransaction.id, LedgerEntry.id)
        .execution_options(yield_per=A_PART)
    )
    for row in db.session.execute(wanted):
        at, transaction, what, reference, kind, owner, minor, currency = row
        account, amount = Account(AccountKind(kind), owner), Money(minor, currency)
        yield Entry(clock.day(at), transaction, what, reference, account, amount)


def span(since: date, until: date) -> tuple[datetime, datetime]:
    """From the first moment of these days to that after the last."""
    return _begins(since), _begins(until + timedelta(days=1))


def _begins(day: date) -> datetime:
    return clock.end_of(day - timedelta(days=1))
