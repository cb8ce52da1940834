"""The pages for registering, signing in and out, and looking after one's account."""

from io import BytesIO

import segno
from flask import (
    Blueprint,
    Response,
    flash,
    redirect,
    render_template,
    request,
    session,
    url_for,
)
from flask.typing import ResponseReturnValue

from portal.accounts import service
from portal.accounts.domain import Level
from portal.accounts.forms import (
    Code,
    Confirm,
    Form,
    NewPassword,
    RecoveryCode,
    Registration,
    SignIn,
)
from portal.accounts.sessions import service as sessions
from portal.accounts.visitors import halfway, person_id
from portal.i18n import gettext as _
from portal.i18n import ngettext
from portal.web.access import public, safe_next, signed_in

pages = Blueprint("accounts", __name__, template_folder="templates")
# What was asked for before the sign-in, and codes that wait to be seen, stay in the session.
NEXT, CODES = "next", "codes"
STEP_AFTER = {Level.PASSWORD: "accounts.code", Level.ENROLLING: "accounts.app"}
HALFWAY = (Level.ENROLLING, Level.SIGNED_IN)


@pages.after_request
def never_kept(response: Response) -> Response:
    """No copy of these pages stays on a shared device."""
    response.headers["Cache-Control"] = "no-store"
    return response


@pages.route("/register", methods=["GET", "POST"])
@public
def register() -> ResponseReturnValue:
    if elsewhere := further_on():
        return redirect(elsewhere)
    invitation = request.args.get("invitation")
    if invitation:
        service.check_invitation(invitation)
    form = Registration()
    if not form.is_sent():
        return page("register", form)
    made = service.register(
        form.details(), form.password.answer(), address=address(), invitation=invitation
    )
    if made is None:
        return page("register", form, refused=True)
    return first_step_done(service.Pending(made, Level.ENROLLING))


@pages.route("/sign-in", methods=["GET", "POST"])
@public
def sign_in() -> ResponseReturnValue:
    if elsewhere := further_on():
        return redirect(elsewhere)
    form = SignIn()
    if not form.is_sent():
        return page("sign_in", form)
    pending = service.begin_sign_in(
        form.contact.answer(), form.password.answer(), address=address()
    )
    if pending is None:
        return page("sign_in", form, refused=True)
    return first_step_done(pending)


@pages.route("/sign-in/code", methods=["GET", "POST"])
@halfway(Level.PASSWORD)
def code() -> ResponseReturnValue:
    form = Code()
    if not form.is_sent():
        return page("code", form)
    if not service.finish_with_app(person_id(), form.code.answer()):
        return page("code", form, refused=True)
    return signed_in_now()


@pages.route("/sign-in/recovery", methods=["GET", "POST"])
@halfway(Level.PASSWORD)
def recovery() -> ResponseReturnValue:
    form = RecoveryCode()
    if not form.is_sent():
        return page("recovery", form)
    if not service.finish_with_code(person_id(), form.code.answer()):
        return page("recovery", form, refused=True)
    left = service.codes_left(person_id())
    flash(
        ngettext(
            "You have %(n)s recovery code left. Make new ones if you lost your app.",
            "You have %(n)s recovery codes left. Make new ones if you lost your app.",
            left,
        ),
        "warn",
    )
    return signed_in_now()


@pages.post("/sign-out")
@public
def sign_out() -> ResponseReturnValue:
    sessions.end()
    flash(_("You are signed out."), "ok")
    return redirect(home())


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
        return page("password", form)
    if not service.knows_password(me, form.password.answer()):
        return page("password", form, refused=True)
    service.change_password(me, form.new.answer(), keep=sessions.standing().id)
    sessions.begin(Level.SIGNED_IN, me, service.session_lasts(me))
    flash(_("Your password is changed. Everywhere else you are signed out."), "ok")
    return redirect(url_for(".security"))


@pages.post("/account/sign-out-everywhere")
@signed_in
def sign_out_everywhere() -> ResponseReturnValue:
    service.sign_out_everywhere(person_id())
    sessions.end()
    flash(_("You are signed out everywhere."), "ok")
    return redirect(url_for(".sign_in"))


@pages.route("/account/factors/app/new", methods=["GET", "POST"])
@signed_in
def new_app() -> ResponseReturnValue:
    form = Confirm()
    if not form.is_sent():
        return page("new_app", form)
    if not service.knows_password(person_id(), form.password.answer()):
        return page("new_app", form, refused=True)
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
        return page("app", form, setup=setup, is_new=is_new)
    codes = service.confirm_app(me, form.code.answer(), keep=sessions.standing().id)
    if codes is None:
        return page("app", form, refused=True, setup=setup, is_new=is_new)
    sessions.begin(Level.SIGNED_IN, me, service.session_lasts(me))
    if codes:
        return show_codes(codes)
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
        return page("new_codes", form)
    if not service.knows_password(person_id(), form.password.answer()):
        return page("new_codes", form, refused=True)
    return show_codes(service.new_codes(person_id()))


@pages.get("/account/factors/codes")
@signed_in
def codes() -> ResponseReturnValue:
    if CODES not in session:
        return redirect(url_for(".security"))
    return render_template("accounts/codes.html", codes=session[CODES])


@pages.post("/account/factors/codes")
@signed_in
def codes_kept() -> ResponseReturnValue:
    session.pop(CODES, None)
    return onward()


@pages.get("/account/factors/codes.txt")
@signed_in
def codes_file() -> ResponseReturnValue:
    if CODES not in session:
        return redirect(url_for(".security"))
    lines = [
        _("Recovery codes for Sanjha. Each works once. Show them to nobody."),
        "",
        *session[CODES],
    ]
    response = Response("\r\n".join([*lines, ""]), mimetype="text/plain")
    response.headers["Content-Disposition"] = 'attachment; filename="sanjha-recovery-codes.txt"'
    return response


def page(name: str, form: Form, *, refused: bool = False, **more: object) -> ResponseReturnValue:
    """The page of a form; 422 when what was sent is not right."""
    wrong = refused or form.is_wrong
    html = render_template(
        f"accounts/{name}.html", form=form, refused=refused, has_errors=wrong, **more
    )
    return html, 422 if wrong else 200


def further_on() -> str | None:
    """Where somebody belongs who has done the first step already."""
    level = sessions.standing().level
    if level is Level.SIGNED_IN:
        return safe_next(request.args.get("next"), home())
    return url_for(".app") if level is Level.ENROLLING else None


def first_step_done(pending: service.Pending) -> ResponseReturnValue:
    sessions.begin(pending.level, pending.person_id)
    session[NEXT] = safe_next(request.args.get("next"), home())
    return redirect(url_for(STEP_AFTER[pending.level]))


def signed_in_now() -> ResponseReturnValue:
    me = person_id()
    sessions.begin(Level.SIGNED_IN, me, service.session_lasts(me))
    return onward()


def show_codes(made: tuple[str, ...]) -> ResponseReturnValue:
    session[CODES] = list(made)
    return redirect(url_for(".codes"))


def onward() -> ResponseReturnValue:
    """To where the person wanted to go before signing in."""
    return redirect(session.pop(NEXT, None) or home())


def home() -> str:
    return url_for("discovery.home")


def address() -> str:
    return request.remote_addr or ""
