"""The pages on which people look through services, and read what one of them is."""

from collections.abc import Mapping
from typing import Any
from urllib.parse import urlencode

from flask import Blueprint, render_template, request

from portal.catalogue import service
from portal.catalogue.framed import framed
from portal.catalogue.service import Path, Wanted
from portal.catalogue.visitors import for_visitors
from portal.geo import service as geo
from portal.i18n import language
from portal.kernel.errors import NotFound
from portal.registry import domain as declared
from portal.registry import service as registry
from portal.registry.deciding import fee_form
from portal.registry.finding import SLUG
from portal.registry.tariffs import Tariff
from portal.registry.together import service as gathering
from portal.registry.uploads import service as uploads
from portal.registry.vocabulary import (
    AUDIENCES,
    CATEGORIES,
    LIFE_EVENTS,
    PERSONAL_CLASSES,
    PROVIDER_KINDS,
    Entry,
)
from portal.web.access import public

pages = Blueprint("catalogue", __name__, template_folder="templates")
TABLES: Mapping[str, Mapping[str, Entry]] = {
    "category": CATEGORIES,
    "life_event": LIFE_EVENTS,
    "audience": AUDIENCES,
}
NARROWED_BY = (*TABLES, "provider")


@pages.get("/services")
@public
@for_visitors(*NARROWED_BY)
@framed(*NARROWED_BY)
def services() -> str:
    """All services, or those of a subject, a life event, an audience, a provider."""
    chosen, of = _chosen(), request.args.get("provider") or None
    titles = [TABLES[name][code].title for name, code in chosen.items()]
    if of:
        titles.append(registry.provider(of).name)
    return render_template(
        "catalogue/services.html",
        page=service.listing(Wanted(provider=of, **chosen), _after()),
        chosen=chosen,
        provider=of,
        **_pager(),
        titles=titles,
        tables=TABLES,
        counts=service.counts(),
    )


@pages.get("/life-events/<slug>")
@public
@for_visitors()
@framed()
def life_event(slug: str) -> str:
    """The services that people need then; or those that are applied for at once."""
    if slug not in LIFE_EVENTS:
        return render_template("catalogue/together.html", gathered=gathering.find(slug))
    return render_template(
        "catalogue/life_event.html",
        page=service.listing(Wanted(life_event=slug), _after()),
        event=LIFE_EVENTS[slug],
        together=gathering.about(slug),
        **_pager(),
    )


@pages.get("/services/<provider>")
@public
@for_visitors()
@framed()
def provider(provider: str) -> str:
    """Who they are, how to reach them, what they offer."""
    return render_template(
        "catalogue/provider.html",
        provider=registry.provider(provider),
        portrait_of=uploads.icon_of(provider),
        **_pager(),
        kinds=PROVIDER_KINDS,
        page=service.listing(Wanted(provider=provider), _after()),
    )


@pages.get("/services/<provider>/<name>")
@public
@for_visitors()
@framed()
def show(provider: str, name: str) -> str:
    """What it is, who may, what it needs, what it costs, how long it takes, what is shared."""
    offer = registry.offered(provider, name)
    return render_template(
        "catalogue/service.html",
        offer=offer,
        service=offer.service,
        provider=offer.provider,
        category=CATEGORIES[offer.service.category],
        classes=PERSONAL_CLASSES,
        together=gathering.of_service(provider, name),
        fees=declared.table(offer.service),
        can_price=offer.service.may_cost and fee_form(offer.service) is not None,
        area_names=_area_names(offer.service.tariff),
    )


def _area_names(tariff: Tariff | None) -> dict[str, str]:
    """Of the areas that a table of fees names."""
    codes = {code for rate in tariff.rates for code in rate.areas} if tariff else set()
    return {code: geo.in_words(code, language()) or code for code in codes}


def _chosen() -> dict[str, str]:
    """What the list is narrowed to: known codes only. Raises NotFound."""
    chosen = {name: code for name in TABLES if (code := request.args.get(name))}
    if any(code not in TABLES[name] for name, code in chosen.items()):
        raise NotFound
    return chosen


def _pager() -> dict[str, Any]:
    """The addresses of the list's first page, if this is not it, and of the one after a path."""
    arguments = request.args.to_dict()
    began = "after" in arguments
    arguments.pop("after", None)
    here = f"{request.path}?{urlencode(arguments)}" if arguments else request.path
    join = "&" if arguments else "?"
    return {
        "first": here if began else None,
        "next_url": lambda path: f"{here}{join}after={path}",
    }


def _after() -> Path | None:
    """Where the page before ended, as `provider/service`."""
    provider, slash, name = request.args.get("after", "").partition("/")
    if not slash:
        return None
    if not (SLUG.match(provider) and SLUG.match(name)):
        raise NotFound
    return provider, name
