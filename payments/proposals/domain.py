"""How much one person may give back alone. No web here, and no tables."""

from decimal import Decimal
from enum import StrEnum

from portal.kernel.errors import N_, Conflict, NotFound
from portal.kernel.money import Money


class State(StrEnum):
    OPEN = "open"
    DONE = "done"
    DECLINED = "declined"


class NoSuchProposal(NotFound):
    message = N_("There is no such proposal, or it was decided already.")


class OneAtATime(Conflict):
    message = N_(
        "A refund of this payment waits for a second person. Let that one be decided first."
    )


class YourOwn(Conflict):
    message = N_("You proposed this refund, so another person decides on it.")


def is_small(amount: Money, alone_before: Money, limit: Decimal) -> bool:
    """Whether one person is enough.

    All that was given back alone counts, so that no large refund is made of many small ones.
    """
    return (amount + alone_before).decimal <= limit
