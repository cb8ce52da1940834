"""Posting into the ledger, and what it sums to. Nothing here decides what is posted."""

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, and_, func, select
from sqlalchemy.dialects.postgresql import insert

from payments import ledger
from payments.books.models import LedgerStanding
from payments.ledger import Account, AccountKind, Kind, Postings
from payments.models import LedgerAccount, LedgerEntry, LedgerTransaction
from portal.kernel import clock, ids
from portal.kernel.db import db
from portal.kernel.money import Money

BEGINNING = datetime(1970, 1, 1, tzinfo=UTC)


def post(kind: Kind, payment_id: UUID | None, source_id: UUID, postings: Postings) -> None:
    """Book one transaction; a second one of this kind for this source is refused by the database.

    Raises Unbalanced.
    """
    ledger.check(postings)
    transaction = LedgerTransaction(
        payment_id=payment_id, kind=kind, source_id=source_id, entries=len(postings)
    )
    db.session.add(transaction)
    db.session.flush()
    for posting in postings:
        currency = posting.amount.currency
        entry = LedgerEntry(transaction_id=transaction.id, currency=currency)
        entry.account_id = _account_id(posting.account, currency)
        entry.minor = posting.amount.minor
        db.session.add(entry)
    db.session.flush()


def balance(kind: AccountKind, owner: str, currency: str) -> Money:
    """Debits less credits: what it stood at when the books last closed, and what came since."""
    of_it = LedgerAccount.kind == kind, LedgerAccount.owner == owner
    wanted = select(_stands()).where(*of_it, LedgerAccount.currency == currency)
    return Money(int(db.session.scalar(wanted) or 0), currency)


def balances(at: datetime | None = None) -> Sequence[tuple[str, str, Money]]:
    """Each account that is, or was at a moment, not at zero: kind, owner, debits less credits."""
    stands = _stands(at).label("stands")
    named = LedgerAccount.kind, LedgerAccount.owner, LedgerAccount.currency
    all_of_them = select(*named, stands).subquery()
    wanted = select(all_of_them).where(all_of_them.c.stands != 0)
    rows = db.session.execute(wanted.order_by(*list(all_of_them.c)[:3]))
    return [(kind, owner, Money(int(minor), currency)) for kind, owner, currency, minor in rows]


def _stands(at: datetime | None = None) -> ColumnElement[int]:
    """Of the account of the row around it, however long its history: two short reads."""
    of_it = LedgerStanding.account_id == LedgerAccount.id
    if at is not None:
        of_it = and_(of_it, LedgerStanding.until <= at)
    newest = (
        select(LedgerStanding).where(of_it).order_by(LedgerStanding.until.desc()).limit(1)
    ).correlate(LedgerAccount)
    stood = newest.with_only_columns(LedgerStanding.minor).scalar_subquery()
    since = newest.with_only_columns(LedgerStanding.until).scalar_subquery()
    later = LedgerEntry.created_at >= func.coalesce(since, BEGINNING)
    if at is not None:
        later = and_(later, LedgerEntry.created_at < at)
    moved = select(func.sum(LedgerEntry.minor)).where(LedgerEntry.account_id == LedgerAccount.id)
    came = moved.where(later).correlate(LedgerAccount).scalar_subquery()
    return func.coalesce(stood, 0) + func.coalesce(came, 0)


def unbalanced() -> Sequence[UUID]:
    """Transactions that do not sum to zero. The database lets none come: this looks for damage."""
    entries = LedgerEntry.transaction_id, LedgerEntry.currency
    wanted = select(LedgerEntry.transaction_id).group_by(*entries)
    return db.session.scalars(wanted.having(func.sum(LedgerEntry.minor) != 0)).all()


def _account_id(account: Account, currency: str) -> UUID:
    named: dict[str, Any] = {
        "kind": account.kind,
        "owner": account.owner,
        "currency": currency,
    }
    wanted = select(LedgerAccount.id).filter_by(**named)
    if (known := db.session.scalar(wanted)) is not None:
        return known
    made = {"id": ids.uuid7(), "created_at": clock.now(), **named}
    db.session.execute(insert(LedgerAccount).values(made).on_conflict_do_nothing())
    return db.session.scalars(wanted).one()
