"""One thing that is wrong with a declaration: where, in a sentence, and how grave."""

import re
from collections import Counter
from collections.abc import Iterable, Iterator
from difflib import get_close_matches
from typing import Any, Literal, NamedTuple

SLUG = re.compile(r"[a-z][a-z0-9]*(-[a-z0-9]+)*\Z")
LONGEST_SLUG = 60


class Finding(NamedTuple):
    """An error stops the publishing; a warning is for the writer to weigh."""

    place: str
    sentence: str
    weight: Literal["error", "warning"] = "error"


def nearest(wrong: str, known: Iterable[str]) -> str:
    """A question to put after a sentence, or nothing when no known word is close."""
    close = get_close_matches(wrong, list(known), n=1, cutoff=0.5)
    return f" Did you mean {close[0]}?" if close else ""


def of_table(place: str, code: str, table: Iterable[str], what: str) -> Iterator[Finding]:
    if code not in table:
        yield Finding(place, f"There is no {what} {code}.{nearest(code, table)}")


def slug(place: str, given: str) -> Iterator[Finding]:
    if len(given) > LONGEST_SLUG or not SLUG.match(given):
        yield Finding(
            place,
            f"{given!r} cannot stand in an address. Use up to {LONGEST_SLUG} small letters, digits "
            "and single hyphens, and begin with a letter.",
        )


def twice(place: str, names: Iterable[str], what: str) -> Iterator[Finding]:
    for name, count in Counter(names).items():
        if count > 1:
            yield Finding(f"{place}.{name}", f"{count} {what} are called {name}. Rename them.")


def slugs(place: str, called: Iterable[Any], what: str) -> Iterator[Finding]:
    """Each of them is called in its own way, and so that it can stand in an address."""
    names = [each.slug for each in called]
    yield from twice(place, names, what)
    for name in names:
        yield from slug(f"{place}.{name}", name)
