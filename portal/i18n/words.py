"""Translated sentences.

A catalogue is read once for each language: a look-up through the request for each of three
hundred words was half the time of a page.
"""

from collections.abc import Mapping
from functools import cache
from gettext import NullTranslations
from pathlib import Path
from typing import Any, Protocol

from babel.support import LazyProxy, Translations

from portal.i18n.languages import language

FOLDER = Path(__file__).parents[2] / "translations"


class Spoken(Protocol):
    """Text in several languages, such as the registry's Words."""

    @property
    def texts(self) -> Mapping[str, str]: ...


@cache
def catalogue(code: str) -> NullTranslations:
    """The portal's own words; no fall-back from Shahmukhi to Gurmukhi, which gettext would do."""
    file = FOLDER / code / "LC_MESSAGES" / "messages.mo"
    if code == "en" or not file.exists():
        return NullTranslations()
    with file.open("rb") as opened:
        return Translations(opened)


def translate(code: str, sentence: str, **params: Any) -> str:
    said = catalogue(code).gettext(sentence)
    return said % params if params else said


def gettext(sentence: str, **params: Any) -> str:
    return translate(language(), sentence, **params)


def ngettext(one: str, many: str, n: int, **params: Any) -> str:
    """`%(n)s` is filled in by itself."""
    return catalogue(language()).ngettext(one, many, n) % {"n": n, **params}


def lazy_gettext(sentence: str, **params: Any) -> Any:
    """A text that is translated when it is shown, for words said at import."""
    return LazyProxy(gettext, sentence, enable_cache=False, **params)


def say(words: "Spoken | Mapping[str, str] | str | None") -> str:
    """The text in the language spoken now, else in English."""
    if words is None or isinstance(words, str):
        return words or ""
    texts = words if isinstance(words, Mapping) else words.texts
    return texts.get(language()) or texts.get("en", "")
