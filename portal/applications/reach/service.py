"""Which cases somebody of a provider reaches: all, or those of one category or area of it.

A slug alone reaches all of the provider, as programs of theirs do.
"""

from collections.abc import Collection, Iterable, Mapping
from itertools import groupby

from sqlalchemy import ColumnElement, String, and_, any_, false, literal, or_, true
from sqlalchemy.dialects.postgresql import ARRAY

from portal.accounts.domain import Scope
from portal.applications.models import Application
from portal.geo import service as geo
from portal.registry import service as registry
from portal.registry.contract import Service

Reach = Collection[str] | Collection[Scope]


def reached(reach: Reach) -> ColumnElement[bool]:
    """Cases that are reached: a condition of the query, so that others are not there."""
    parts = by_provider(reach).items()
    here = (and_(Application.provider_slug == provider, part) for provider, part in parts)
    return or_(false(), *here)


def by_provider(reach: Reach) -> dict[str, ColumnElement[bool]]:
    """For each provider, in their order, what is reached of its cases."""
    scopes = sorted(_scopes(reach), key=lambda scope: scope.provider)
    narrowed = {scope.provider for scope in scopes if scope.category is not None}
    offered = _offered(narrowed) if narrowed else {}
    areas = {one: sorted(geo.within(one)) for one in {scope.area for scope in scopes} if one}
    parts = groupby(scopes, key=lambda scope: scope.provider)
    return {
        provider: or_(*[_part(scope, offered, areas) for scope in theirs])
        for provider, theirs in parts
    }


def services(reach: Reach) -> dict[tuple[str, str], Service]:
    """The services whose cases may be reached, by provider and service."""
    scopes = _scopes(reach)
    offered = _offered({scope.provider for scope in scopes})
    return {path: one for path, one in offered.items() if _offers(scopes, path[0], one)}


def _scopes(reach: Reach) -> set[Scope]:
    return {Scope(one) if isinstance(one, str) else one for one in reach}


def _part(
    scope: Scope, offered: Mapping[tuple[str, str], Service], areas: Mapping[str, list[str]]
) -> ColumnElement[bool]:
    """One scope; services and areas were looked up once for all of them."""
    asked: list[ColumnElement[bool]] = []
    if scope.category is not None:
        here = (path[1] for path in offered if path[0] == scope.provider)
        fit = [slug for slug in here if offered[scope.provider, slug].category == scope.category]
        asked.append(Application.service_slug.in_(fit))
    if scope.area is not None:
        codes = areas.get(scope.area, [])
        asked.append(Application.area == any_(literal(codes, ARRAY(String))))
    return and_(true(), *asked)


def _offered(providers: Collection[str]) -> dict[tuple[str, str], Service]:
    rows = [row for row in registry.catalogue_rows() if row.provider in providers]
    known = registry.versions({row.version_id for row in rows})
    return {(row.provider, row.service): known[row.version_id].service for row in rows}


def _offers(scopes: Iterable[Scope], provider: str, one: Service) -> bool:
    return any(
        scope.provider == provider and scope.category in (None, one.category) for scope in scopes
    )
