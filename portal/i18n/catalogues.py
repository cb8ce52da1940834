"""Catalogues as files: where they are, and what is wrong with them in sentences.

Collecting words from the sources and compiling are tools/catalogues.py's.
"""

import re
from collections.abc import Iterator
from itertools import product
from pathlib import Path

from babel.messages.catalog import Catalog, Message
from babel.messages.pofile import PoFileError, read_po

from portal.i18n.languages import LANGUAGES, NAMES

TRANSLATED = tuple(code for code in LANGUAGES if code != "en")
PLACE = re.compile(r"%\((\w+)\)[a-z]")
TEMPLATE = "messages.pot"


class UnreadableCatalogue(Exception):
    """The text names the file and what is wrong with it."""


def folders(root: Path) -> list[Path]:
    """The portal's own translations, then those of each provider that brings some."""
    return [root / "translations", *sorted((root / "providers").glob("*/translations"))]


def file_of(folder: Path, code: str) -> Path:
    return folder / code / "LC_MESSAGES" / "messages.po"


def read(file: Path) -> Catalog:
    """Raises UnreadableCatalogue."""
    try:
        with file.open("rb") as opened:
            return read_po(opened, abort_invalid=True)
    except (OSError, PoFileError, ValueError, LookupError) as error:
        raise UnreadableCatalogue(f"{file} cannot be read: {error}.") from error


def faults(root: Path) -> Iterator[str]:
    """A sentence for each word that is missing, guessed or lost a place, in any language."""
    for folder, code in product(folders(root), TRANSLATED):
        file = file_of(folder, code)
        shown = file.relative_to(root)
        if not file.exists():
            yield f"{shown} is missing. Run: make messages"
            continue
        try:
            yield from (f"{shown}: {fault}" for fault in _faults(file, folder / TEMPLATE, code))
        except UnreadableCatalogue as error:
            yield str(error)


def _faults(file: Path, template: Path, code: str) -> Iterator[str]:
    catalogue = read(file)
    wanted = read(template) if template.exists() else catalogue
    for message in wanted:
        if message.id:
            found = catalogue.get(message.id, message.context)
            if fault := _fault(found):
                yield f"{_first(message)!r} {fault} ({NAMES[code]})."


def _fault(message: Message | None) -> str | None:
    if message is None or not all(_texts(message.string)):
        return "has no translation"
    if message.fuzzy:
        return "has a guess for a translation: check it and take the mark 'fuzzy' away"
    least, most = (set(PLACE.findall(text)) for text in (_first(message), _texts(message.id)[-1]))
    for said in _texts(message.string):
        places = set(PLACE.findall(said))
        if not least <= places <= most | least:
            return f"has other places in its translation: {said!r}"
        if most and not _can_be_filled(said, places):
            return f"has a stray % in its translation: {said!r}"
    return None


def _can_be_filled(said: str, places: set[str]) -> bool:
    try:
        said % dict.fromkeys(places, 1)
    except (ValueError, TypeError, KeyError):
        return False
    return True


def _texts(words: str | tuple[str, ...] | list[str] | None) -> tuple[str, ...]:
    return (words,) if isinstance(words, str) else tuple(words or ("",))


def _first(message: Message) -> str:
    return _texts(message.id)[0]
