"""Finds the providers: packages under `providers/`, and the entry point `portal.providers`.

Reads their own catalogues, so that what comes out holds every word in every language. Nothing
here knows the database.
"""

import importlib
import inspect
import pkgutil
import traceback
from collections.abc import Iterator, Mapping
from functools import cache
from importlib.metadata import entry_points
from pathlib import Path
from types import ModuleType

import pydantic
from babel.messages.pofile import PoFileError, read_po

from portal.kernel.errors import N_, DomainError
from portal.registry.contract import Provider
from portal.registry.words import LANGUAGES, Words, replace_words

ENTRY_POINTS = "portal.providers"
CATALOGUE = "translations/{code}/LC_MESSAGES/messages.po"
MOST_ERRORS_TOLD = 5

Texts = Mapping[str, Mapping[str, str]]  # language -> msgid -> text


class ProviderDoesNotLoad(DomainError):
    """Stops the start: a portal without one of its providers would refuse people silently."""

    status = 500
    message = N_("The provider in %(folder)s does not load. %(place)s: %(cause)s")


@cache
def discover(package: str = "providers") -> tuple[Provider, ...]:
    """All providers, by slug. The answer is kept: the code does not change while it runs."""
    modules = dict.fromkeys([*_folders_of(package), *_entry_points()])
    found: dict[str, tuple[str, Provider]] = {}
    for name in modules:
        provider = load(_imported(name))
        if provider.slug in found:
            first = found[provider.slug][0]
            raise ProviderDoesNotLoad(
                folder=name, place="slug", cause=f"{first} is called {provider.slug} already."
            )
        found[provider.slug] = (name, provider)
    return tuple(found[slug][1] for slug in sorted(found))


def load(module: ModuleType) -> Provider:
    """The provider that a package declares, its words in all languages that it has them in."""
    folder = _folder(module)
    declared = getattr(module, "provider", None)
    if not isinstance(declared, Provider):
        raise ProviderDoesNotLoad(
            folder=_shown(folder),
            place="__init__.py",
            cause="it does not say provider = Provider(…).",
        )
    texts = {code: _texts(folder, code) for code in LANGUAGES if code != "en"}
    provider: Provider = replace_words(declared, lambda words: _resolved(words, texts))
    return provider


def _folders_of(package: str) -> Iterator[str]:
    parent = importlib.import_module(package)
    for found in sorted(pkgutil.iter_modules(parent.__path__), key=lambda found: found.name):
        if found.ispkg:
            yield f"{package}.{found.name}"


def _entry_points() -> Iterator[str]:
    yield from sorted(entry.module for entry in entry_points(group=ENTRY_POINTS))


def _imported(name: str) -> ModuleType:
    try:
        return importlib.import_module(name)
    except Exception as error:  # a provider's code may raise anything
        raise ProviderDoesNotLoad(
            folder=name, place=_place(error, name), cause=_cause(error)
        ) from error


def _folder(module: ModuleType) -> Path:
    return Path(inspect.getfile(module)).parent


def _shown(folder: Path) -> str:
    here = Path.cwd()
    return str(folder.relative_to(here) if folder.is_relative_to(here) else folder)


def _place(error: Exception, name: str) -> str:
    """The last line of the provider's own code, else the name of the module."""
    if isinstance(error, SyntaxError) and error.filename:
        return f"{_shown(Path(error.filename))}, line {error.lineno}"
    folder = name.rpartition(".")[2]
    own = [
        frame
        for frame in traceback.extract_tb(error.__traceback__)
        if folder in Path(frame.filename).parts
    ]
    return f"{_shown(Path(own[-1].filename))}, line {own[-1].lineno}" if own else name


def _cause(error: Exception) -> str:
    if not isinstance(error, pydantic.ValidationError):
        return f"{type(error).__name__}: {error}"
    told = [
        f"{error.title}.{'.'.join(map(str, each['loc']))}: {each['msg']}"
        for each in error.errors(include_url=False)[:MOST_ERRORS_TOLD]
    ]
    return "; ".join(told)


def _texts(folder: Path, code: str) -> Mapping[str, str]:
    """What a catalogue translates; guesses (fuzzy) do not count."""
    file = folder / CATALOGUE.format(code=code)
    if not file.exists():
        return {}
    try:
        with file.open("rb") as opened:
            catalogue = read_po(opened, abort_invalid=True)
    except (PoFileError, ValueError, LookupError) as error:
        raise ProviderDoesNotLoad(
            folder=_shown(folder), place=_shown(file), cause=_cause(error)
        ) from error
    return {
        message.id: str(message.string)
        for message in catalogue
        if isinstance(message.id, str) and message.id and message.string and not message.fuzzy
    }


def _resolved(words: Words, texts: Texts) -> Words:
    if words.msgid is None:
        return words
    said = {code: texts[code].get(words.msgid, "") for code in texts}
    return Words(texts={"en": words.texts["en"], **said})
