"""How the books are written down. No web here, and no tables."""

import csv
import io
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from itertools import groupby
from types import MappingProxyType
from uuid import UUID

from payments.ledger import Account, AccountKind
from portal.kernel.money import Money

COLUMNS = ("day", "transaction", "kind", "payment", "account", "owner", "debit", "credit")
OPENING = "opening"
# What a spreadsheet would take for a formula and reckon with.
FORMULAS = ("=", "+", "-", "@", "\t", "\r")
# What a gateway holds for us is ours, and its fees cost us; all else is owed to somebody.
ROOTS = MappingProxyType(
    {
        AccountKind.BANK: "Assets:Bank",
        AccountKind.GATEWAY_RECEIVABLE: "Assets:Gateways",
        AccountKind.PROVIDER_PAYABLE: "Liabilities:Providers",
        AccountKind.REFUND_CLEARING: "Liabilities:Refunds",
        AccountKind.SUSPENSE: "Liabilities:Suspense",
        AccountKind.DISPUTED: "Liabilities:Disputed",
        AccountKind.GATEWAY_FEE: "Expenses:Gateways",
    }
)


@dataclass(frozen=True)
class Entry:
    """One entry of the ledger; an amount above zero is a debit."""

    on: date
    transaction: UUID
    kind: str
    payment: str
    account: Account
    amount: Money


@dataclass(frozen=True)
class Standing:
    """What an account stood at."""

    account: Account
    amount: Money


def as_csv(opening: Sequence[Standing], entries: Iterable[Entry], since: date) -> Iterator[str]:
    """Lines of RFC 4180, one for each entry; what stood before comes first."""
    yield row([*COLUMNS, "currency"])
    for one in opening:
        yield row([since, "", OPENING, "", *_named(one.account), *_sides(one.amount)])
    for entry in entries:
        said = [entry.on, entry.transaction, entry.kind, entry.payment]
        yield row([*said, *_named(entry.account), *_sides(entry.amount)])


def as_beancount(
    opening: Sequence[Standing], entries: Iterable[Entry], since: date
) -> Iterator[str]:
    """A file of Beancount, version 2 or later: https://beancount.github.io/docs/.

    Accounts are opened where they first appear.
    """
    opened: set[str] = set()
    if opening:
        standing = [(one.account, one.amount) for one in opening]
        yield from _transaction(since, OPENING, "", standing, opened)
    for (on, _, kind, payment), some in groupby(
        entries, key=lambda one: (one.on, one.transaction, one.kind, one.payment)
    ):
        yield from _transaction(
            on, kind, payment, [(one.account, one.amount) for one in some], opened
        )


def _transaction(
    on: date, kind: str, payment: str, postings: Sequence[tuple[Account, Money]], opened: set[str]
) -> Iterator[str]:
    for name in sorted({account_name(account) for account, _ in postings} - opened):
        opened.add(name)
        yield f"{on} open {name}\n"
    yield f'{on} * "{kind}" "{payment}"\n'
    for account, amount in postings:
        yield f"  {account_name(account)}  {amount.amount} {amount.currency}\n"
    yield "\n"


def account_name(account: Account) -> str:
    """Such as Liabilities:Providers:Municipal-nadipur."""
    return f"{ROOTS[account.kind]}:{account.owner.capitalize().replace('_', '-')}"


def _named(account: Account) -> tuple[str, str]:
    return account.kind.value, account.owner


def _sides(amount: Money) -> tuple[str, str, str]:
    size = Money(abs(amount.minor), amount.currency).amount
    return (size, "", amount.currency) if amount.minor > 0 else ("", size, amount.currency)


def row(cells: Iterable[object]) -> str:
    """A line of RFC 4180 in which a spreadsheet finds no formula."""
    written = io.StringIO()
    csv.writer(written).writerow([_tame(f"{cell}") for cell in cells])
    return written.getvalue()


def _tame(cell: str) -> str:
    is_number = cell.removeprefix("-").replace(".", "", 1).isdecimal()
    return f"'{cell}" if cell.startswith(FORMULAS) and not is_number else cell
