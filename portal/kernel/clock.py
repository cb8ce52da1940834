"""The time of day, asked in one place so that a test can set it."""

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo


def now() -> datetime:
    return datetime.now(UTC)


def today(zone: str = "Asia/Kolkata") -> date:
    """The calendar day where the citizen lives, which begins hours before UTC's."""
    return day(now(), zone)


def day(moment: datetime, zone: str = "Asia/Kolkata") -> date:
    """The calendar day of a moment, there."""
    return moment.astimezone(ZoneInfo(zone)).date()


def end_of(last: date, zone: str = "Asia/Kolkata") -> datetime:
    """The moment at which the day is over, there."""
    return datetime.combine(last + timedelta(days=1), time(), ZoneInfo(zone))
