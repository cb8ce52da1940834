"""Showing a factor again while signed in: which ways there are, and whether one was right.

Every try is counted as at the sign-in, on the same counters.
"""

from uuid import UUID

from portal.accounts import domain, service
from portal.accounts.attempts import service as attempts
from portal.accounts.attempts.domain import FACTOR
from portal.accounts.factors import service as factors
from portal.accounts.passkeys import service as passkeys
from portal.accounts.passkeys.domain import REFUSALS
from portal.accounts.passkeys.service import PasskeyRefused
from portal.audit import service as audit


def ways(person_id: UUID) -> tuple[str, ...]:
    """The strongest first. What is switched off, or was taken away, is not asked for."""
    found = ["passkey"] if passkeys.count(person_id) else []
    found += ["app"] if factors.has_app(person_id) and not factors.app_is_off(person_id) else []
    found += ["password"] if service.has_password(person_id) else []
    return tuple(found)


def by_passkey(person_id: UUID, assertion: str, *, address: str) -> bool:
    """Raises TooMany. Refused ones alone are counted, so that wrong codes hold no passkey back."""
    try:
        passkeys.check(assertion, person_id)
    except PasskeyRefused:
        attempts.spend(REFUSALS, domain.neighbourhood(address))
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
