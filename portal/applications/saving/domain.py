"""What a page says of its own sending, in controls that no question can be named like."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from uuid import UUID

DRAFT, VERSION, PAGE, TURN = "saved-draft", "saved-version", "saved-page", "saved-turn"
NUMBER = re.compile(r"[0-9]{1,9}")


@dataclass(frozen=True)
class Stamp:
    """The draft and its version that a page was drawn from, the page, and its sending.

    A page without JavaScript says neither `page` nor `turn`.
    """

    draft_id: UUID | None
    version: int
    page: UUID | None
    turn: int


def stamp(texts: Mapping[str, str]) -> Stamp:
    return Stamp(
        _id(texts.get(DRAFT, "")),
        _number(texts.get(VERSION, "")),
        _id(texts.get(PAGE, "")),
        _number(texts.get(TURN, "")),
    )


def _id(text: str) -> UUID | None:
    try:
        return UUID(text)
    except ValueError:
        return None


def _number(text: str) -> int:
    return int(text) if NUMBER.fullmatch(text) else 0
