"""Reading the books of some days, a part at a time: they may be long."""

from collections.abc import Iterator, Sequence
from datetime import date, datetime, timedelta

from sqlalchemy import func, select

from payments.books import service as books
from payments.journals.domain import Entry, Standing
from payments.ledger import Account, AccountKind
from payments.models import LedgerAccount, LedgerEntry, LedgerTransaction, Payment
from portal.kernel import clock
from portal.kernel.db import db
from portal.kernel.money import Money

A_PART = 1000


def opening(since: date) -> Sequence[Standing]:
    """What every account stood at when this day began, but for those at zero."""
    return [
        Standing(Account(AccountKind(kind), owner), amount)
        for kind, owner, amount in books.balances(_begins(since))
    ]


def entries(since: date, until: date) -> Iterator[Entry]:
    """Those of these days, the last one included, in the order in which they were booked."""
    booked = LedgerTransaction.created_at
    wanted = (
        select(
            booked,
            LedgerTransaction.id,
            LedgerTransaction.kind,
            func.coalesce(Payment.reference, ""),
            LedgerAccount.kind,
            LedgerAccount.owner,
            LedgerEntry.minor,
            LedgerEntry.currency,
        )
        .join(LedgerTransaction, LedgerTransaction.id == LedgerEntry.transaction_id)
        .join(LedgerAccount, LedgerAccount.id == LedgerEntry.account_id)
        .outerjoin(Payment, Payment.id == LedgerTransaction.payment_id)
        .where(booked >= _begins(since), booked < _begins(until + timedelta(days=1)))
        .order_by(LedgerTransaction.id, LedgerEntry.id)
        .execution_options(yield_per=A_PART)
    )
    for row in db.session.execute(wanted):
        at, transaction, what, reference, kind, owner, minor, currency = row
        account, amount = Account(AccountKind(kind), owner), Money(minor, currency)
        yield Entry(clock.day(at), transaction, what, reference, account, amount)


def _begins(day: date) -> datetime:
    return clock.end_of(day - timedelta(days=1))
