"""The chain: what one entry says, and the hash that ties it to the one before."""

import hashlib
import json
from collections.abc import Iterable
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from uuid import UUID

BEGINNING = b"\x00" * 32


@dataclass(frozen=True)
class Entry:
    """`actor` is a person's or token's id or the name of a job, `about` a kind and id."""

    number: int
    at: datetime
    actor: str
    act: str
    about: str
    subject_id: UUID | None
    why: str


def link(entry: Entry, before: bytes) -> bytes:
    """SHA-256 over the previous hash and the entry as canonical JSON."""
    said = asdict(entry) | {
        "at": entry.at.astimezone(UTC).isoformat(timespec="microseconds"),
        "subject_id": str(entry.subject_id) if entry.subject_id else None,
    }
    canonical = json.dumps(said, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    return hashlib.sha256(before + canonical.encode()).digest()


def first_break(chain: Iterable[tuple[Entry, bytes]]) -> int | None:
    """The number of the first entry that does not follow from those before it."""
    before, expected = BEGINNING, 1
    for entry, told in chain:
        if entry.number != expected or link(entry, before) != told:
            return entry.number
        before, expected = told, expected + 1
    return None
