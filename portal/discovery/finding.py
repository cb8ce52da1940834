"""Asks every room that can be searched, and puts the answers in one order."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol
from unicodedata import category

from flask import current_app

PAGE = 20
MOST_PAGES = 10
MOST_LETTERS = 200
UNREADABLE = {"Cc", "Cn", "Co", "Cs"}


class Hit(Protocol):
    """What a room's search gives for each thing that it found."""

    @property
    def score(self) -> float: ...
    @property
    def title(self) -> str: ...
    @property
    def summary(self) -> str: ...
    @property
    def by(self) -> str: ...
    @property
    def url(self) -> str: ...
    @property
    def is_paused(self) -> bool: ...


@dataclass(frozen=True)
class Found:
    """One page of hits, best first."""

    text: str
    number: int
    hits: Sequence[Hit]
    has_next: bool


def readable(text: str) -> str:
    """The text without what no page can show: control characters, half pairs, no characters."""
    shown = (" " if category(letter) in UNREADABLE else letter for letter in text)
    return " ".join("".join(shown).split())


def find(text: str, number: int = 1) -> Found:
    """Whatever the text is, the answer is a page; a number out of range is the nearest one."""
    asked = readable(text[:MOST_LETTERS])
    number = min(max(number, 1), MOST_PAGES)
    most = number * PAGE + 1
    searches = (search for room in current_app.extensions["rooms"] for search in room.searchable)
    hits = [hit for search in searches for hit in search(asked, most)]
    # A stable sort: rooms keep the order in which they see what is equally near.
    hits.sort(key=lambda hit: -hit.score)
    first = (number - 1) * PAGE
    more = len(hits) > first + PAGE and number < MOST_PAGES
    return Found(asked, number, hits[first : first + PAGE], more)
