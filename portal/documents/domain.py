"""What a paper says, what of it is signed, and whether it is still good."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import Any, ClassVar

from portal.kernel import ids
from portal.kernel.errors import N_, DomainError, NotFound

# By language: the person's own, and English.
Texts = Mapping[str, str]
PREFIX = "D"
LENGTH = 16


class NoSuchDocument(NotFound):
    kind: ClassVar[str | None] = None
    message = N_("No document with this number was issued here. Compare it with the paper.")


class NotMade(DomainError):
    """The press did not make the paper; nothing of the act was kept."""

    status = 503
    message = N_("The document cannot be made just now. Nothing was changed: try again in a while.")


class Standing(StrEnum):
    GOOD = "good"
    OVER = "over"
    REVOKED = "revoked"
    REPLACED = "replaced"


@dataclass(frozen=True)
class Line:
    """One line of the paper. What is `plain` runs from left to right in every language."""

    label: Texts
    value: Texts
    plain: bool = False


@dataclass(frozen=True)
class Sheet:
    """All that a paper says beside its number and its days.

    `issuer` and `slug` are names of the registry; `stated` is what its QR code says signed, too.
    """

    issuer: str
    issuer_name: Texts
    slug: str
    title: Texts
    text: Texts
    lines: tuple[Line, ...]
    language: str
    stated: Mapping[str, str]


@dataclass(frozen=True)
class Slip:
    """A paper to fill in by hand: its copies say the same, and nothing of it is proved.

    `blanks` are what is written in, `text` stands below the last copy. Its QR code is the number.
    """

    number: str
    issuer_name: Texts
    title: Texts
    copies: tuple[Texts, ...]
    lines: tuple[Line, ...]
    blanks: tuple[Texts, ...]
    text: Texts
    language: str


def new_number() -> str:
    """Such as D-7K3M-9QXA-4F7K-2QXM: 80 random bits, so that nobody comes upon one by trying."""
    return _grouped(ids.new_code(LENGTH))


def read_number(typed: str) -> str | None:
    """The number that was meant, however it was typed."""
    code = ids.read_code(typed)
    # The prefix is a letter that may stand in front of a number as well.
    if len(code) == len(PREFIX) + LENGTH:
        code = code.removeprefix(PREFIX)
    return _grouped(code) if len(code) == LENGTH else None


def _grouped(code: str) -> str:
    return f"{PREFIX}-{ids.grouped(code)}"


def standing(how: str | None, good_until: date | None, today: date) -> Standing:
    """`how` it was ended, if it was."""
    if how is not None:
        return Standing(how)
    return Standing.OVER if good_until is not None and today > good_until else Standing.GOOD


def claims(number: str, sheet: Sheet, issued: int, ends: int | None, site: str) -> dict[str, Any]:
    """What the QR code states, in the names of RFC 7519; moments are seconds since 1970."""
    told = {"iss": site, "jti": number, "by": sheet.issuer, "doc": sheet.slug, "iat": issued}
    if ends is not None:
        told["exp"] = ends
    return told | {"says": dict(sheet.stated)}
