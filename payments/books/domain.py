"""When the books close. No web here, and no tables."""

from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from portal.kernel import clock
from portal.kernel.errors import N_, Conflict

# Longer than any transaction may take: what was dated before a closing has been committed.
MARGIN = timedelta(minutes=5)
ZONE = ZoneInfo("Asia/Kolkata")


class NotOverYet(Conflict):
    message = N_("This month is not over yet. Close it when its last day has passed.")


class NotTheNext(Conflict):
    message = N_("Close the months one after the other: an earlier one is open still.")


class ClosedAlready(Conflict):
    message = N_("This month is closed already.")


def last_hour(now: datetime) -> datetime:
    """The newest full hour, where the citizens live, that nobody can be posting into any more."""
    return (now - MARGIN).astimezone(ZONE).replace(minute=0, second=0, microsecond=0)


def month_of(day: date) -> date:
    """The first day of its month."""
    return day.replace(day=1)


def next_month(month: date) -> date:
    return (month + timedelta(days=31)).replace(day=1)


def ends(month: date) -> datetime:
    """The moment at which the month is over."""
    return clock.end_of(next_month(month) - timedelta(days=1))
