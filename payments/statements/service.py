"""What a provider's account did in some days: what stood before, what moved, what stands."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from sqlalchemy import func, select

from payments.journals import service as journals
from payments.ledger import AccountKind
from payments.models import LedgerAccount, LedgerEntry, LedgerTransaction
from portal.kernel.db import db
from portal.kernel.money import Money


@dataclass(frozen=True)
class Moved:
    """All bookings of one kind in these days; an amount above zero came to the provider."""

    kind: str
    count: int
    amount: Money


@dataclass(frozen=True)
class Statement:
    """Of one provider in one currency. What is owed to it counts above zero."""

    provider: str
    opening: Money
    moved: Sequence[Moved]
    closing: Money


def statements(since: date, until: date) -> list[Statement]:
    """Of each provider that had something then, by its name; the last day is included."""
    stood = {
        (one.account.owner, one.amount.currency): one.amount.minor
        for one in journals.opening(since)
        if one.account.kind is AccountKind.PROVIDER_PAYABLE
    }
    moved = _moved(since, until)
    return [
        _statement(provider, currency, stood.get((provider, currency), 0), moved)
        for provider, currency in sorted({*stood, *moved})
    ]


def _statement(
    provider: str, currency: str, stood: int, moved: dict[tuple[str, str], list[Moved]]
) -> Statement:
    opening, rows = Money(-stood, currency), moved.get((provider, currency), [])
    closing = Money(opening.minor + sum(one.amount.minor for one in rows), currency)
    return Statement(provider, opening, rows, closing)


def _moved(since: date, until: date) -> dict[tuple[str, str], list[Moved]]:
    begins, ends = journals.span(since, until)
    named = LedgerAccount.owner, LedgerAccount.currency, LedgerTransaction.kind
    wanted = (
        select(*named, func.count(), -func.sum(LedgerEntry.minor))
        .join(LedgerEntry, LedgerEntry.account_id == LedgerAccount.id)
        .join(LedgerTransaction, LedgerTransaction.id == LedgerEntry.transaction_id)
        .where(
            LedgerAccount.kind == AccountKind.PROVIDER_PAYABLE,
            LedgerTransaction.created_at >= begins,
            LedgerTransaction.created_at < ends,
        )
        .group_by(*named)
        .order_by(*named)
    )
    found: dict[tuple[str, str], list[Moved]] = {}
    for owner, currency, kind, count, minor in db.session.execute(wanted):
        found.setdefault((owner, currency), []).append(
            Moved(kind, count, Money(int(minor), currency))
        )
    return found
