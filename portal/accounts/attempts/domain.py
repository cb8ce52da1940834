"""How tries are counted and how long one waits: arithmetic only, the rows are the service's."""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta

FORGOTTEN_AFTER = timedelta(days=1)
# Failures in a row count however slow they come; nobody guesses at a hundred in so many years.
UNTOUCHED = timedelta(days=400)
# NIST SP 800-63B-4, 3.2.2: so many failures in a row, however slow, and it is off.
MOST_FAILURES = 100


@dataclass(frozen=True)
class Limit:
    """`tries` within `within`, then a pause, doubled each time it is reached, up to `longest`."""

    name: str
    tries: int
    within: timedelta
    pause: timedelta
    longest: timedelta


SECOND, MINUTE = timedelta(seconds=1), timedelta(minutes=1)
# Per account and address together, so that a stranger elsewhere locks nobody out.
# A device where the person was signed in before has a counter of its own instead of both.
PASSWORD = Limit("password", 5, 60 * SECOND, 60 * SECOND, 10 * MINUTE)
DEVICE = replace(PASSWORD, name="device")
ADDRESS = Limit("address", 20, 60 * SECOND, 60 * SECOND, 60 * SECOND)
# Per account: whoever gets here knows the password.
FACTOR = Limit("factor", 10, FORGOTTEN_AFTER, 10 * MINUTE, 10 * MINUTE)
REGISTRATION = Limit("registration", 10, 10 * MINUTE, 10 * MINUTE, 10 * MINUTE)


@dataclass(frozen=True)
class Tally:
    """What one counter holds: tries since `began`, pauses in a row, and the end of the last one."""

    count: int
    pauses: int
    began: datetime
    last: datetime
    until: datetime | None = None


def fresh(now: datetime) -> Tally:
    return Tally(0, 0, now, now)


def wait(tally: Tally, now: datetime) -> int:
    """Whole seconds until the next try may be made; 0 when it may be made now."""
    if tally.until is None or tally.until <= now:
        return 0
    return -((now - tally.until) // SECOND)


def counted(tally: Tally, limit: Limit, now: datetime) -> Tally:
    """The counter after one more try, which the caller has found to be allowed."""
    if now - tally.last >= FORGOTTEN_AFTER:
        tally = fresh(now)
    if tally.until or now - tally.began >= limit.within:
        tally = replace(tally, count=0, began=now, until=None)
    tally = replace(tally, count=tally.count + 1, last=now)
    if tally.count < limit.tries:
        return tally
    pause = min(limit.longest, limit.pause * 2**tally.pauses)
    return replace(tally, pauses=tally.pauses + 1, until=now + pause)


def taken_back(tally: Tally) -> Tally:
    """The counter when its last try turned out to be right."""
    if tally.until:
        tally = replace(tally, pauses=tally.pauses - 1, until=None)
    return replace(tally, count=max(0, tally.count - 1))
