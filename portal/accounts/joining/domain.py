"""Joining codes, and whether what somebody types is meant to be what was kept of them."""

import unicodedata
from datetime import timedelta
from difflib import SequenceMatcher

from portal.accounts.domain import Details
from portal.kernel.errors import N_, Conflict, DomainError

LENGTH = 12
LASTS = timedelta(days=30)
CLAIM_LASTS = timedelta(hours=24)
TRIES = 5
# Gurprit is Gurpreet to whoever wrote it down; Usha is not Asha.
ALIKE = 0.75


class CodeUnfit(DomainError):
    """One sentence for a wrong code, one that has ended, and details that are another's."""

    status = 422
    message = N_(
        "This joining code does not fit, or not any more. Check the code, the name and the date "
        "of birth, or ask for a new code."
    )


class ImplausibleBirth(DomainError):
    status = 422
    message = N_("Enter the date of birth, like 27 3 2015.")


class HasAccount(Conflict):
    message = N_("This person has an account, or is just making one. No joining code is needed.")


class TooYoungForCode(DomainError):
    status = 422
    message = N_("People can have an account from the age of 13. Make the joining code then.")


def is_same_person(kept: Details, told: Details) -> bool:
    """The birth date to the day; the name as people write names."""
    return kept.birth_date == told.birth_date and is_same_name(kept.name, told.name)


def is_same_name(one: str, other: str) -> bool:
    """Each word of the shorter name is much like one of the longer.

    Names in two scripts cannot be compared here: the code and the birth date say enough.
    """
    shorter, longer = sorted((_words(one), _words(other)), key=len)
    if not shorter or _scripts(one).isdisjoint(_scripts(other)):
        return bool(shorter)
    return all(any(_are_alike(word, known) for known in longer) for word in shorter)


def _are_alike(one: str, other: str) -> bool:
    return SequenceMatcher(None, one, other, autojunk=False).ratio() > ALIKE


def _words(name: str) -> list[str]:
    folded = unicodedata.normalize("NFKD", name).casefold()
    words = ("".join(filter(str.isalpha, word)) for word in folded.replace("-", " ").split())
    return [word for word in words if word]


def _scripts(name: str) -> set[str]:
    """What its letters are named after in Unicode: LATIN, DEVANAGARI and so on."""
    return {unicodedata.name(one, "?").split()[0] for one in name if one.isalpha()}
