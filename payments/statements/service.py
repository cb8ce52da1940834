"""Reading a provider's account in some days, from what it stood at when they began."""

from collections.abc import Iterator, Sequence
from datetime import date, datetime, timedelta
from itertools import groupby
from typing import Any

from sqlalchemy import Date, Select, cast, func, select

from payments.books import service as books
from payments.ledger import AccountKind
from payments.models import LedgerAccount, LedgerEntry, LedgerTransaction, Payment
from payments.statements.domain import WORDS, Day, Line, Statement
from portal.kernel import clock
from portal.kernel.db import db
from portal.kernel.errors import N_, BadInput
from portal.kernel.money import Money

A_PART = 1000
LONGEST = timedelta(days=366)
ZONE = "Asia/Kolkata"


class NoSuchDays(BadInput):
    message = N_("Choose a first day and a last one, not before it, of one year at most.")


def providers() -> Sequence[str]:
    """All that ever had an account."""
    wanted = select(LedgerAccount.owner).where(LedgerAccount.kind == AccountKind.PROVIDER_PAYABLE)
    return db.session.scalars(wanted.distinct().order_by(LedgerAccount.owner)).all()


def check(since: date, until: date) -> None:
    """Raises NoSuchDays."""
    if not since <= until <= since + LONGEST:
        raise NoSuchDays


def of(provider: str, since: date, until: date) -> Sequence[Statement]:
    """One for each currency in which the provider has an account. Raises NoSuchDays."""
    check(since, until)
    opened = {
        (owner, amount.currency): amount * -1
        for kind, owner, amount in books.balances(_begins(since))
        if kind == AccountKind.PROVIDER_PAYABLE
    }
    found = []
    for currency in _currencies(provider):
        opening = opened.get((provider, currency), Money(0, currency))
        days, kinds = _days(provider, opening, since, until)
        found.append(Statement(provider, since, until, opening, kinds, days))
    return found


def lines(provider: str, since: date, until: date, most: int | None = None) -> Iterator[Line]:
    """Each entry, the oldest first, read a part at a time."""
    booked = LedgerEntry.created_at, LedgerTransaction.kind, Payment.reference
    wanted = (
        _entries(select(*booked, LedgerEntry.minor, LedgerEntry.currency), provider, since, until)
        .outerjoin(Payment, Payment.id == LedgerTransaction.payment_id)
        .order_by(LedgerEntry.created_at, LedgerEntry.id)
        .limit(most)
        .execution_options(yield_per=A_PART)
    )
    for at, kind, reference, minor, currency in db.session.execute(wanted):
        yield Line(at, kind, reference or "", Money(-minor, currency))


def _days(
    provider: str, opening: Money, since: date, until: date
) -> tuple[list[Day], Sequence[str]]:
    day = cast(func.timezone(ZONE, LedgerEntry.created_at), Date)
    summed = func.sum(LedgerEntry.minor)
    wanted = _entries(select(day, LedgerTransaction.kind, summed), provider, since, until)
    wanted = wanted.where(LedgerEntry.currency == opening.currency)
    rows = db.session.execute(wanted.group_by(day, LedgerTransaction.kind).order_by(day))
    days, stands, kinds = [], opening, set()
    for on, some in groupby(rows, key=lambda row: row[0]):
        moved = {kind: Money(-int(minor), opening.currency) for _, kind, minor in some}
        stands = sum(moved.values(), stands)
        kinds |= set(moved)
        days.append(Day(on, moved, stands))
    return days, sorted(kinds, key=lambda kind: list(WORDS).index(kind) if kind in WORDS else 99)


def _currencies(provider: str) -> Sequence[str]:
    of_it = LedgerAccount.kind == AccountKind.PROVIDER_PAYABLE, LedgerAccount.owner == provider
    wanted = select(LedgerAccount.currency).where(*of_it)
    return db.session.scalars(wanted.order_by(LedgerAccount.currency)).all()


def _entries(
    wanted: Select[*tuple[Any, ...]], provider: str, since: date, until: date
) -> Select[*tuple[Any, ...]]:
    return (
        wanted.select_from(LedgerEntry)
        .join(LedgerAccount, LedgerAccount.id == LedgerEntry.account_id)
        .join(LedgerTransaction, LedgerTransaction.id == LedgerEntry.transaction_id)
        .where(
            LedgerAccount.kind == AccountKind.PROVIDER_PAYABLE,
            LedgerAccount.owner == provider,
            LedgerEntry.created_at >= _begins(since),
            LedgerEntry.created_at < clock.end_of(until),
        )
    )


def _begins(day: date) -> datetime:
    return clock.end_of(day - timedelta(days=1))
