"""Pages of second factors: shown at the sign-in, and looked after in the account."""

from io import BytesIO
from typing import Any

import segno
from flask import Blueprint, Response, flash, redirect, render_template, request, session, url_for
from flask.typing import ResponseReturnValue

from portal.accounts import service
from portal.accounts.contacts import service as contacts
from portal.accounts.domain import Level
from portal.accounts.factors import service as factors
from portal.accounts.forms.signing import Code, Form, NewPassword, RecoveryCode
from portal.accounts.passkeys import service as passkeys
from portal.accounts.recovery.domain import RECOVERED
from portal.accounts.sessions import service as sessions
from portal.accounts.sessions.service import Standing
from portal.accounts.views import entry
from portal.accounts.visitors import halfway, person_id
from portal.i18n import gettext as _
from portal.i18n import ngettext
from portal.web.access import SOON, confirmed, fresh, signed_in

pages = Blueprint("factors", __name__)
HALFWAY = (Level.ENROLLING, Level.SIGNED_IN)
pages.after_request(entry.never_kept)


@pages.route("/sign-in/code", methods=["GET", "POST"])
@halfway(Level.PASSWORD)
def code() -> ResponseReturnValue:
    form = Code()
    if not form.is_sent():
        return second_step(form)
    if not service.finish_with_app(person_id(), form.code.answer()):
        return second_step(form, refused="app")
    return entry.signed_in_now("password app")


def second_step(form: Form, *, refused: str = "") -> ResponseReturnValue:
    """What this person may show after the password; `refused` is what was shown in vain."""
    me = person_id()
    told: dict[str, Any] = {"ways": factors.ways(me), "app_is_off": factors.app_is_off(me)}
    return entry.page("code", form, refused=bool(refused), by=refused, **told)


@pages.route("/sign-in/recovery", methods=["GET", "POST"])
@halfway(Level.PASSWORD)
def recovery() -> ResponseReturnValue:
    form = RecoveryCode()
    if not form.is_sent():
        return entry.page("recovery", form)
    if not service.finish_with_code(person_id(), form.code.answer()):
        return entry.page("recovery", form, refused=True)
    left = service.codes_left(person_id())
    flash(
        ngettext(
            "You have %(n)s recovery code left. Make new ones if you lost your app.",
            "You have %(n)s recovery codes left. Make new ones if you lost your app.",
            left,
        ),
        "warn",
    )
    return entry.signed_in_now("password recovery")


@pages.get("/account")
@signed_in
def security() -> ResponseReturnValue:
    me = person_id()
    return render_template(
        "accounts/security.html",
        overview=service.overview(me),
        passkeys=passkeys.kept(me),
        text=factors.text_choice(me),
        app_is_off=factors.app_is_off(me),
        has_password=service.has_password(me),
    )


@pages.route("/account/password", methods=["GET", "POST"])
@signed_in
@fresh(SOON)
def password() -> ResponseReturnValue:
    me = person_id()
    form = NewPassword(lambda: service.details(me))
    has_one = service.has_password(me)
    if not has_one:
        # It was taken away after a warning; whoever is here has shown another factor just now.
        del form.password
    if not form.is_sent():
        return entry.page("password", form)
    if has_one and not service.knows_password(me, form.password.answer()):
        return entry.page("password", form, refused=True)
    service.change_password(me, form.new.answer(), keep=sessions.standing().id)
    sessions.confirm("password")
    flash(_("Your password is changed. Everywhere else you are signed out."), "ok")
    return redirect(url_for(".security"))


@pages.post("/account/factors/app/new")
@signed_in
@fresh(SOON)
def new_app() -> ResponseReturnValue:
    service.new_app(person_id())
    return redirect(url_for(".app"))


@pages.route("/account/factors/app", methods=["GET", "POST"])
@halfway(*HALFWAY)
def app() -> ResponseReturnValue:
    me, standing = person_id(), sessions.standing()
    _shown_lately(standing)
    setup = service.app_setup(me)
    if setup is None:
        return redirect(url_for(".security"))
    form = Code()
    told: dict[str, Any] = {
        "setup": setup,
        "is_new": standing.level is Level.ENROLLING,
        "is_recovery": standing.how == RECOVERED,
    }
    if not form.is_sent():
        return entry.page("app", form, **told)
    codes = service.confirm_app(me, form.code.answer(), keep=sessions.standing().id)
    if codes is None:
        return entry.page("app", form, refused=True, **told)
    if codes:
        entry.account_opened("app")
        return entry.show_codes(codes)
    sessions.confirm("app")
    flash(_("Your authenticator app is set. One that you used before no longer works."), "ok")
    return redirect(url_for(".security"))


@pages.get("/account/factors/qr.svg")
@halfway(*HALFWAY)
def qr() -> ResponseReturnValue:
    _shown_lately(sessions.standing())
    setup = service.app_setup(person_id())
    if setup is None:
        return redirect(url_for(".security"))
    drawn = BytesIO()
    segno.make_qr(setup.uri).save(drawn, kind="svg", scale=4, light="#fff")
    return Response(drawn.getvalue(), mimetype="image/svg+xml")


def _shown_lately(standing: Standing) -> None:
    """The secret is for whoever began to set up the app, and for no older session beside theirs.

    Raises ConfirmationNeeded.
    """
    if standing.level is Level.SIGNED_IN:
        confirmed(factors.FRESH)


@pages.route("/account/factors/app/remove", methods=["GET", "POST"])
@signed_in
@fresh(SOON)
def remove_app() -> ResponseReturnValue:
    form = Form()
    if not form.is_sent():
        return entry.page("app_remove", form)
    me = person_id()
    if factors.remove_app(me):
        service.factor_removed(me, "app", keep=sessions.standing().id)
        flash(_("The app is removed. Everywhere else you are signed out."), "ok")
    return redirect(url_for(".security"))


@pages.post("/account/factors/text")
@signed_in
@fresh(SOON)
def text() -> ResponseReturnValue:
    """Let codes by SMS in, or keep them out."""
    me = person_id()
    wanted = request.form.get("text") == "on"
    if contacts.set_text_factor(me, wanted):
        factors.begin_count(me, factors.TEXT)
        tell = service.factor_set if wanted else service.factor_removed
        tell(me, "text", keep=sessions.standing().id)
        flash(_("Kept. Everywhere else you are signed out."), "ok")
    return redirect(url_for(".security"))


@pages.route("/account/factors/codes/new", methods=["GET", "POST"])
@signed_in
@fresh(SOON)
def new_codes() -> ResponseReturnValue:
    form = Form()
    if not form.is_sent():
        return entry.page("new_codes", form)
    me = person_id()
    return entry.show_codes(service.new_codes(me, keep=sessions.standing().id))


@pages.get("/account/factors/codes")
@signed_in
def codes() -> ResponseReturnValue:
    if entry.CODES not in session:
        return redirect(url_for(".security"))
    return render_template("accounts/codes.html", codes=session[entry.CODES])


@pages.post("/account/factors/codes")
@signed_in
def codes_kept() -> ResponseReturnValue:
    session.pop(entry.CODES, None)
    return entry.onward()


@pages.get("/account/factors/codes.txt")
@signed_in
def codes_file() -> ResponseReturnValue:
    if entry.CODES not in session:
        return redirect(url_for(".security"))
    lines = [
        _("Recovery codes for Sanjha. Each works once. Show them to nobody."),
        "",
        *session[entry.CODES],
    ]
    response = Response("\r\n".join([*lines, ""]), mimetype="text/plain")
    response.headers["Content-Disposition"] = 'attachment; filename="sanjha-recovery-codes.txt"'
    return response
