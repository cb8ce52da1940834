"""Identifiers: time-ordered row ids, and references and codes that people can read aloud."""

import secrets
import unicodedata
from uuid import UUID

from stdnum import luhn
from stdnum.exceptions import ValidationError

from portal.kernel import clock

# Crockford's base 32: no I, L, O or U, so nothing is misread and no word appears.
ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
LOOKALIKES = str.maketrans({"I": "1", "L": "1", "O": "0", "-": None, " ": None})


def uuid7() -> UUID:
    """A UUID of version 7 (RFC 9562): 48 bits of milliseconds, then 74 random bits."""
    milliseconds = int(clock.now().timestamp() * 1000)
    bits = (milliseconds << 80) | secrets.randbits(80)
    bits = (bits & ~(0xF << 76)) | (7 << 76)
    bits = (bits & ~(0b11 << 62)) | (0b10 << 62)
    return UUID(int=bits)


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
