"""Which times an office offers, by its hours and the calendar. No web here, and no tables."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from enum import StrEnum
from zoneinfo import ZoneInfo

from portal.kernel.errors import N_, BadInput, Conflict
from portal.registry.contract import Appointment, Calendar
from portal.registry.domain import is_working

# An officer says no day further ahead.
FURTHEST = timedelta(days=90)


class Standing(StrEnum):
    """`set` is still to come; `moved` and `called_off` gave their seat back."""

    SET = "set"
    MOVED = "moved"
    CALLED_OFF = "called_off"
    DONE = "done"
    NOBODY = "nobody"
    REFUSED = "refused"


# What an officer writes down of one that was set.
OUTCOMES = (Standing.DONE, Standing.NOBODY, Standing.REFUSED)


class NothingToSet(Conflict):
    message = N_("At this stage there is no visit and no appointment.")


class SlotTaken(Conflict):
    message = N_("Somebody else took the last place at this time. Choose another time.")


class NoSuchSlot(BadInput):
    status = 422
    message = N_("This time is not offered, or not any more. Choose one of those on the page.")


class MovedEnough(Conflict):
    message = N_("It cannot be moved any more. Keep it, or write to the provider.")


class AskedEnough(Conflict):
    message = N_("Another time cannot be asked for, or was asked for already.")


class NotAVisitTime(BadInput):
    status = 422
    message = N_("Give a day and a time that are still to come, within the next 90 days.")


class NotYetOver(Conflict):
    message = N_("It has not begun yet. Write down how it went when it has.")


class NotMet(Conflict):
    message = N_("The visit or appointment of this stage comes first. Write down how it went.")


class TooFewPhotos(BadInput):
    status = 422
    message = N_("Add at least so many photos: %(n)s.")


class TooManyPhotos(BadInput):
    status = 422
    message = N_("Add at most so many photos: %(n)s.")


class NoOutcome(BadInput):
    status = 422
    message = N_("Choose how it went.")


@dataclass(frozen=True, order=True)
class Slot:
    starts_at: datetime
    ends_at: datetime


def slots(calendar: Calendar, offered: Appointment, now: datetime) -> Iterator[Slot]:
    """The times that may be chosen now, in order, whoever has taken them."""
    zone = ZoneInfo(calendar.zone)
    today = now.astimezone(zone).date()
    for ahead in range(offered.from_days, offered.to_days + 1):
        day = today + timedelta(days=ahead)
        if is_working(calendar, day):
            yield from (one for one in of_day(offered, day, zone) if one.starts_at > now)


def of_day(offered: Appointment, day: date, zone: ZoneInfo) -> Iterator[Slot]:
    for hours in sorted(offered.hours, key=lambda one: one.opens):
        if hours.weekday != day.isoweekday():
            continue
        opens, closes = hours.span
        for begins in range(opens, closes - offered.minutes + 1, offered.minutes):
            yield Slot(at(day, begins, zone), at(day, begins + offered.minutes, zone))


def at(day: date, minute: int, zone: ZoneInfo) -> datetime:
    """By the clock on the wall; the last minute of a day may be the first of the next."""
    after, within = divmod(minute, 24 * 60)
    return datetime.combine(day + timedelta(days=after), time(*divmod(within, 60)), zone)


def check_visit(starts_at: datetime, now: datetime) -> None:
    """Raises NotAVisitTime."""
    if not now < starts_at <= now + FURTHEST:
        raise NotAVisitTime
