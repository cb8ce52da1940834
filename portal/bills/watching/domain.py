"""Which bills of a watched account are told of, and when. No tables, no web."""

from collections.abc import Iterable
from datetime import date, timedelta

from portal.bills.domain import Open
from portal.kernel.errors import N_, Conflict, NotFound

MOST = 20
# Reminded of so long before; a reminder that a job missed is still of use for so long.
BEFORE, LATE = timedelta(days=3), timedelta(days=3)
# An account is named by so many of its last letters, where others may look over a shoulder.
LETTERS = 4


class TooManyWatched(Conflict):
    message = N_("You are reminded of 20 accounts already. Stop one of them first.")


class NoSuchWatch(NotFound):
    message = N_("You are not reminded of this account any more.")


def dues(bills: Iterable[Open]) -> list[str]:
    return sorted({f"{bill.due_on}" for bill in bills if bill.due_on is not None})


def days_to_remind(today: date) -> list[str]:
    """The due days of bills that people are reminded of today, or should have been lately."""
    last = today + BEFORE
    return [f"{last - timedelta(days=ago)}" for ago in range(LATE.days + 1)]


def ending(account: str) -> str:
    """The last letters of an account number; never all of it."""
    return account[-min(LETTERS, len(account) // 2) :] if len(account) > 1 else ""
