"""Posting into the ledger, and what it sums to. Nothing here decides what is posted."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, SQLColumnExpression, func, literal, select
from sqlalchemy.dialects.postgresql import insert

from payments import ledger
from payments.closings.models import LedgerClosing, LedgerStanding
from payments.ledger import Account, AccountKind, Kind, Postings
from payments.models import LedgerAccount, LedgerEntry, LedgerTransaction
from portal.kernel import clock, ids
from portal.kernel.db import db
from portal.kernel.money import Money


def post(kind: Kind, payment_id: UUID, source_id: UUID, postings: Postings) -> None:
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
    """Debits less credits: what it stood at when a period closed last, and what came since.

    However many entries it has, those of the open period alone are read.
    """
    named = {"kind": kind, "owner": owner, "currency": currency}
    account = db.session.scalar(select(LedgerAccount.id).filter_by(**named))
    minor = db.session.scalar(select(_stands(literal(account)))) if account else 0
    return Money(int(minor or 0), currency)


def balances() -> Sequence[tuple[str, str, Money]]:
    """Each account that is not at zero: its kind, its owner, and debits less credits."""
    named = LedgerAccount.kind, LedgerAccount.owner, LedgerAccount.currency
    stands = _stands(LedgerAccount.id).label("stands")
    every = select(*named, stands).order_by(*named).subquery()
    rows = db.session.execute(select(every).where(every.c.stands != 0))
    return [(kind, owner, Money(int(minor), currency)) for kind, owner, currency, minor in rows]


def _stands(account: SQLColumnExpression[UUID]) -> ColumnElement[int]:
    """What an account stands at now."""
    last = select(func.coalesce(func.max(LedgerClosing.number), 0)).scalar_subquery()
    stood = (
        select(LedgerStanding.minor)
        .where(LedgerStanding.account_id == account)
        .order_by(LedgerStanding.closing.desc())
        .limit(1)
        .scalar_subquery()
    )
    since = (
        select(func.sum(LedgerEntry.minor))
        .where(LedgerEntry.account_id == account, LedgerEntry.period > last)
        .scalar_subquery()
    )
    return func.coalesce(stood, 0) + func.coalesce(since, 0)


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
