"""Which bills of a watched account are told of, and when. No tables, no web."""

from collections.abc import Iterable
from datetime import date, timedelta

from portal.bills.domain import Open
from portal.kernel.errors import N_, Conflict, NotFound

MOST = 20
# Reminded of so long before, on the last day, and so long after; a reminder that a job missed is
# still of use for so long.
BEFORE, AFTER, LATE = timedelta(days=3), timedelta(days=3), timedelta(days=3)
MOMENTS = (-BEFORE, timedelta(), AFTER)
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
    lately = [today - timedelta(days=ago) for ago in range(LATE.days + 1)]
    return sorted({f"{day - moment}" for day in lately for moment in MOMENTS})


def remind_on(due_on: date, today: date) -> date:
    """The last moment of this bill that has come; before that, its first."""
    come = [due_on + moment for moment in MOMENTS if due_on + moment <= today]
    return come[-1] if come else due_on + MOMENTS[0]


def ending(account: str) -> str:
    """The last letters of an account number; never all of it."""
    return account[-min(LETTERS, len(account) // 2) :] if len(account) > 1 else ""
