"""Claims of an identity provider as typed answers of our own details."""

import re
from collections.abc import Callable, Mapping
from datetime import date
from typing import Any

from stdnum.exceptions import ValidationError
from stdnum.in_ import aadhaar

from portal.accounts.domain import OLDEST, Gender, age, mobile_number
from portal.federation.domain import IdentityProvider, SignInRefused

LONGEST = 320
ADDRESS = re.compile(r"[^@\s]+@[^@\s]+\.[^@\s]+")
# A standard claim that the provider itself may not have proven says so beside it.
PROVEN = {"email": "email_verified", "phone_number": "phone_number_verified"}


def told(provider: IdentityProvider, claims: Mapping[str, Any], today: date) -> dict[str, Any]:
    """What the provider tells of our details; what is missing or of no use is left out.

    Raises SignInRefused for claims of another type than text, and for very long ones.
    """
    found: dict[str, Any] = {}
    for detail, claim in provider.claims.items():
        value = claims.get(claim)
        if value is None or (claim in PROVEN and claims.get(PROVEN[claim]) is not True):
            continue
        if not isinstance(value, str) or len(value) > LONGEST or not value.isprintable():
            raise SignInRefused("INVALID_CLAIMS")
        answer = READERS[detail](value.strip(), today)
        if answer:
            found[detail] = answer
    return found


def is_missing(provider: IdentityProvider, claims: Mapping[str, Any]) -> bool:
    """Whether there is more to ask for than these claims."""
    return any(claims.get(claim) is None for claim in provider.claims.values())


def _name(value: str, _today: date) -> str | None:
    name = re.sub(r"\s+", " ", value)
    return name[:120] if any(letter.isalpha() for letter in name) else None


def _birth_date(value: str, today: date) -> str | None:
    try:
        born = date.fromisoformat(value)
    except ValueError:
        return None
    return born.isoformat() if 0 <= age(born, today) <= OLDEST else None


def _gender(value: str, _today: date) -> str | None:
    return value.lower() if value.lower() in set(Gender) else None


def _email(value: str, _today: date) -> str | None:
    return value if ADDRESS.fullmatch(value) else None


def _number(value: str, _today: date) -> str | None:
    return mobile_number(value)


def _aadhaar(value: str, _today: date) -> str | None:
    try:
        return str(aadhaar.validate(value))
    except ValidationError:
        return None


READERS: Mapping[str, Callable[[str, date], str | None]] = {
    "name": _name,
    "father_name": _name,
    "birth_date": _birth_date,
    "gender": _gender,
    "email": _email,
    "mobile": _number,
    "phone": _number,
    "national_id": _aadhaar,
}
