"""How long the ways back take and how often they may be tried."""

from datetime import datetime, timedelta
from enum import StrEnum

from portal.accounts.attempts.domain import FORGOTTEN_AFTER, Limit
from portal.kernel.errors import N_, DomainError, Gone

HOUR = timedelta(hours=1)
# Recoveries begun for one person, whether they are cancelled or not.
BEGUN = Limit("recovery", 3, FORGOTTEN_AFTER, FORGOTTEN_AFTER, FORGOTTEN_AFTER)

# How a session came about in which the account is opened again.
RECOVERED = "recovery"
# Hours, in production.
LEAST_WAIT = 24
# From when the wait is over; and how long one link may be at work before another is sent.
OPEN_FOR = timedelta(days=7)
AT_WORK = HOUR
# The second notice goes out so long before the end, or at half of a shorter wait.
REMINDED = timedelta(hours=2)


class State(StrEnum):
    """A recovery; the first three are under way."""

    WAITING = "waiting"
    OPEN = "open"
    TAKEN = "taken"
    DONE = "done"
    CANCELLED = "cancelled"
    EXPIRED = "expired"


UNDER_WAY = (State.WAITING, State.OPEN, State.TAKEN)


class RecoveryEnded(Gone):
    message = N_("This link has ended or was used. Sign in, or begin again.")


class NobodyToTell(DomainError):
    status = 422
    message = N_(
        "No e-mail address or mobile number of yours is proven, so nothing can be sent to you. "
        "Bring your identity card to a service centre."
    )


class StaffAsk(DomainError):
    status = 403
    message = N_("You work with other people's data. Ask an admin to begin this for you.")


def remind_at(due: datetime, wait: timedelta) -> datetime:
    """When to tell once more that the wait is about to end."""
    return due - min(REMINDED, wait / 2)
