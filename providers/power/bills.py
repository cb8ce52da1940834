"""The unpaid bills of an account, as the corporation's own interface tells them.

`GET /bills?account=3001234567` answers `{"account": "3001234567", "bills": […]}`, and
`{"error": "unknown_account"}` for a number that it does not know.
"""

from collections.abc import Mapping
from datetime import date
from typing import Any

from portal.registry import Ask, Bill, NoAnswer, NoSuchAccount

PAID = ("paid", "cancelled")


def fetch(account: str, ask: Ask) -> list[Bill]:
    """Raises NoSuchAccount, NoAnswer."""
    told = ask("/bills", {"account": account})
    if not isinstance(told, Mapping):
        raise NoAnswer("The answer is no object.")
    if told.get("error") == "unknown_account":
        raise NoSuchAccount
    rows = told.get("bills")
    if told.get("account") != account or not isinstance(rows, list):
        raise NoAnswer("The answer is not about this account, or lists no bills.")
    return [_bill(row) for row in rows if not _is_settled(row)]


def _is_settled(row: Any) -> bool:
    return isinstance(row, Mapping) and row.get("state") in PAID


def _bill(row: Any) -> Bill:
    """A bill that lacks its number or its amount is none: then nothing is shown as the truth."""
    if not isinstance(row, Mapping):
        raise NoAnswer("A bill is no object.")
    return Bill(
        number=_text(row, "number"),
        amount=_text(row, "amount"),
        currency=_text(row, "currency"),
        due_on=_day(row.get("due_on")),
        period=_if_text(row.get("period")),
        holder=_if_text(row.get("holder")),
        least=_if_text(row.get("least")),
        received=_if_text(row.get("received")),
    )


def _text(row: Mapping[str, Any], name: str) -> str:
    if not isinstance(row.get(name), str) or not row[name].strip():
        raise NoAnswer(f"A bill has no {name}.")
    return str(row[name]).strip()


def _if_text(value: Any) -> str:
    return value.strip() if isinstance(value, str) else ""


def _day(value: Any) -> date | None:
    """A bill without a due date, or with one that nobody can read, is still a bill."""
    try:
        return date.fromisoformat(value) if isinstance(value, str) else None
    except ValueError:
        return None
