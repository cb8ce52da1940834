"""Pages of passkeys: signing in with one, and keeping several."""

from uuid import UUID

from flask import Blueprint, flash, jsonify, redirect, request, session, url_for
from flask.typing import ResponseReturnValue

from portal.accounts import domain, service
from portal.accounts.attempts import service as attempts
from portal.accounts.domain import Level
from portal.accounts.factors import service as factors
from portal.accounts.forms.signing import Code, NewPasskey, PasskeyName, SignIn
from portal.accounts.passkeys import service as passkeys
from portal.accounts.passkeys.domain import REFUSALS
from portal.accounts.sessions import service as sessions
from portal.accounts.views import entry
from portal.accounts.views.factors import second_step
from portal.accounts.visitors import halfway, person_id
from portal.i18n import gettext as _
from portal.kernel.errors import SignInNeeded
from portal.web.access import SOON, confirmed, fresh, public, safe_next, signed_in

pages = Blueprint("passkeys", __name__)
pages.after_request(entry.never_kept)
HALFWAY = (Level.ENROLLING, Level.SIGNED_IN)


@pages.get("/sign-in/passkey/options")
@public
def options() -> ResponseReturnValue:
    """What the browser asks the device for; also where somebody confirms that it is them."""
    return jsonify(passkeys.options_for(sessions.standing().person_id))


@pages.post("/sign-in/passkey")
@public
def sign_in() -> ResponseReturnValue:
    """With a passkey alone, or with one after the password."""
    if elsewhere := entry.further_on():
        return redirect(elsewhere)
    known = sessions.standing().person_id
    try:
        owner = passkeys.check(request.form.get("assertion", ""), known)
    except passkeys.PasskeyRefused:
        return _refused(known)
    if not service.signed_in_with(owner, "passkey"):
        return _refused(known)
    if known:
        return entry.signed_in_now("password passkey")
    session[entry.NEXT] = safe_next(request.args.get("next"), entry.home())
    return entry.signed_in_now("passkey", owner)


@pages.get("/account/factors/passkeys/options")
@halfway(*HALFWAY)
def options_to_make() -> ResponseReturnValue:
    me = person_id()
    told = service.details(me)
    return jsonify(passkeys.options_to_make(me, told.email or told.mobile or "", told.name))


@pages.route("/account/factors/passkeys/new", methods=["GET", "POST"])
@halfway(*HALFWAY)
def new() -> ResponseReturnValue:
    is_new = sessions.standing().level is Level.ENROLLING
    if not is_new:
        confirmed(SOON)
    form = NewPasskey()
    if not form.is_sent():
        return entry.page("passkey_new", form, is_new=is_new)
    me = person_id()
    factors.hold(me)
    try:
        passkeys.add(me, request.form.get("credential", ""), form.name.answer() or _("Passkey"))
    except passkeys.PasskeyRefused:
        _count_refusal()
        return entry.page("passkey_new", form, refused=True, is_new=is_new)
    return _made(me)


@pages.route("/account/factors/passkeys/<uuid:passkey_id>", methods=["GET", "POST"])
@signed_in
@fresh(SOON)
def one(passkey_id: UUID) -> ResponseReturnValue:
    me = person_id()
    passkey = passkeys.one(me, passkey_id)
    form = PasskeyName(data={"name": passkey.name})
    if not form.is_sent():
        is_last = len(factors.strong(me)) == 1
        return entry.page("passkey_one", form, passkey=passkey, is_last=is_last)
    passkeys.rename(me, passkey_id, form.name.answer())
    flash(_("The name is changed."), "ok")
    return redirect(url_for("factors.security"))


@pages.post("/account/factors/passkeys/<uuid:passkey_id>/remove")
@signed_in
@fresh(SOON)
def remove(passkey_id: UUID) -> ResponseReturnValue:
    me = person_id()
    factors.remove_passkey(me, passkey_id)
    service.factor_removed(me, "passkey", keep=sessions.standing().id)
    flash(_("The passkey is removed. Everywhere else you are signed out."), "ok")
    return redirect(url_for("factors.security"))


def _made(me: UUID) -> ResponseReturnValue:
    codes = service.factor_set(me, "passkey", keep=sessions.standing().id)
    if codes:
        entry.account_opened("passkey")
        return entry.show_codes(codes)
    if sessions.standing().level is not Level.SIGNED_IN:
        # The recovery in which this began was cancelled in the meantime.
        raise SignInNeeded
    flash(_("Your passkey is set. Everywhere else you are signed out."), "ok")
    return redirect(url_for("factors.security"))


def _refused(known: UUID | None) -> ResponseReturnValue:
    _count_refusal()
    if known:
        return second_step(Code(formdata=None), refused="passkey")
    return entry.page("sign_in", SignIn(formdata=None), refused=True, by="passkey")


def _count_refusal() -> None:
    """Only what was refused is counted, so that nobody makes the owner of a passkey wait.

    Raises TooMany.
    """
    attempts.spend(REFUSALS, domain.neighbourhood(entry.address()))
