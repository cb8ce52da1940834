"""Posting into the ledger, and what it sums to. Nothing here decides what is posted."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.dialects.postgresql import insert

from payments import ledger
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
    """Debits less credits."""
    entries = select(func.coalesce(func.sum(LedgerEntry.minor), 0)).join(
        LedgerAccount, LedgerAccount.id == LedgerEntry.account_id
    )
    of_it = LedgerAccount.kind == kind, LedgerAccount.owner == owner
    minor = db.session.scalar(entries.where(*of_it, LedgerAccount.currency == currency))
    return Money(int(minor or 0), currency)


def balances() -> Sequence[tuple[str, str, Money]]:
    """Each account that is not at zero: its kind, its owner, and debits less credits."""
    summed = func.sum(LedgerEntry.minor)
    named = LedgerAccount.kind, LedgerAccount.owner, LedgerAccount.currency
    wanted = select(*named, summed).join(LedgerEntry, LedgerEntry.account_id == LedgerAccount.id)
    rows = db.session.execute(wanted.group_by(*named).having(summed != 0).order_by(*named))
    return [(kind, owner, Money(int(minor), currency)) for kind, owner, currency, minor in rows]


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
