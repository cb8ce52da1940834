"""Showing a factor again while signed in: which ways there are, and whether one was right.

Every try is counted as at the sign-in, on the same counters.
"""

from uuid import UUID

from portal.accounts import service
from portal.accounts.attempts import service as attempts
from portal.accounts.attempts.domain import FACTOR
from portal.accounts.factors import service as factors
from portal.accounts.passkeys import service as passkeys
from portal.accounts.passkeys.service import PasskeyRefused
from portal.audit import service as audit


def ways(person_id: UUID) -> tuple[str, ...]:
    """The strongest first; a password is always there to be asked for."""
    found = ["passkey"] if passkeys.count(person_id) else []
    found += ["app"] if factors.has_app(person_id) else []
    return (*found, "password")


def by_passkey(person_id: UUID, assertion: str) -> bool:
    """Raises TooMany."""
    attempts.spend(FACTOR, str(person_id))
    try:
        passkeys.check(assertion, person_id)
    except PasskeyRefused:
        return _told(person_id, "passkey", right=False)
    return _told(person_id, "passkey", right=True)


def by_app(person_id: UUID, code: str) -> bool:
    """Raises TooMany."""
    attempts.spend(FACTOR, str(person_id))
    return _told(person_id, "app", right=service.check_app(person_id, code))


def by_password(person_id: UUID, password: str) -> bool:
    """Raises TooMany."""
    return _told(person_id, "password", right=service.knows_password(person_id, password))


def _told(person_id: UUID, how: str, *, right: bool) -> bool:
    if right and how != "password":
        attempts.forget(FACTOR, str(person_id))
    act = "accounts.confirmed" if right else "accounts.factor_refused"
    about = f"person:{person_id}"
    audit.record(act, about=about, actor=person_id, subject_id=person_id, why=how)
    return right
