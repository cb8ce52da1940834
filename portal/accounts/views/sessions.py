"""Pages about where somebody is signed in, and for showing again who one is."""

from uuid import UUID

from flask import Blueprint, flash, jsonify, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from portal.accounts import service
from portal.accounts.confirming import service as confirming
from portal.accounts.forms.sessions import ShownApp, ShownPassword
from portal.accounts.sessions import service as sessions
from portal.accounts.views import entry
from portal.accounts.visitors import person_id
from portal.i18n import gettext as _
from portal.web import sendable
from portal.web.access import safe_next, signed_in

pages = Blueprint("sessions", __name__)
pages.after_request(entry.never_kept)


@pages.route("/account/confirm", methods=["GET", "POST"])
@signed_in
def confirm() -> ResponseReturnValue:
    """Whoever is signed in shows a factor again, and goes on with what asked for it."""
    app, password = ShownApp(), ShownPassword()
    shown = _shown(app, password) if request.method == "POST" else None
    if shown:
        sessions.confirm(shown)
        return redirect(safe_next(request.args.get("next"), url_for("factors.security")))
    sent = password if "password" in request.form else app
    return entry.page(
        "confirm_it_is_you",
        sent,
        refused=shown is None and request.method == "POST" and not sent.is_wrong,
        app=app,
        password=password,
        ways=confirming.ways(person_id()),
    )


def _shown(app: ShownApp, password: ShownPassword) -> str | None:
    """Which factor was sent and is right. Raises TooMany."""
    me = person_id()
    if "assertion" in request.form:
        sent, here = request.form["assertion"], entry.address()
        return "passkey" if confirming.by_passkey(me, sent, address=here) else None
    if "code" in request.form:
        right = app.is_sent() and confirming.by_app(me, app.code.answer())
        return "app" if right else None
    right = password.is_sent() and confirming.by_password(me, password.password.answer())
    return "password" if right else None


@pages.post("/account/stay")
@signed_in
def stay() -> ResponseReturnValue:
    """Somebody is still at the form: coming here is what makes the session go on."""
    who = sessions.touch()
    until = sessions.lasts_until(who)
    said = sendable.sentence(until, is_last=until >= who.ends)
    return jsonify(seconds=sendable.seconds_to(until), said=said)


@pages.get("/account/devices")
@signed_in
def devices() -> ResponseReturnValue:
    return render_template("accounts/devices.html", devices=sessions.signed_in(person_id()))


@pages.post("/account/devices/<uuid:session_id>/sign-out")
@signed_in
def sign_out_one(session_id: UUID) -> ResponseReturnValue:
    if session_id == sessions.standing().id:
        sessions.end()
        flash(_("You are signed out."), "ok")
        return redirect(entry.home())
    sessions.end_one(person_id(), session_id)
    flash(_("It is signed out there."), "ok")
    return redirect(url_for(".devices"))


@pages.post("/account/devices/sign-out-others")
@signed_in
def sign_out_others() -> ResponseReturnValue:
    sessions.end_all(person_id(), but=sessions.standing().id)
    flash(_("You are signed out everywhere but here."), "ok")
    return redirect(url_for(".devices"))


@pages.post("/account/sign-out-everywhere")
@signed_in
def sign_out_everywhere() -> ResponseReturnValue:
    service.sign_out_everywhere(person_id())
    sessions.end()
    flash(_("You are signed out everywhere."), "ok")
    return redirect(url_for("accounts.sign_in"))
