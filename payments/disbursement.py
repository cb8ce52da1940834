"""The contract between the portal and a bank that sends money out. No web here, and no tables.

A package under `payments/disbursers/` declares one `disburser = Disburser(…)`; nothing else names
it. It writes the file of a payment list as its bank wants it, and reads what the bank says of one.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum

from portal.kernel.errors import N_, Conflict
from portal.kernel.money import Money


class NotReadable(Conflict):
    """The file is none of this bank's, or damaged."""

    message = N_("This is no status file that can be read: %(what)s. Nothing was changed.")


class TransferStatus(StrEnum):
    """`sent`: the money has left our account; before that it is `pending`, whatever was checked."""

    PENDING = "pending"
    SENT = "sent"
    REJECTED = "rejected"


@dataclass(frozen=True)
class Account:
    """`number` is an IBAN, or an account number beside the IFSC of its branch in `branch`."""

    holder: str
    number: str
    branch: str = ""


@dataclass(frozen=True)
class Transfer:
    """`id` goes from end to end: the bank names it in all that it says of this transfer."""

    id: str
    to: Account
    amount: Money
    purpose: str


@dataclass(frozen=True)
class PaymentList:
    """What is sent from one account, in one currency. `id` is of this list alone, for ever."""

    id: str
    made_at: datetime
    send_on: date
    source: Account
    transfers: Sequence[Transfer]

    @property
    def total(self) -> Money:
        currency = self.transfers[0].amount.currency
        return sum((one.amount for one in self.transfers), Money(0, currency))


@dataclass(frozen=True)
class Said:
    """What the bank says of one transfer; `code` is why it did not send it."""

    transfer: str
    status: TransferStatus
    code: str = ""


@dataclass(frozen=True)
class Report:
    """`list_id` is the list that the file names, empty where it names none.

    `of_all` holds for each transfer of which `transfers` do not speak.
    """

    list_id: str
    transfers: Sequence[Said]
    of_all: TransferStatus | None = None
    code: str = ""


@dataclass(frozen=True)
class Disburser:
    """A kind of bank file. `title` is an English msgid, `suffix` the end of a file's name.

    `write` gives the same bytes for the same list. `read` raises NotReadable.
    """

    slug: str
    title: str
    media: str
    suffix: str
    write: Callable[[PaymentList], bytes]
    read: Callable[[bytes], Report]
