"""What may be sent, and when it is tried again. No mail server here, and no tables."""

from dataclasses import dataclass
from email.errors import HeaderParseError
from email.headerregistry import Address
from enum import StrEnum

from portal.kernel.errors import N_, BadInput

# Seconds to wait after the first, second, … failure; after the last one the message has failed.
WAITS = (60, 5 * 60, 30 * 60, 2 * 3600)
SUBJECT_LIMIT = 250


class State(StrEnum):
    PENDING = "pending"
    SENT = "sent"
    FAILED = "failed"


class AddressUnfit(BadInput):
    status = 422
    message = N_("This is no e-mail address. Check it.")


class SubjectUnfit(BadInput):
    status = 422
    message = N_("The subject of a message must be one line of at most 250 characters.")


@dataclass(frozen=True)
class Mail:
    """One message as it leaves: `id` makes its Message-ID, the same at every try."""

    id: str
    to: str
    subject: str
    body: str
    language: str


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


def wait_after(failures: int) -> int | None:
    """Seconds until the next try; None when there is none."""
    return WAITS[failures - 1] if failures <= len(WAITS) else None
