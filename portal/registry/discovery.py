"""Finds the providers: folders under `providers/`, the entry point `portal.providers`, any path.

A folder is a package, whose own catalogues are read so that what comes out holds every word in
every language, or holds a manifest. Nothing here knows the database.
"""

import importlib
import importlib.util
import inspect
import pkgutil
import sys
import traceback
from collections.abc import Callable, Iterator, Mapping
from functools import cache, partial
from importlib.metadata import entry_points
from pathlib import Path
from types import ModuleType
from typing import NamedTuple, TypeVar

import pydantic
from babel.messages.pofile import PoFileError, read_po

from portal.kernel.errors import N_, DomainError
from portal.registry import hook_paths
from portal.registry.contract import Provider
from portal.registry.hooks import Hooks
from portal.registry.life_events import LifeEvent
from portal.registry.manifests import FILES, ManifestDoesNotRead, read_file
from portal.registry.words import LANGUAGES, Words, replace_words

ENTRY_POINTS = "portal.providers"
CATALOGUE = "translations/{code}/LC_MESSAGES/messages.po"
MOST_ERRORS_TOLD = 5

Texts = Mapping[str, Mapping[str, str]]  # language -> msgid -> text
Declared = TypeVar("Declared", Provider, LifeEvent)


class ProviderDoesNotLoad(DomainError):
    """Stops the start: a portal without one of its providers would refuse people silently."""

    status = 500
    message = N_("The provider in %(folder)s does not load. %(place)s: %(cause)s")


class Found(NamedTuple):
    """A provider, its hooks, the package or file that declares it, and its folder or manifest."""

    provider: Provider
    hooks: Hooks
    name: str
    place: Path


@cache
def discover(package: str = "providers") -> tuple[Provider, ...]:
    """All providers, by slug. The answer is kept: the code does not change while it runs."""
    return tuple(one.provider for one in found(package))


def hooks_of(slug: str, package: str = "providers") -> Hooks:
    """What the provider's package can do beside declaring; nothing for a manifest."""
    return hooks_by_slug(package).get(slug, Hooks())


@cache
def hooks_by_slug(package: str) -> Mapping[str, Hooks]:
    return {one.provider.slug: one.hooks for one in found(package)}


def found(package: str) -> tuple[Found, ...]:
    """All that there is now, read anew: packages, manifests and entry points, by slug."""
    by_slug: dict[str, Found] = {}
    for one in _each(package):
        slug = one.provider.slug
        if slug in by_slug:
            raise ProviderDoesNotLoad(
                folder=one.name,
                place="slug",
                cause=f"{by_slug[slug].name} is called {slug} already.",
            )
        by_slug[slug] = one
    return tuple(by_slug[slug] for slug in sorted(by_slug))


def at(path: Path) -> Found:
    """The provider of a folder or manifest anywhere. Raises ProviderDoesNotLoad."""
    place = path.resolve()
    if place.is_file():
        return Found(_manifest(place), Hooks(), _shown(place), place)
    if file := _manifest_in(place):
        return Found(_manifest(file), Hooks(), _shown(file), file)
    if not (place / "__init__.py").is_file():
        raise ProviderDoesNotLoad(
            folder=_shown(place),
            place=FILES[0],
            cause=f"there is no {', '.join(FILES)} or __init__.py. Name another folder.",
        )
    module = _tried(partial(_from_folder, place), f"providers.{place.name}")
    return Found(load(module), _hooks_in(module), module.__name__, place)


@cache
def life_events(package: str = "providers") -> tuple[LifeEvent, ...]:
    """What the packages declare, by slug; kept as the providers are."""
    by_slug: dict[str, LifeEvent] = {}
    for module in _modules(package):
        for event in _life_events_in(module):
            if event.slug in by_slug:
                raise _refused(_folder(module), f"two life events are called {event.slug}.")
            by_slug[event.slug] = event
    return tuple(by_slug[slug] for slug in sorted(by_slug))


def _life_events_in(module: ModuleType) -> tuple[LifeEvent, ...]:
    folder, declared = _folder(module), getattr(module, "life_events", ())
    if not isinstance(declared, tuple) or any(not isinstance(o, LifeEvent) for o in declared):
        raise _refused(folder, "its life_events are no tuple of LifeEvent(…) of portal.registry.")
    return tuple(_said(folder, event) for event in declared)


def _modules(package: str) -> Iterator[ModuleType]:
    for name in dict.fromkeys([*_folders_of(package), *_entry_points()]):
        yield _imported(name)


def _each(package: str) -> Iterator[Found]:
    for module in _modules(package):
        # What happens in a life belongs to no provider: its package declares none.
        if hasattr(module, "provider") or not hasattr(module, "life_events"):
            name = module.__name__
            yield Found(load(module), _hooks_in(module), name, _folder(module))
    for file in _manifests_of(package):
        yield Found(_manifest(file), Hooks(), _shown(file), file)


def load(module: ModuleType) -> Provider:
    """The provider that a package declares, its words in all languages that it has them in."""
    folder = _folder(module)
    declared = getattr(module, "provider", None)
    if not isinstance(declared, Provider):
        raise _refused(folder, "it does not say provider = Provider(…).")
    _is_answered(folder, declared, _hooks_in(module))
    return _said(folder, declared)


def _said(folder: Path, declared: Declared) -> Declared:
    """The same in all languages of the folder's catalogues."""
    texts = {code: _texts(folder, code) for code in LANGUAGES if code != "en"}
    said: Declared = replace_words(declared, lambda words: _resolved(words, texts))
    return said


def _hooks_in(module: ModuleType) -> Hooks:
    hooks = getattr(module, "hooks", Hooks())
    if not isinstance(hooks, Hooks):
        raise _refused(_folder(module), "its hooks are not Hooks(…) of portal.registry.")
    return hooks


def _is_answered(folder: Path, provider: Provider, hooks: Hooks) -> None:
    if fault := next(hook_paths.unanswered(provider, hooks), None):
        raise _refused(folder, f"{fault.place}: {fault.sentence}")


def _refused(folder: Path, cause: str) -> ProviderDoesNotLoad:
    return ProviderDoesNotLoad(folder=_shown(folder), place="__init__.py", cause=cause)


def _manifests_of(package: str) -> Iterator[Path]:
    parents = importlib.import_module(package).__path__
    folders = (folder for parent in parents for folder in Path(parent).iterdir())
    for folder in sorted(folders, key=lambda folder: folder.name):
        if file := _manifest_in(folder):
            yield file


def _manifest_in(folder: Path) -> Path | None:
    files = [folder / name for name in FILES if (folder / name).is_file()]
    if len(files) > 1 or (files and (folder / "__init__.py").exists()):
        raise ProviderDoesNotLoad(
            folder=_shown(folder),
            place=files[0].name,
            cause="it declares itself twice. Keep one of __init__.py, provider.yaml and "
            "provider.json.",
        )
    return files[0] if files else None


def _manifest(file: Path) -> Provider:
    try:
        return read_file(file, file.name)
    except ManifestDoesNotRead as error:
        first, *more = str(error).removeprefix(f"{file.name}, ").split("\n")
        place, _, cause = first.partition(": ")
        raise ProviderDoesNotLoad(
            folder=_shown(file.parent),
            place=f"{_shown(file)}, {place}",
            cause="\n".join([cause, *more]),
        ) from error


def _folders_of(package: str) -> Iterator[str]:
    parent = importlib.import_module(package)
    for found in sorted(pkgutil.iter_modules(parent.__path__), key=lambda found: found.name):
        if found.ispkg:
            yield f"{package}.{found.name}"


def _entry_points() -> Iterator[str]:
    yield from sorted(entry.module for entry in entry_points(group=ENTRY_POINTS))


def _imported(name: str) -> ModuleType:
    return _tried(partial(importlib.import_module, name), name)


def _from_folder(folder: Path) -> ModuleType:
    """Imported as one of `providers`, wherever it lies; what it says of itself by name is found."""
    name, file = f"providers.{folder.name}", folder / "__init__.py"
    known = sys.modules.get(name)
    if known is not None and known.__file__ == str(file):
        return known
    for other in [one for one in sys.modules if f"{one}.".startswith(f"{name}.")]:
        del sys.modules[other]
    if str(folder.parent) not in sys.path:
        sys.path.append(str(folder.parent))
    spec = importlib.util.spec_from_file_location(
        name, file, submodule_search_locations=[str(folder)]
    )
    if spec is None or spec.loader is None:
        raise ImportError(f"{folder} cannot be imported")
    module = sys.modules[name] = importlib.util.module_from_spec(spec)
    try:
        spec.loader.exec_module(module)
    except BaseException:
        del sys.modules[name]
        raise
    return module


def _tried(importing: Callable[[], ModuleType], name: str) -> ModuleType:
    try:
        return importing()
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
