"""What may be sent, and when it is tried again. No mail server here, and no tables."""

import re
from dataclasses import dataclass
from datetime import datetime
from email.errors import HeaderParseError
from email.headerregistry import Address
from enum import StrEnum

from portal.kernel.errors import N_, BadInput

# Seconds to wait after the first, second, … failure; after the last one the message has failed.
WAITS = (60, 5 * 60, 30 * 60, 2 * 3600)
SUBJECT_LIMIT = 250
# Of one text message, in the alphabet of GSM 03.38 or else in UTF-16, alone or as a part of many.
GSM, UTF16 = (160, 153), (70, 67)
MOST_PARTS = 3
BASIC = frozenset(
    "@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !\"#¤%&'()*+,-./0123456789:;<=>?¡"
    "ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿abcdefghijklmnopqrstuvwxyzäöñüà"
)
# Each of these takes two places.
EXTENDED = frozenset("\f^{}\\[~]|€")
# Beside 5.1.x: the mailbox was closed, the host is none.
GONE = frozenset({"5.0.0", "5.2.1", "5.4.4"})
# What companies of text messages call it, without regard to capitals; all else is on its way still.
ARRIVED = frozenset({"delivered", "delivrd", "delivered_to_handset", "received", "read"})
LOST = frozenset(
    {"failed", "undelivered", "undeliv", "undeliverable", "rejected", "rejectd", "expired"}
)
NUMBER = re.compile(r"\+[1-9][0-9]{6,14}")


class Channel(StrEnum):
    MAIL = "mail"
    TEXT = "text"


class State(StrEnum):
    PENDING = "pending"
    SENT = "sent"
    # The other side told that it came, as companies of text messages do.
    DELIVERED = "delivered"
    FAILED = "failed"
    # A mail server took it and sent it back later.
    RETURNED = "returned"


class ReportForged(BadInput):
    message = N_("The signature does not fit what was sent.")


class ReportUnfit(BadInput):
    status = 422
    message = N_("The report is signed, but names no message, or does not say how it went.")


class AddressUnfit(BadInput):
    status = 422
    message = N_("This is no e-mail address. Check it.")


class SubjectUnfit(BadInput):
    status = 422
    message = N_("The subject of a message must be one line of at most 250 characters.")


class NumberUnfit(BadInput):
    status = 422
    message = N_("This is no mobile number. Check it.")


class TextUnfit(BadInput):
    status = 422
    message = N_("A text message must say something, and fit into three parts.")


@dataclass(frozen=True)
class Text:
    """One text message as it leaves; `id` is the same at every try."""

    id: str
    to: str
    body: str


@dataclass(frozen=True)
class Mail:
    """One message as it leaves: `id` makes its Message-ID, the same at every try.

    `leave` is the address that one POST stops such messages by (RFC 8058).
    """

    id: str
    to: str
    subject: str
    body: str
    language: str
    leave: str | None = None


@dataclass(frozen=True)
class Bounce:
    """What a mail server says of one mail that it sent back: which, to whom, and why (RFC 3463)."""

    message_id: str
    recipient: str
    status: str

    @property
    def is_for_good(self) -> bool:
        """The address is none, or none any more; a full mailbox may be emptied."""
        return self.status.startswith("5.1.") or self.status in GONE


@dataclass(frozen=True)
class Report:
    """What a company says of one text message; `name` is our id of it, or else theirs."""

    name: str
    said: str

    @property
    def state(self) -> State | None:
        """None while it is on its way."""
        said = self.said.strip().casefold()
        return State.DELIVERED if said in ARRIVED else State.FAILED if said in LOST else None


@dataclass(frozen=True)
class Standing:
    """How far a message came, and since when."""

    state: State
    at: datetime


def check_address(address: str) -> str:
    """The address, when it is a single one. Raises AddressUnfit."""
    try:
        parsed = Address(addr_spec=address)
    except (HeaderParseError, ValueError, IndexError) as error:
        raise AddressUnfit from error
    if not parsed.username or not parsed.domain or not address.isprintable() or " " in address:
        raise AddressUnfit
    return address


def check_subject(subject: str) -> str:
    """The subject, when it fits into one header. Raises SubjectUnfit."""
    if not subject.strip() or len(subject) > SUBJECT_LIMIT or len(subject.splitlines()) != 1:
        raise SubjectUnfit
    if any(ord(letter) < 32 or ord(letter) == 127 for letter in subject):
        raise SubjectUnfit
    return subject


def check_number(number: str) -> str:
    """The number, when it is one in E.164. Raises NumberUnfit."""
    if not NUMBER.fullmatch(number):
        raise NumberUnfit
    return number


def check_text(body: str) -> str:
    """Raises TextUnfit."""
    if not body.strip() or parts(body) > MOST_PARTS:
        raise TextUnfit
    return body


def parts(body: str) -> int:
    """How many text messages this is sent, and paid, as."""
    if set(body) <= BASIC | EXTENDED:
        size, (alone, joined) = len(body) + sum(letter in EXTENDED for letter in body), GSM
    else:
        size, (alone, joined) = len(body.encode("utf-16-be")) // 2, UTF16
    return 1 if size <= alone else -(-size // joined)


def wait_after(failures: int) -> int | None:
    """Seconds until the next try; None when there is none."""
    return WAITS[failures - 1] if failures <= len(WAITS) else None
