"""The time of day, asked in one place so that a test can set it."""

from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo


def now() -> datetime:
    return datetime.now(UTC)


def today(zone: str = "Asia/Kolkata") -> date:
    """The calendar day where the citizen lives, which begins hours before UTC's."""
    return day(now(), zone)


def day(moment: datetime, zone: str = "Asia/Kolkata") -> date:
    """The calendar day of a moment where the citizen lives."""
    return moment.astimezone(ZoneInfo(zone)).date()
