"""What goes with every call of a program: how many it may still make, and a line of the log."""

from time import perf_counter
from typing import cast

from flask import Flask, Response, g, request

from portal.api.calls import service as calls
from portal.api.service import Caller
from portal.web.access import stands_alone


def follow_calls(app: Flask) -> None:
    app.after_request(_follow)


def _follow(response: Response) -> Response:
    if "caller" not in g:
        return response
    if "quota" in g:
        response.headers.update(g.quota.headers)
    if not stands_alone():
        _note(cast("Caller", g.caller), response)
    return response


def _note(by: Caller, response: Response) -> None:
    calls.note(
        provider_slug=by.provider_slug,
        caller_id=by.token_id,
        label=by.label,
        method=request.method,
        route=request.url_rule.rule if request.url_rule else "",
        status=response.status_code,
        ms=round((perf_counter() - g.began) * 1000),
        incident=g.get("incident"),
    )
