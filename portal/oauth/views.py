"""Letting a site or app in: the request, the consent, and the list of what was let in."""

from datetime import datetime, timedelta
from typing import cast
from urllib.parse import urlencode, urlsplit
from uuid import UUID

from authlib.oauth2 import OAuth2Error
from flask import Blueprint, Response, flash, redirect, render_template, request, session, url_for
from flask.typing import ResponseReturnValue

from portal.accounts import refusals
from portal.accounts.domain import Level
from portal.accounts.sessions import service as sessions
from portal.accounts.views import entry
from portal.i18n import gettext as _
from portal.kernel import clock
from portal.kernel.crypto import token_hash
from portal.oauth import claims, domain, reading, service
from portal.oauth.clients.domain import Kind
from portal.oauth.clients.service import Client
from portal.oauth.domain import PHISHING_RESISTANT, Asked, CannotGoOn, OauthRefused
from portal.oauth.protocol import CodeGrant, server
from portal.oauth.service import Agreed
from portal.oauth.tokens.service import Given
from portal.web.access import LATER, fresh, public, signed_in, visitor
from portal.web.errors import answer
from portal.web.headers import POLICY

pages = Blueprint("apps", __name__, template_folder="templates")
pages.after_request(entry.never_kept)
starts = Blueprint("oauth_start", __name__)
starts.after_request(entry.never_kept)
# Requests that were made in this browser, each with when; the oldest are forgotten.
BEGUN, MOST_BEGUN = "oauth", 5


@starts.get("/oauth/authorize")
@public
def authorize() -> ResponseReturnValue:
    """Check the request whole; then the sign-in and the consent come."""
    try:
        grant = _grant()
        if "none" in grant.asked.prompt:
            return _without_asking(grant)
    except OAuth2Error as error:
        return _refused(error)
    begun = dict(session.get(BEGUN, {}))
    begun[_key()] = clock.now().isoformat()
    session[BEGUN] = dict(list(begun.items())[-MOST_BEGUN:])
    return redirect(url_for("apps.consent") + "?" + urlencode(request.args))


@pages.route("/oauth/consent", methods=["GET", "POST"])
@signed_in
@fresh(LATER)
def consent() -> ResponseReturnValue:
    try:
        grant = _grant()
        began = session.get(BEGUN, {}).get(_key())
        if began is None:
            raise OauthRefused(domain.BAD, "not_begun")
    except OAuth2Error as error:
        return _refused(error)
    if _too_long_ago(grant.asked, datetime.fromisoformat(began)):
        return redirect(url_for("sessions.confirm", next=request.full_path))
    return _answered(grant) if request.method == "POST" else _asked(grant)


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


def _grant() -> CodeGrant:
    """Raises OAuth2Error, which leads back only where the address is right."""
    who = sessions.standing()
    person_id = who.person_id if who.level is Level.SIGNED_IN else None
    grant: CodeGrant = server.get_consent_grant(reading.query(), person_id)
    return grant


def _without_asking(grant: CodeGrant) -> ResponseReturnValue:
    """Raises OauthRefused where somebody would have to be asked."""
    signed_in = sessions.standing().level is Level.SIGNED_IN
    if not signed_in or _too_long_ago(grant.asked, None):
        raise _of(grant, "login_required")
    if (found := _covered(grant)) is None:
        raise _of(grant, "consent_required")
    return _let_in(grant, found)


def _of(grant: CodeGrant, error: str) -> OauthRefused:
    refused = OauthRefused(error, uri=grant.asked.redirect_uri)
    refused.state = grant.request.payload.state
    return refused


def _covered(grant: CodeGrant) -> Agreed | None:
    """What was agreed to before. Another app may pose as this one, so apps are asked each time."""
    client = grant.client.row
    if client.kind == Kind.APP:
        return None
    return service.remembered(cast("UUID", sessions.standing().person_id), client, grant.asked)


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


def _asked(grant: CodeGrant) -> ResponseReturnValue:
    if (found := _covered(grant)) and "consent" not in grant.asked.prompt:
        return _let_in(grant, found)
    return _page(grant.client.row, grant.asked)


def _answered(grant: CodeGrant) -> ResponseReturnValue:
    if request.form.get("act") != "agree":
        return _back(server.create_authorization_response(grant.request, grant=grant))
    ticked = request.form.getlist("claim")
    return _let_in(grant, service.agree(visitor().id, grant.client.row, grant.asked, ticked))


def _let_in(grant: CodeGrant, agreed: Agreed) -> ResponseReturnValue:
    given = Given(agreed, grant.asked, sessions.standing())
    session[BEGUN] = {key: at for key, at in session.get(BEGUN, {}).items() if key != _key()}
    answer = server.create_authorization_response(grant.request, grant_user=given, grant=grant)
    return _back(answer)


def _page(client: Client, asked: Asked) -> ResponseReturnValue:
    shown = claims.shown(visitor().id, asked.claims)
    html = render_template(
        "oauth/consent.html", client=client, asked=asked, shown=shown, labels=domain.LABELS
    )
    parts = urlsplit(asked.redirect_uri)
    back = f"{parts.scheme}://{parts.netloc}" if parts.netloc else f"{parts.scheme}:"
    policy = POLICY.replace("form-action 'self'", f"form-action 'self' {back}")
    return html, 200, {"Content-Security-Policy": policy}


def _refused(error: OAuth2Error) -> ResponseReturnValue:
    """Said to the site or app if its address is right, else on a page."""
    if error.redirect_uri:
        return _back(server.back(error))
    why = getattr(error, "why", error.error)
    refusals.note("oauth.refused", about="oauth", address=entry.address(), why=why, actor="web")
    return answer(400, _(CannotGoOn.message))


def _back(response: Response) -> Response:
    response.status_code = 303
    return response


def _key() -> str:
    return token_hash(urlencode(sorted(request.args.items()))).hex()
