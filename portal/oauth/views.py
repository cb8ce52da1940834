"""Letting a site or app in: the request, the consent, and the list of what was let in."""

from datetime import datetime, timedelta
from typing import cast
from urllib.parse import urlencode, urlsplit
from uuid import UUID

from flask import Blueprint, flash, redirect, render_template, request, session, url_for
from flask.typing import ResponseReturnValue

from portal.accounts.domain import Level
from portal.accounts.sessions import service as sessions
from portal.accounts.views import entry
from portal.audit import service as audit
from portal.i18n import gettext as _
from portal.kernel import clock
from portal.kernel.crypto import token_hash
from portal.oauth import claims, domain, reading, service
from portal.oauth.clients import domain as client_rules
from portal.oauth.clients import service as clients
from portal.oauth.clients.domain import Kind
from portal.oauth.clients.service import Client
from portal.oauth.domain import PHISHING_RESISTANT, Asked, CannotGoOn, OauthRefused
from portal.oauth.service import Agreed
from portal.web.access import LATER, fresh, public, signed_in, visitor
from portal.web.errors import answer
from portal.web.headers import POLICY

pages = Blueprint("apps", __name__, template_folder="templates")
pages.after_request(entry.never_kept)
starts = Blueprint("oauth_start", __name__)
starts.after_request(entry.never_kept)
# Requests that were made in this browser, each with when; the oldest are forgotten.
BEGUN, MOST_BEGUN = "oauth", 5


class BackToSite(Exception):
    """What is wrong is told to the site, whose address is right."""

    def __init__(self, redirect_uri: str, state: str | None, refused: OauthRefused) -> None:
        self.redirect_uri, self.state, self.refused = redirect_uri, state, refused
        super().__init__(refused.error)


@starts.get("/oauth/authorize")
@public
def authorize() -> ResponseReturnValue:
    """Check the request whole; then the sign-in and the consent come."""
    try:
        client, asked = _request()
        if "none" in asked.prompt:
            return _without_asking(client, asked)
    except BackToSite as error:
        return _back(error.redirect_uri, error.state, error=error.refused)
    except OauthRefused as refused:
        return _nowhere(refused)
    begun = dict(session.get(BEGUN, {}))
    begun[_key()] = clock.now().isoformat()
    session[BEGUN] = dict(list(begun.items())[-MOST_BEGUN:])
    return redirect(url_for("apps.consent") + "?" + urlencode(request.args))


@pages.route("/oauth/consent", methods=["GET", "POST"])
@signed_in
@fresh(LATER)
def consent() -> ResponseReturnValue:
    try:
        client, asked = _request()
        began = session.get(BEGUN, {}).get(_key())
        if began is None:
            return _nowhere(OauthRefused(domain.BAD, "not_begun"))
    except BackToSite as error:
        return _back(error.redirect_uri, error.state, error=error.refused)
    except OauthRefused as refused:
        return _nowhere(refused)
    if _too_long_ago(asked, datetime.fromisoformat(began)):
        return redirect(url_for("sessions.confirm", next=request.full_path))
    return _answered(client, asked) if request.method == "POST" else _asked(client, asked)


@pages.get("/account/apps")
@signed_in
def mine() -> ResponseReturnValue:
    found = service.consents_of(visitor().id)
    return render_template("oauth/mine.html", found=found, labels=domain.LABELS)


@pages.post("/account/apps/<uuid:consent_id>/withdraw")
@signed_in
def withdraw(consent_id: UUID) -> ResponseReturnValue:
    service.withdraw(visitor().id, consent_id)
    flash(_("It can read nothing about you here any more."), "ok")
    return redirect(url_for(".mine"))


def _request() -> tuple[Client, Asked]:
    """Raises OauthRefused where nobody may be sent back, else BackToSite."""
    told = reading.once(request.args)
    client = clients.approved(told.get("client_id", ""))
    uri = told.get("redirect_uri", "")
    if client is None:
        raise OauthRefused("invalid_client", "authorize_client")
    if not any(client_rules.matches(one, uri) for one in client.redirect_uris):
        raise OauthRefused(domain.BAD, "redirect_uri")
    try:
        return client, domain.read(told, uri, client.scopes)
    except OauthRefused as refused:
        raise BackToSite(uri, told.get("state"), refused) from refused


def _without_asking(client: Client, asked: Asked) -> ResponseReturnValue:
    """Raises BackToSite where somebody would have to be asked."""
    if sessions.standing().level is not Level.SIGNED_IN or _too_long_ago(asked, None):
        raise BackToSite(asked.redirect_uri, asked.state, OauthRefused("login_required"))
    if (found := _covered(client, asked)) is None:
        raise BackToSite(asked.redirect_uri, asked.state, OauthRefused("consent_required"))
    return _let_in(client, asked, found)


def _covered(client: Client, asked: Asked) -> Agreed | None:
    """What was agreed to before. Another app may pose as this one, so apps are asked each time."""
    if client.kind == Kind.APP:
        return None
    return service.remembered(cast("UUID", sessions.standing().person_id), client, asked)


def _too_long_ago(asked: Asked, began: datetime | None) -> bool:
    """Whether a factor must be shown again, a passkey if the site asks for one."""
    who, now = sessions.standing(), clock.now()
    shown = who.confirmed or who.since
    if shown is None:
        return True
    if asked.max_age is not None and now - shown > timedelta(seconds=asked.max_age):
        return began is None or shown < began
    if "login" in asked.prompt:
        return began is None or shown < began
    strong = asked.acr_values[:1] == (PHISHING_RESISTANT,)
    return strong and domain.acr(who.how) != PHISHING_RESISTANT and bool(began and shown < began)


def _asked(client: Client, asked: Asked) -> ResponseReturnValue:
    if (found := _covered(client, asked)) and "consent" not in asked.prompt:
        return _let_in(client, asked, found)
    return _page(client, asked)


def _answered(client: Client, asked: Asked) -> ResponseReturnValue:
    if request.form.get("act") != "agree":
        refused = OauthRefused("access_denied", "person_refused")
        return _back(asked.redirect_uri, asked.state, error=refused)
    agreed = service.agree(visitor().id, client, asked, request.form.getlist("claim"))
    return _let_in(client, asked, agreed)


def _let_in(client: Client, asked: Asked, agreed: Agreed) -> ResponseReturnValue:
    code = service.new_code(client, agreed, asked, sessions.standing())
    session[BEGUN] = {key: at for key, at in session.get(BEGUN, {}).items() if key != _key()}
    return _back(asked.redirect_uri, asked.state, code=code)


def _page(client: Client, asked: Asked) -> ResponseReturnValue:
    shown = claims.shown(visitor().id, asked.claims)
    html = render_template(
        "oauth/consent.html", client=client, asked=asked, shown=shown, labels=domain.LABELS
    )
    parts = urlsplit(asked.redirect_uri)
    back = f"{parts.scheme}://{parts.netloc}" if parts.netloc else f"{parts.scheme}:"
    policy = POLICY.replace("form-action 'self'", f"form-action 'self' {back}")
    return html, 200, {"Content-Security-Policy": policy}


def _back(
    uri: str, state: str | None, *, code: str | None = None, error: OauthRefused | None = None
) -> ResponseReturnValue:
    """To the site or app, with who says it (RFC 9207)."""
    told = {"code": code} if code else {}
    if error:
        audit.record("oauth.refused", about="oauth", actor="web", why=error.why)
        told = {"error": error.error}
    told |= {"state": state} if state else {}
    told["iss"] = service.issuer()
    return redirect(f"{uri}{'&' if '?' in uri else '?'}{urlencode(told)}", 303)


def _nowhere(refused: OauthRefused) -> ResponseReturnValue:
    audit.record("oauth.refused", about="oauth", actor="web", why=refused.why)
    return answer(400, _(CannotGoOn.message))


def _key() -> str:
    return token_hash(urlencode(sorted(request.args.items()))).hex()
