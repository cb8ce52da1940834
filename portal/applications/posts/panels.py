"""The posts of providers in words: what is their work, who holds them, and where nobody does."""

from collections import defaultdict
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from uuid import UUID

from portal.accounts import service as accounts
from portal.accounts.domain import Scope
from portal.accounts.roles import service as roles
from portal.i18n import gettext, say
from portal.registry import service as registry
from portal.registry.contract import Provider, Service

DECIDES = "applications.decide"
Holders = Mapping[UUID, Collection[Scope]]


@dataclass(frozen=True)
class Held:
    """A post with the stages and appeals that are its work, and the names of who holds it.

    `is_gap`: nobody at all may do this work; `by_others`: those without a post may.
    """

    title: str
    work: tuple[str, ...]
    names: tuple[str, ...]
    is_gap: bool
    by_others: bool


@dataclass(frozen=True)
class Office:
    slug: str
    name: str
    posts: tuple[Held, ...]
    # Of officers without a post, whose work is everything.
    others: tuple[str, ...]
    is_gap: bool


def directory(after: str, most: int) -> list[Office]:
    """The providers with services that are on, by their slugs, each with its posts."""
    services: dict[str, list[UUID]] = defaultdict(list)
    for row in registry.catalogue_rows():
        if row.provider > after:
            services[row.provider].append(row.version_id)
    here = sorted(services)[:most]
    offers = registry.versions([one for slug in here for one in services[slug]])
    holders = roles.holders_at(here, DECIDES)
    names = accounts.names({who for held in holders.values() for who in held})
    return [
        _office(
            registry.provider(slug),
            [offers[one].service for one in services[slug]],
            holders.get(slug, {}),
            names,
        )
        for slug in here
    ]


def _office(
    provider: Provider, services: list[Service], held: Holders, names: Mapping[UUID, str]
) -> Office:
    others = _names(held, None, names)
    posts = []
    for post in provider.posts or ():
        theirs = _names(held, post.slug, names)
        # Appeals are for officers of the post alone.
        stand_in = bool(others) and not _judges(post.slug, services)
        work = tuple(_work(post.slug, services))
        is_gap, by_others = not theirs and not stand_in, not theirs and stand_in
        posts.append(Held(say(post.title), work, theirs, is_gap, by_others))
    return Office(provider.slug, say(provider.name), tuple(posts), others, not held)


def _names(held: Holders, post: str | None, names: Mapping[UUID, str]) -> tuple[str, ...]:
    gone = gettext("a person who left")
    theirs = (who for who, scopes in held.items() if any(one.post == post for one in scopes))
    return tuple(names.get(who, gone) for who in theirs)


def _judges(post: str, services: list[Service]) -> bool:
    return any(one.post == post for service in services for one in service.appeals or ())


def _work(post: str, services: list[Service]) -> Iterator[str]:
    for service in services:
        parts = [say(stage.title) for stage in service.stages if stage.post == post]
        parts += [say(one.authority) for one in service.appeals or () if one.post == post]
        if parts:
            listed = gettext(", ").join(dict.fromkeys(parts))
            yield gettext("%(question)s: %(source)s", question=say(service.title), source=listed)
