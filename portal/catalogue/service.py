"""The catalogue: kept in step with the registry, listed, counted and searched. No pages here."""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple
from uuid import UUID

from sqlalchemy import (
    ColumnElement,
    delete,
    func,
    insert,
    select,
    text,
    tuple_,
    update,
)
from sqlalchemy.dialects.postgresql import insert as put

from portal.catalogue.folding import asked_words, skeleton, telling_words
from portal.catalogue.models import CatalogueEntry, KnownWord, ServiceWord
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
# What a word says about a service, by where it stands.
TITLE, KEYWORD, SUBJECT, TOLD = 1.0, 0.95, 0.7, 0.5
# How near to the best a line must come to be worth showing.
WORTH = 0.6


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
    db.session.execute(insert(CatalogueEntry), [_entry(offer, code) for code in LANGUAGES])
    words = _words(offer)
    # In one order, so that two who publish at once do not wait for each other's words.
    known = [{"word": word, "sound": skeleton(word)} for word in sorted(words)]
    db.session.execute(put(KnownWord).on_conflict_do_nothing(), known)
    path = {"provider_slug": provider, "service_slug": service}
    weighed = [path | {"word": word, "weight": weight} for word, weight in words.items()]
    db.session.execute(insert(ServiceWord), weighed)


def remove(path: Path) -> None:
    for table in (CatalogueEntry, ServiceWord):
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
        "fee": service.fee_words.say(code) if service.may_cost and service.fee_words else None,
        "promise": service.promise,
        "is_paused": offer.state == "paused",
    }


def _words(offer: Offer) -> dict[str, float]:
    """The words that find a service, in all languages, each with the most that it says."""
    service, provider = offer.service, offer.provider
    events = [LIFE_EVENTS[slug].title for slug in service.life_events]
    audience = [AUDIENCES[slug].title for slug in service.audience]
    parts: tuple[tuple[float, Iterable[Words]], ...] = (
        (TOLD, (service.summary, *audience)),
        (SUBJECT, (CATEGORIES[service.category].title, provider.name, *events)),
        (KEYWORD, service.keywords),
        (TITLE, (service.title,)),
    )
    said = ((weight, text) for weight, words in parts for each in words for text in _texts(each))
    return {word: weight for weight, text in said for word in telling_words(text)}


def _texts(words: Words) -> Iterator[str]:
    return (words.say(code) for code in LANGUAGES)


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
    by_name = sorted(providers.values(), key=lambda each: (each.name.casefold(), each.slug))
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

# The words that come nearest to each asked word by letters, by beginning or by sound; the services
# that have them; the mean over the asked words. Two consonants alone are heard in too many words.
NEAREST = text("""
WITH near AS MATERIALIZED (
    SELECT asked.word AS asked, known.word, known.nearness
    FROM unnest(CAST(:words AS text[]), CAST(:sounds AS text[])) AS asked(word, sound)
    CROSS JOIN LATERAL (
        SELECT word, greatest(
            similarity(word, asked.word),
            CASE WHEN starts_with(word, asked.word) THEN 0.8 ELSE 0 END,
            CASE WHEN sound <> asked.sound OR sound = '' THEN 0.8 * similarity(sound, asked.sound)
                WHEN length(sound) > 2 THEN 0.9 ELSE 0.6 END
        ) AS nearness
        FROM catalogue_vocabulary
        WHERE word % asked.word OR word LIKE asked.word || '%'
            OR sound % asked.sound OR sound = nullif(asked.sound, '')
        ORDER BY nearness DESC, word LIMIT 12
    ) AS known
    WHERE known.nearness >= 0.38
), each AS (
    SELECT provider_slug, service_slug, asked, max(nearness * weight) AS score
    FROM near JOIN catalogue_words USING (word) GROUP BY provider_slug, service_slug, asked
), best AS (
    SELECT provider_slug, service_slug, sum(score) / :count AS score
    FROM each GROUP BY provider_slug, service_slug
    ORDER BY score DESC, provider_slug, service_slug LIMIT :most
)
SELECT provider_slug, service_slug, title, summary, provider_name, category, fee, promise,
    is_paused, score
FROM best JOIN catalogue_entries USING (provider_slug, service_slug)
WHERE language = :language ORDER BY score DESC, sort_key, provider_slug, service_slug
""")


def search(question: str, most: int) -> list[Line]:
    """The best lines first, each with a `score` up to 1, in the spoken language.

    The words may be of any of our languages, in any script, spelt by ear or wrong.
    """
    words = asked_words(question)
    if not words:
        return []
    asked = {"words": words, "sounds": [skeleton(word) for word in words], "count": len(words)}
    found = db.session.execute(NEAREST, asked | {"most": most, "language": language()})
    lines = [Line._make(line) for line in found]
    return [line for line in lines if line.score >= WORTH * lines[0].score]
