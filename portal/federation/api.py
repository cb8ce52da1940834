"""Where identity providers send people back to, and tell us that somebody signed out there."""

from dataclasses import dataclass
from uuid import UUID

from flask import Blueprint, Response, flash, jsonify, redirect, request, url_for
from flask.typing import ResponseReturnValue

from portal.accounts import service as accounts
from portal.accounts.domain import Level
from portal.accounts.views import entry
from portal.federation import carried, service
from portal.federation.domain import FLOW_LASTS, Flow, Identity, SignInRefused, TakenIdentity
from portal.federation.refusals import refusal
from portal.federation.remote import Remote
from portal.i18n import gettext as _
from portal.kernel import clock
from portal.kernel.crypto import same
from portal.web.access import public, visitor_or_none

programs = Blueprint("oidc", __name__, url_prefix="/oidc")
programs.after_request(entry.never_kept)
LONGEST = {"state": 128, "code": 4096, "iss": 500, "error": 200, "logout_token": 32 * 1024}
# Of these the person, or the provider's page for them, is the reason.
DENIED = {
    "access_denied",
    "account_selection_required",
    "consent_required",
    "interaction_required",
    "login_required",
}


@dataclass(frozen=True)
class Said:
    """What came with the browser, each once and not too long."""

    state: str | None
    code: str | None
    iss: str | None
    error: str | None


@programs.get("/<identity_provider>/callback")
@public
def callback(identity_provider: str) -> ResponseReturnValue:
    remote = service.remote(identity_provider)
    try:
        said = _said()
        flow = carried.come_back(said.state or "", identity_provider)
        identity = _identity(remote, said, flow)
        return _go_on(identity, flow)
    except (SignInRefused, TakenIdentity) as refused:
        return refusal(identity_provider, refused)


@programs.post("/<identity_provider>/backchannel-logout")
@public
def backchannel_logout(identity_provider: str) -> ResponseReturnValue:
    remote = service.remote(identity_provider)
    try:
        told = service.check_logout(remote, _one(request.form, "logout_token") or "")
    except SignInRefused as refused:
        service.refused(identity_provider, refused.code, address=entry.address())
        answer = jsonify(error="invalid_request", error_description=refused.code)
        return _unkept(answer), 400
    service.signed_out_there(remote.provider, told)
    return _unkept(Response(status=200, mimetype="text/plain"))


def _said() -> Said:
    args = request.args
    return Said(*(_one(args, name) for name in ("state", "code", "iss", "error")))


def _one(given: object, name: str) -> str | None:
    """Raises SignInRefused for what came twice, or is too long, or no text."""
    values: list[str] = given.getlist(name)  # type: ignore[attr-defined]
    if not values:
        return None
    if len(values) > 1 or len(values[0]) > LONGEST[name] or not values[0].isascii():
        raise SignInRefused("INVALID_REQUEST")
    return values[0]


def _identity(remote: Remote, said: Said, flow: Flow) -> Identity:
    """Raises SignInRefused. The state is used up before anything is asked."""
    if not service.spend("state", said.state or "", clock.now() + FLOW_LASTS):
        raise SignInRefused("INVALID_STATE")
    issuer = remote.provider.issuer
    if said.iss is None and service.tells_issuer(remote):
        raise SignInRefused("INVALID_ISS")
    if said.iss is not None and not same(said.iss.encode(), issuer.encode()):
        raise SignInRefused("INVALID_ISS")
    if said.error is not None:
        raise SignInRefused("ACCESS_DENIED" if said.error in DENIED else "PROVIDER_ERROR")
    if not said.code:
        raise SignInRefused("INVALID_CODE")
    return service.recognise(remote, flow, said.code)


def _go_on(identity: Identity, flow: Flow) -> ResponseReturnValue:
    """Raises TakenIdentity, SignInRefused."""
    person_id, here = service.owner(identity), visitor_or_none()
    if person_id is None:
        carried.keep(identity)
        if here:
            return redirect(url_for("federation.link"))
        return redirect(url_for("federation.unknown", identity_provider=identity.slug))
    if here is None:
        return _signed_in(person_id, identity, flow)
    if here.id != person_id:
        raise TakenIdentity
    flash(_("This identity is linked to your account already."), "ok")
    return redirect(url_for("federation.mine"))


def _signed_in(person_id: UUID, identity: Identity, flow: Flow) -> ResponseReturnValue:
    level, way = service.level_for(person_id, identity), f"oidc:{identity.slug}"
    service.note(person_id, identity)
    if level is Level.SIGNED_IN and accounts.signed_in_with(person_id, way):
        return entry.signed_in_to(flow.following, way, person_id)
    return entry.first_step_done(
        accounts.Pending(person_id, level), how=way, following=flow.following
    )


def _unkept(response: Response) -> Response:
    response.headers["Cache-Control"] = "no-store"
    return response
