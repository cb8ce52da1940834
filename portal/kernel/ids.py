"""Identifiers: time-ordered row ids, and references and codes that people can read aloud."""

import secrets
import unicodedata
from datetime import datetime
from threading import Lock
from uuid import UUID

from stdnum import luhn
from stdnum.exceptions import ValidationError

from portal.kernel import clock

# Crockford's base 32: no I, L, O or U, so nothing is misread and no word appears.
ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
LOOKALIKES = str.maketrans({"I": "1", "L": "1", "O": "0", "-": None, " ": None})
# How far the ids of a burst may run ahead of the clock: a second, of 4,096 ids a millisecond.
AHEAD = 1000 << 12
_counting = Lock()
_last = [0]


def uuid7() -> UUID:
    """A UUID of version 7 (RFC 9562, 6.2, method 1): milliseconds, a counter, 62 random bits.

    Those of one process sort as they were made.
    """
    stamp = _next(int(clock.now().timestamp() * 1000) << 12)
    bits = (stamp >> 12 << 80) | (7 << 76) | ((stamp & 0xFFF) << 64)
    return UUID(int=bits | (0b10 << 62) | secrets.randbits(62))


def first_at(moment: datetime) -> UUID:
    """The least id that a row of this moment may have: what is made later sorts behind it."""
    return UUID(int=int(moment.timestamp() * 1000) << 80)


def _next(now: int) -> int:
    """One more than the last, while the clock has not passed it; a burst may run ahead of it."""
    with _counting:
        last = _last[0]
        _last[0] = last + 1 if now <= last < now + AHEAD else now
        return _last[0]


def reference(prefix: str) -> str:
    """A new reference such as PB-7K3M-9QXA: seven random characters and a check character."""
    body = "".join(secrets.choice(ALPHABET) for _ in range(7))
    body += luhn.calc_check_digit(body, alphabet=ALPHABET)
    return f"{prefix}-{body[:4]}-{body[4:]}"


def read_reference(text: str) -> str | None:
    """The reference that was meant, however it was typed; None when its last character is wrong."""
    prefix, _, body = text.strip().upper().partition("-")
    body = body.translate(LOOKALIKES)
    if len(body) != 8 or not prefix.isalnum():
        return None
    try:
        luhn.validate(body, alphabet=ALPHABET)
    except ValidationError:
        return None
    return f"{prefix}-{body[:4]}-{body[4:]}"


def new_code(length: int) -> str:
    """A secret that people type: five bits a character."""
    return "".join(secrets.choice(ALPHABET) for _ in range(length))


def grouped(code: str) -> str:
    """Four and four, as people read it out."""
    return "-".join(code[at : at + 4] for at in range(0, len(code), 4))


def read_code(text: str) -> str:
    """The code that was meant, however it was typed."""
    plain = unicodedata.normalize("NFKC", text).upper().translate(LOOKALIKES)
    return "".join(one for one in plain if one in ALPHABET)
