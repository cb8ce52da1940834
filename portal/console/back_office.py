"""The integrator's first page: how what they look after stands, and where each part of it is."""

from datetime import timedelta
from typing import NamedTuple

from flask import Blueprint, render_template, request
from flask.typing import ResponseReturnValue

from portal.api import service as tokens
from portal.api.calls import service as calls
from portal.api.pages import reference
from portal.applications.counts import service as applications
from portal.console import samples
from portal.i18n import say
from portal.kernel import clock
from portal.kernel.errors import Refused
from portal.oauth.clients import service as clients
from portal.registry import service as registry
from portal.registry.uploads import service as uploads
from portal.web.access import may, visitor
from portal.webhooks import domain as webhooks
from portal.webhooks.counts import service as messages
from portal.webhooks.endpoints import service as endpoints
from portal.webhooks.lists import service as lists

# One for each link of the menu, which marks where one is by it.
pages = Blueprint("console", __name__, url_prefix="/console", template_folder="templates")
figures = Blueprint("usage", __name__, url_prefix="/console/usage")
manual = Blueprint("manual", __name__, url_prefix="/console/reference")
MANAGE = "providers.manage"
SHOWN_DAYS = 14
MOST_SERVICES = 200


class Day(NamedTuple):
    """The figures of one day."""

    day: object
    calls: int
    errors: int
    applications: int


@pages.get("")
@may(MANAGE)
def overview() -> ResponseReturnValue:
    provider = _provider()
    own = frozenset({provider})
    newest = registry.newest((provider, ""), MOST_SERVICES)
    endpoint = endpoints.of(provider)
    return _page(
        "overview",
        provider,
        services=[one for one in newest if one.provider == provider],
        tokens=[one for one in tokens.tokens(own) if one.revoked_at is None],
        clients=clients.listed(own),
        endpoint=endpoint,
        health=lists.health(provider) if endpoint else None,
        most=lists.MOST,
        calls=calls.last(provider, limit=5),
    )


@figures.get("")
@may(MANAGE)
def index() -> ResponseReturnValue:
    provider = _provider()
    begins = clock.now() - timedelta(days=SHOWN_DAYS)
    counted = messages.by_state(provider, begins)
    by_state = [(name, counted.get(name, 0)) for name in webhooks.SHOWN if name != "failed"]
    return _page("usage", provider, days=_days(provider), messages=by_state, shown=SHOWN_DAYS)


@manual.get("")
@may(MANAGE)
def documentation() -> ResponseReturnValue:
    provider = _provider()
    template = "console/reference.html"
    return reference(template, samples.of(provider), **_whose(provider))


def _days(provider: str) -> list[Day]:
    """Today first."""
    today = clock.today()
    since = today - timedelta(days=SHOWN_DAYS - 1)
    called, got = calls.by_day(provider, since), applications.by_day(provider, since)
    days = [today - timedelta(days=back) for back in range(SHOWN_DAYS)]
    none = calls.Day(0, 0)
    return [
        Day(day, called.get(day, none).calls, called.get(day, none).errors, got.get(day, 0))
        for day in days
    ]


def _mine() -> list[str]:
    return sorted(visitor().providers_for(MANAGE))


def _provider() -> str:
    """The one that is asked for, else the visitor's first. Raises Refused for another's."""
    mine = _mine()
    asked = request.args.get("provider") or "".join(mine[:1])
    if asked not in mine:
        raise Refused
    return asked


def _page(name: str, provider: str, **told: object) -> str:
    return render_template(f"console/{name}.html", **_whose(provider), **told)


def _whose(provider: str) -> dict[str, object]:
    """The provider of the page, and all of the visitor's by name: a slug while it has no other."""
    names = {slug: say(known) if (known := uploads.called(slug)) else slug for slug in _mine()}
    return {"provider": provider, "name": names[provider], "providers": names}
