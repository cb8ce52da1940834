"""Where a filled-in value came from: kept beside the answer, and told on the page.

Kept are its words by language and, under names that are no language, what else is known of it.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from portal.i18n import day, gettext, say
from portal.kernel.room import Filled

ON, VERIFIED, PATH = "on", "verified", "path"


@dataclass(frozen=True)
class Source:
    """`path` is where its person corrects it, without the language; empty where nobody can."""

    words: str
    verified: bool = False
    path: str = ""


def written(filled: Filled) -> dict[str, str]:
    more = {
        ON: filled.on.isoformat() if filled.on else "",
        VERIFIED: "yes" if filled.verified else "",
        PATH: filled.path,
    }
    return {**filled.source, **{name: text for name, text in more.items() if text}}


def read(told: Mapping[str, str] | None) -> Source | None:
    """In the language spoken now; None where there is no source."""
    if not told:
        return None
    words = say(told)
    if ON in told:
        words = gettext(", ").join((words, day(date.fromisoformat(told[ON]))))
    return Source(words, VERIFIED in told, told.get(PATH, ""))


def in_words(told: Mapping[str, str] | None) -> str:
    found = read(told)
    return found.words if found else ""
