"""Registering clients in the console, and approving them in the administration."""

from uuid import UUID

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from portal.i18n import gettext as _
from portal.kernel.errors import Refused
from portal.oauth.clients import service as clients
from portal.oauth.clients.domain import Kind, Told, UnfitClient
from portal.oauth.domain import CLAIMS, LABELS, SCOPES
from portal.oauth.signing import service as signing
from portal.web.access import SOON, fresh, may, visitor
from portal.web.fields.base import tidy

console = Blueprint("clients", __name__, url_prefix="/console/apps", template_folder="templates")
admin = Blueprint("approvals", __name__, url_prefix="/admin/apps", template_folder="templates")
KINDS = [kind.value for kind in Kind]


@console.get("")
@may("oauth.clients")
def index() -> ResponseReturnValue:
    return _page()


@console.post("")
@may("oauth.clients")
@fresh(SOON)
def register() -> ResponseReturnValue:
    clients.register(_told(), visitor().id)
    flash(_("It is registered. An admin must approve it before it works."), "ok")
    return redirect(url_for(".index"))


@console.post("/<uuid:client_id>/redirects")
@may("oauth.clients")
@fresh(SOON)
def redirects(client_id: UUID) -> ResponseReturnValue:
    clients.change_redirects(client_id, _uris(), _providers(), visitor().id)
    flash(_("The addresses are kept. If they changed, an admin must approve them again."), "ok")
    return redirect(url_for(".index"))


@console.post("/<uuid:client_id>/secret")
@may("oauth.clients")
@fresh(SOON)
def secret(client_id: UUID) -> ResponseReturnValue:
    """The secret is in this answer only, never in the session or an address."""
    return _page(clients.new_secret(client_id, _providers(), visitor().id))


@admin.get("")
@may("oauth.approve")
def waiting() -> ResponseReturnValue:
    return render_template(
        "oauth/approvals.html", clients=clients.listed(), me=visitor().id, labels=LABELS
    )


@admin.post("/<uuid:client_id>/approve")
@may("oauth.approve")
@fresh(SOON)
def approve(client_id: UUID) -> ResponseReturnValue:
    clients.approve(client_id, visitor().id)
    signing.ready()
    return redirect(url_for(".waiting"))


@admin.post("/<uuid:client_id>/suspend")
@may("oauth.approve")
@fresh(SOON)
def suspend(client_id: UUID) -> ResponseReturnValue:
    clients.suspend(client_id, visitor().id)
    return redirect(url_for(".waiting"))


def _providers() -> frozenset[str]:
    return visitor().providers_for("oauth.clients")


def _uris() -> tuple[str, ...]:
    return tuple(request.form.get("redirect_uris", "").split())


def _told() -> Told:
    """Raises Refused for another's provider, UnfitClient."""
    sent = request.form
    if sent.get("provider") not in _providers():
        raise Refused
    if sent.get("kind") not in KINDS:
        raise UnfitClient
    return Told(
        provider=sent["provider"],
        name=tidy(sent.get("name", ""), lines=False)[:80],
        kind=Kind(sent["kind"]),
        website=sent.get("website", "").strip(),
        purpose=tidy(sent.get("purpose", ""), lines=False)[:300],
        redirect_uris=_uris(),
        scopes=tuple(dict.fromkeys(sent.getlist("scope"))),
        needed=tuple(sent.getlist("needed")),
    )


def _page(new_secret: str | None = None) -> str:
    return render_template(
        "oauth/clients.html",
        clients=clients.listed(_providers()),
        providers=sorted(_providers()),
        kinds=KINDS,
        scopes=SCOPES,
        claims=[name for names in CLAIMS.values() for name in names],
        labels=LABELS,
        secret=new_secret,
    )
