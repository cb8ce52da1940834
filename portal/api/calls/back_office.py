"""The integrator's log: what the provider's programs called lately."""

from typing import Any
from uuid import UUID

from flask import Blueprint, render_template, request, url_for
from flask.typing import ResponseReturnValue

from portal.api.calls import service
from portal.kernel.errors import BadInput, Refused
from portal.web.access import may, visitor

pages = Blueprint("calls", __name__, url_prefix="/console/calls")
PAGE = 50


@pages.get("")
@may("api.tokens")
def index() -> ResponseReturnValue:
    """Of the provider that is asked for, else of the visitor's first."""
    mine = sorted(visitor().providers_for("api.tokens"))
    provider = request.args.get("provider") or "".join(mine[:1])
    if provider not in mine:
        raise Refused
    errors = request.args.get("shown") == "errors"
    rows = service.last(provider, errors=errors, before=_place(), limit=PAGE + 1)
    here: dict[str, Any] = {"provider": provider, **({"shown": "errors"} if errors else {})}
    more = rows[PAGE - 1].id if len(rows) > PAGE else None
    return render_template(
        "api/calls.html",
        providers=mine,
        provider=provider,
        errors=errors,
        calls=rows[:PAGE],
        first=url_for(".index", **here) if "before" in request.args else None,
        next=url_for(".index", **here, before=more) if more else None,
    )


def _place() -> UUID | None:
    try:
        return UUID(request.args["before"]) if "before" in request.args else None
    except ValueError as error:
        raise BadInput from error
