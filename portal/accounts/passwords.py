"""Hashing and checking of passwords, one at a time in each process.

The list of common ones was built by us from patterns, not taken from a leak: everyday words, names
and keyboard walks, doubled, paired and with the usual beginnings and ends. Nearly all of it has
twelve characters and more, since none shorter can be chosen; shorter words stand in it because what
is typed is also compared without the digits and signs at its end.
"""

from functools import cache
from pathlib import Path
from threading import Lock

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError
from flask import Flask

from portal.accounts.domain import Details, UnfitPassword, normal, password_fault
from portal.accounts.settings import AccountsSettings
from portal.i18n import gettext
from portal.kernel.settings import Settings, SettingsError, current

# OWASP: 46 MiB, one pass, one lane. In tests the same code runs with less.
MEMORY, MEMORY_IN_TESTS = 46 * 1024, 256
LEAST = 19 * 1024
# Each check fills its memory for 30 ms: a burst of them must not fill the machine.
ONE_AT_A_TIME = Lock()


def refuse_weak(app: Flask) -> None:
    """What is quick to check is quick to guess. Raises SettingsError."""
    settings: Settings = app.config["SETTINGS"]
    memory = settings.of(AccountsSettings).password_memory
    if settings.kernel.env == "production" and memory is not None and memory < LEAST:
        raise SettingsError(f"PORTAL_PASSWORD_MEMORY must be at least {LEAST} in production.")


def hashed(password: str) -> str:
    with ONE_AT_A_TIME:
        return _hasher(_memory()).hash(normal(password))


def fits(password: str, known: str | None) -> bool:
    """Whether this is the password; takes as long when there is none to compare it with."""
    try:
        with ONE_AT_A_TIME:
            _hasher(_memory()).verify(known or _nobodys(_memory()), normal(password))
    except (VerificationError, InvalidHashError):
        return False
    return known is not None


def is_outdated(known: str) -> bool:
    """Whether the hash was made with other settings than today's."""
    return _hasher(_memory()).check_needs_rehash(known)


def check(password: str, details: Details) -> None:
    """Raises UnfitPassword."""
    if fault := password_fault(password, details, common()):
        raise UnfitPassword(fault=gettext(fault))


@cache
def common() -> frozenset[str]:
    return frozenset(Path(__file__).with_name("common_passwords.txt").read_text().split("\n"))


def _memory() -> int:
    usual = MEMORY_IN_TESTS if current().kernel.env == "test" else MEMORY
    return current().of(AccountsSettings).password_memory or usual


@cache
def _hasher(memory: int) -> PasswordHasher:
    return PasswordHasher(time_cost=1, memory_cost=memory, parallelism=1)


@cache
def _nobodys(memory: int) -> str:
    return _hasher(memory).hash("nobody has this password")
