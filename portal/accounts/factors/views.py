"""Pages of second factors: shown at the sign-in, and looked after in the account."""

from io import BytesIO

import segno
from flask import Blueprint, Response, flash, redirect, render_template, session, url_for
from flask.typing import ResponseReturnValue

from portal.accounts import entry, service
from portal.accounts.domain import Level
from portal.accounts.forms import (
    Code,
    Confirm,
    NewPassword,
    RecoveryCode,
)
from portal.accounts.sessions import service as sessions
from portal.accounts.visitors import halfway, person_id
from portal.i18n import gettext as _
from portal.i18n import ngettext
from portal.web.access import signed_in

pages = Blueprint("factors", __name__)
HALFWAY = (Level.ENROLLING, Level.SIGNED_IN)
pages.after_request(entry.never_kept)


@pages.route("/sign-in/code", methods=["GET", "POST"])
@halfway(Level.PASSWORD)
def code() -> ResponseReturnValue:
    form = Code()
    if not form.is_sent():
        return entry.page("code", form)
    if not service.finish_with_app(person_id(), form.code.answer()):
        return entry.page("code", form, refused=True)
    return entry.signed_in_now("password app")


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
    return render_template("accounts/security.html", overview=service.overview(person_id()))


@pages.route("/account/password", methods=["GET", "POST"])
@signed_in
def password() -> ResponseReturnValue:
    me = person_id()
    form = NewPassword(lambda: service.details(me))
    if not form.is_sent():
        return entry.page("password", form)
    if not service.knows_password(me, form.password.answer()):
        return entry.page("password", form, refused=True)
    service.change_password(me, form.new.answer(), keep=sessions.standing().id)
    sessions.begin(Level.SIGNED_IN, me, service.session_lasts(me), how="password app")
    flash(_("Your password is changed. Everywhere else you are signed out."), "ok")
    return redirect(url_for(".security"))


@pages.route("/account/factors/app/new", methods=["GET", "POST"])
@signed_in
def new_app() -> ResponseReturnValue:
    form = Confirm()
    if not form.is_sent():
        return entry.page("new_app", form)
    if not service.knows_password(person_id(), form.password.answer()):
        return entry.page("new_app", form, refused=True)
    service.new_app(person_id())
    return redirect(url_for(".app"))


@pages.route("/account/factors/app", methods=["GET", "POST"])
@halfway(*HALFWAY)
def app() -> ResponseReturnValue:
    me = person_id()
    setup = service.app_setup(me)
    if setup is None:
        return redirect(url_for(".security"))
    form = Code()
    is_new = sessions.standing().level is Level.ENROLLING
    if not form.is_sent():
        return entry.page("app", form, setup=setup, is_new=is_new)
    codes = service.confirm_app(me, form.code.answer(), keep=sessions.standing().id)
    if codes is None:
        return entry.page("app", form, refused=True, setup=setup, is_new=is_new)
    sessions.begin(Level.SIGNED_IN, me, service.session_lasts(me), how="password app")
    if codes:
        return entry.show_codes(codes)
    flash(_("Your new authenticator app is set. The old one no longer works."), "ok")
    return redirect(url_for(".security"))


@pages.get("/account/factors/qr.svg")
@halfway(*HALFWAY)
def qr() -> ResponseReturnValue:
    setup = service.app_setup(person_id())
    if setup is None:
        return redirect(url_for(".security"))
    drawn = BytesIO()
    segno.make_qr(setup.uri).save(drawn, kind="svg", scale=4, light="#fff")
    return Response(drawn.getvalue(), mimetype="image/svg+xml")


@pages.route("/account/factors/codes/new", methods=["GET", "POST"])
@signed_in
def new_codes() -> ResponseReturnValue:
    form = Confirm()
    if not form.is_sent():
        return entry.page("new_codes", form)
    if not service.knows_password(person_id(), form.password.answer()):
        return entry.page("new_codes", form, refused=True)
    return entry.show_codes(service.new_codes(person_id()))


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
