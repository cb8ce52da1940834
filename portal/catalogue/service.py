"""The catalogue: kept in step with the registry, listed, counted and searched. No pages here."""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple
from uuid import UUID

from sqlalchemy import (
    ColumnElement,
    case,
    delete,
    func,
    insert,
    literal,
    or_,
    select,
    tuple_,
    update,
)

from portal.catalogue.folding import Asked, asked_words, fold, sounds
from portal.catalogue.models import CatalogueEntry, CatalogueText
from portal.i18n import LANGUAGES, language
from portal.kernel.db import db
from portal.registry import service as registry
from portal.registry.contract import Words
from portal.registry.kept import Kept
from portal.registry.service import CatalogueRow, Offer
from portal.registry.vocabulary import AUDIENCES, CATEGORIES, LIFE_EVENTS

Path = tuple[str, str]
LINE = (
    CatalogueEntry.provider_slug,
    CatalogueEntry.service_slug,
    CatalogueEntry.title,
    CatalogueEntry.summary,
    CatalogueEntry.provider_name,
    CatalogueEntry.category,
    CatalogueEntry.fee,
    CatalogueEntry.promise,
    CatalogueEntry.is_paused,
)
# What a word weighs that is heard alike, that is heard alike but short, that is told and not named;
# and what it adds when all words stand together.
HEARD, FAINT, TOLD, WHOLE = 0.9, 0.6, 0.7, 0.2
# How near a word must come, and how near to the best a line must come to be worth showing.
THRESHOLD, NEAR, WORTH = "pg_trgm.word_similarity_threshold", 0.5, 0.6


@dataclass(frozen=True)
class Wanted:
    """What a list is narrowed to."""

    category: str | None = None
    provider: str | None = None
    life_event: str | None = None
    audience: str | None = None


class Line(NamedTuple):
    """A service in a list. `score` says how near it is to what was searched for."""

    provider: str
    service: str
    title: str
    summary: str
    provider_name: str
    category: str
    fee: str | None
    promise: int
    is_paused: bool
    score: float = 0

    @property
    def path(self) -> str:
        return f"{self.provider}/{self.service}"


@dataclass(frozen=True)
class Page:
    """Some lines, and the path of the last one when more follow."""

    lines: Sequence[Line]
    next: str | None


class CountedProvider(NamedTuple):
    slug: str
    name: str
    kind: str
    services: int


@dataclass(frozen=True)
class Counts:
    """How many services there are, by what people look for them."""

    services: int
    categories: Mapping[str, int]
    life_events: Mapping[str, int]
    providers: tuple[CountedProvider, ...]


_counts: Kept[tuple[UUID | None, str], Counts] = Kept(2 * len(LANGUAGES))


# --- Kept in step with the registry ---------------------------------------------------------------


def enter(provider: str, service: str) -> None:
    """Write what is offered now under this path, in every language."""
    offer = registry.offered(provider, service)
    remove((provider, service))
    entries = [_entry(offer, code) for code in LANGUAGES]
    db.session.execute(insert(CatalogueEntry), entries)
    db.session.execute(insert(CatalogueText), _text(offer))


def remove(path: Path) -> None:
    for table in (CatalogueEntry, CatalogueText):
        here = tuple_(table.provider_slug, table.service_slug) == path
        db.session.execute(delete(table).where(here))


def mark(provider: str, service: str, *, is_paused: bool) -> None:
    entry = CatalogueEntry
    here = (entry.provider_slug == provider) & (entry.service_slug == service)
    db.session.execute(update(entry).where(here).values(is_paused=is_paused))


def out_of_step() -> list[Path]:
    """The paths whose lines do not show what the registry says is on."""
    entry = CatalogueEntry
    each = (entry.provider_slug, entry.service_slug, entry.version_id, entry.is_paused)
    lines = db.session.execute(select(*each, func.count()).group_by(*each))
    whole = [line for line in lines if line[-1] == len(LANGUAGES)]
    shown = {CatalogueRow(here, name, on, paused) for here, name, on, paused, _ in whole}
    differing = shown ^ set(registry.catalogue_rows())
    return sorted({(row.provider, row.service) for row in differing})


def _entry(offer: Offer, code: str) -> dict[str, Any]:
    service, provider = offer.service, offer.provider
    title = service.title.say(code)
    return {
        "language": code,
        "provider_slug": provider.slug,
        "service_slug": service.slug,
        "version_id": offer.version_id,
        "sort_key": title.casefold(),
        "title": title,
        "summary": service.summary.say(code),
        "provider_name": provider.name.say(code),
        "kind": provider.kind,
        "category": service.category,
        "life_events": list(service.life_events),
        "audience": list(service.audience),
        "fee": service.fee_words.say(code) if service.fee and service.fee_words else None,
        "promise": service.promise,
        "is_paused": offer.state == "paused",
    }


def _text(offer: Offer) -> dict[str, Any]:
    service, provider = offer.service, offer.provider
    named = _folded([service.title, *service.keywords, CATEGORIES[service.category].title])
    subjects = [LIFE_EVENTS[slug].title for slug in service.life_events]
    subjects += [AUDIENCES[slug].title for slug in service.audience]
    return {
        "provider_slug": provider.slug,
        "service_slug": service.slug,
        "named": named,
        "told": _folded([provider.name, service.summary, service.description, *subjects]),
        "sounds": sounds(named),
    }


def _folded(texts: Iterable[Words]) -> str:
    """Each different folding of the texts once, in all languages."""
    said = (fold(words.say(code)) for code in LANGUAGES for words in texts)
    return " ".join(dict.fromkeys(said))


# --- Lists and counts -----------------------------------------------------------------------------


def listing(wanted: Wanted, after: Path | None = None, most: int = 30) -> Page:
    """Lines in the spoken language, by title, from after the path of an earlier page."""
    entry = CatalogueEntry
    order = (entry.sort_key, entry.provider_slug, entry.service_slug)
    found = select(*LINE).where(entry.language == language(), *_narrowed(wanted))
    if after:
        found = found.where(tuple_(*order) > tuple_(_sort_key(after), *after))
    lines = db.session.execute(found.order_by(*order).limit(most + 1)).all()
    more = len(lines) > most
    shown = [Line(*line) for line in lines[:most]]
    return Page(shown, shown[-1].path if more else None)


def counts() -> Counts:
    """Counted once for each state of the catalogue and language."""
    key = (registry.stamp(), language())
    if (known := _counts.get(key)) is None:
        known = _count()
        _counts.put(key, known)
    return known


def _count() -> Counts:
    entry = CatalogueEntry
    each = (entry.provider_slug, entry.provider_name, entry.kind, entry.category, entry.life_events)
    spoken = select(*each, func.count()).where(entry.language == language()).group_by(*each)
    categories, life_events = Counter[str](), Counter[str]()
    providers: dict[str, CountedProvider] = {}
    for slug, name, kind, category, events, number in db.session.execute(spoken):
        categories[category] += number
        life_events.update(dict.fromkeys(events, number))
        before = providers.get(slug, CountedProvider(slug, name, kind, 0))
        providers[slug] = before._replace(services=before.services + number)
    by_name = sorted(providers.values(), key=lambda provider: provider.name.casefold())
    return Counts(categories.total(), categories, life_events, tuple(by_name))


def _narrowed(wanted: Wanted) -> Iterator[ColumnElement[bool]]:
    entry = CatalogueEntry
    if wanted.category:
        yield entry.category == wanted.category
    if wanted.provider:
        yield entry.provider_slug == wanted.provider
    if wanted.life_event:
        yield entry.life_events.contains([wanted.life_event])
    if wanted.audience:
        yield entry.audience.contains([wanted.audience])


def _sort_key(path: Path) -> Any:
    entry = CatalogueEntry
    here = (entry.language == language()) & (tuple_(*_path(entry)) == path)
    return select(entry.sort_key).where(here).scalar_subquery()


def _path(table: Any) -> tuple[Any, Any]:
    return table.provider_slug, table.service_slug


# --- Search ---------------------------------------------------------------------------------------


def search(text: str, most: int) -> list[Line]:
    """The best lines first, each with a `score` up to 1, in the spoken language.

    The words may be of any of our languages, in any script, spelt by ear or wrong.
    """
    asked = asked_words(text)
    if not asked:
        return []
    db.session.execute(select(func.set_config(THRESHOLD, str(NEAR), True)))  # noqa: FBT003 - SQL
    entry, held = CatalogueEntry, CatalogueText
    score = _score(asked).label("score")
    found = (
        select(*LINE, score)
        .join(held, tuple_(*_path(entry)) == tuple_(*_path(held)))
        .where(entry.language == language(), or_(*(_matches(word) for word in asked)))
        .order_by(score.desc(), entry.sort_key, *_path(entry))
        .limit(most)
    )
    lines = [Line._make(line) for line in db.session.execute(found)]
    return [line for line in lines if line.score >= WORTH * lines[0].score]


def _matches(asked: Asked) -> ColumnElement[bool]:
    """In terms that the trigram indexes answer."""
    held = CatalogueText
    return or_(
        held.named.op("%>")(asked.word),
        held.told.op("%>")(asked.word),
        held.sounds.op("%>")(asked.sound)
        if asked.is_telling
        else held.sounds.contains(asked.alone),
    )


def _score(asked: Sequence[Asked]) -> ColumnElement[float]:
    """The mean over the words, and a little for those that stand together."""
    held = CatalogueText
    each = sum((_nearness(one) for one in asked), start=literal(0.0)) / len(asked)
    whole = func.word_similarity(" ".join(one.word for one in asked), held.named)
    return (each + WHOLE * whole) / (1 + WHOLE)


def _nearness(asked: Asked) -> ColumnElement[float]:
    held = CatalogueText
    heard: ColumnElement[float] = HEARD * func.word_similarity(asked.sound, held.sounds)
    if not asked.is_telling:
        heard = case((held.sounds.contains(asked.alone), FAINT), else_=0.0)
    named = func.word_similarity(asked.word, held.named)
    return func.greatest(named, TOLD * func.word_similarity(asked.word, held.told), heard)
