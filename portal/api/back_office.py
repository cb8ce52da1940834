"""The integrator's tokens: made, shown once, revoked."""

from uuid import UUID

from flask import Blueprint, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from portal.api import service
from portal.kernel.errors import Refused
from portal.web.access import SOON, fresh, may, visitor
from portal.web.fields.base import tidy

pages = Blueprint("tokens", __name__, url_prefix="/console/tokens", template_folder="templates")


@pages.get("")
@may("api.tokens")
def index() -> ResponseReturnValue:
    return _page(None)


@pages.post("")
@may("api.tokens")
@fresh(SOON)
def make() -> ResponseReturnValue:
    provider = request.form.get("provider", "")
    if provider not in _providers():
        raise Refused
    label = tidy(request.form.get("label", ""), lines=False)[:80] or provider
    return _page(service.issue_token(provider, request.form.getlist("scope"), label, visitor().id))


@pages.post("/<uuid:token_id>/revoke")
@may("api.tokens")
def revoke(token_id: UUID) -> ResponseReturnValue:
    service.revoke_token(token_id, _providers(), visitor().id)
    return redirect(url_for(".index"))


def _providers() -> frozenset[str]:
    """Where the visitor makes tokens: an integrator of one may be an officer of another."""
    return visitor().providers_for("api.tokens")


def _page(token: str | None) -> str:
    providers = _providers()
    return render_template(
        "api/tokens.html",
        tokens=service.tokens(providers),
        providers=sorted(providers),
        scopes=service.SCOPES,
        token=token,
    )
