"""What may differ, and what is said of it. No web here, and no tables."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from uuid import UUID

from portal.kernel.errors import N_, Conflict, NotFound

LATELY, DAYS = timedelta(hours=6), timedelta(days=4)
# The company's clock and ours, and what is being settled at this moment.
MARGIN = timedelta(minutes=2)


class Source(StrEnum):
    LISTING = "listing"
    FILE = "file"


class RunState(StrEnum):
    RUNNING = "running"
    DONE = "done"
    FAILED = "failed"


class Kind(StrEnum):
    MISSED = "missed"
    THEIRS_ONLY = "theirs_only"
    OURS_ONLY = "ours_only"
    AMOUNT = "amount"
    REFUND = "refund"
    SUSPENSE = "suspense"
    UNPAID = "unpaid"
    STAYS = "stays"
    FEE = "fee"


class State(StrEnum):
    """`mended`: the portal did what there was to do, or it is gone; `closed`: a person did."""

    OPEN = "open"
    MENDED = "mended"
    CLOSED = "closed"


SAID = {
    Kind.MISSED: N_("Paid at the company; nobody had told us"),
    Kind.THEIRS_ONLY: N_("Paid at the company; no such order here"),
    Kind.OURS_ONLY: N_("Paid here; not in the company's list"),
    Kind.AMOUNT: N_("The amounts differ"),
    Kind.REFUND: N_("What went back differs"),
    Kind.SUSPENSE: N_("Another amount came than was asked for"),
    Kind.UNPAID: N_("In a settlement file; not paid here"),
    Kind.STAYS: N_("Paid, and what it is for does not go on"),
    Kind.FEE: N_("The company's fee is another than was booked"),
}
TO_DO = {
    Kind.MISSED: N_("Nothing: it was booked, and what it is for goes on."),
    Kind.THEIRS_ONLY: N_("Ask the company whose order this is. Perhaps its money must go back."),
    Kind.OURS_ONLY: N_("Ask the company for its proof of this payment."),
    Kind.AMOUNT: N_("Compare the company's statement with the trace of the payment."),
    Kind.REFUND: N_("Find out who gave money back, and where it is booked."),
    Kind.SUSPENSE: N_("Find out why, then give it back or have the rest paid."),
    Kind.UNPAID: N_("The company was asked and did not confirm it. Ask its support."),
    Kind.STAYS: N_("Look at the case: give it on by hand, or give the money back."),
    Kind.FEE: N_("Compare the company's invoice with the fee in the trace of the payment."),
}


class NoSuchDifference(NotFound):
    message = N_("There is no such difference, or it was settled already.")


class AlreadyRead(Conflict):
    message = N_("This very file was read before. Nothing was changed.")


class NotReadable(Conflict):
    message = N_("Line %(line)s cannot be read: %(what)s. Nothing was changed.")


@dataclass(frozen=True)
class Columns:
    """The names of the columns of a file; empty for those that it has not."""

    order: str = "order"
    amount: str = "amount"
    currency: str = ""
    status: str = ""
    paid: str = "paid"
    number: str = ""
    refunded: str = ""
    fee: str = ""


@dataclass(frozen=True)
class Span:
    gateway: str
    since: datetime
    until: datetime


@dataclass(frozen=True)
class Told:
    """What one run came to."""

    run_id: UUID
    state: RunState
    lines: int
