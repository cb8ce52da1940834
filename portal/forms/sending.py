"""What a page says of its own sending, in controls that no question can be named like."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from uuid import UUID

DRAFT, VERSION, PAGE, TURN = "saved-draft", "saved-version", "saved-page", "saved-turn"
NUMBER = re.compile(r"[0-9]{1,9}")


@dataclass(frozen=True)
class Sending:
    """Answers sent by a page: its own random name, and which of its sendings this is."""

    page: UUID
    turn: int


@dataclass(frozen=True)
class Stamp:
    """The draft and its version that a page was drawn from; a page without a script has no `by`."""

    draft_id: UUID | None
    version: int
    by: Sending | None


def stamp(texts: Mapping[str, str]) -> Stamp:
    page = _id(texts.get(PAGE, ""))
    by = Sending(page, _number(texts.get(TURN, ""))) if page else None
    return Stamp(_id(texts.get(DRAFT, "")), _number(texts.get(VERSION, "")), by)


def _id(text: str) -> UUID | None:
    try:
        return UUID(text)
    except ValueError:
        return None


def _number(text: str) -> int:
    return int(text) if NUMBER.fullmatch(text) else 0
