"""Pages of recovering an account, and of saying "this was not me".

To open a link changes nothing: programs that look through mail do that, too.
"""

from flask import Blueprint, flash, redirect, render_template, request, session, url_for
from flask.typing import ResponseReturnValue

from portal.accounts import service
from portal.accounts.alarms import service as alarms
from portal.accounts.alarms.domain import LinkEnded
from portal.accounts.domain import Level
from portal.accounts.forms.recovery import Password
from portal.accounts.forms.signing import Form
from portal.accounts.recovery import service as recovery
from portal.accounts.recovery.domain import RECOVERED, RecoveryEnded
from portal.accounts.sessions import service as sessions
from portal.accounts.views import entry
from portal.accounts.visitors import halfway, person_id
from portal.i18n import gettext as _
from portal.web.access import public

pages = Blueprint("recovery", __name__)
pages.after_request(entry.never_kept)


@pages.route("/sign-in/recover", methods=["GET", "POST"])
@halfway(Level.PASSWORD)
def begin() -> ResponseReturnValue:
    """Somebody who showed the password has nothing for the second step."""
    me, form = person_id(), Form()
    if form.is_sent():
        recovery.begin(me)
        return redirect(url_for(".begin"))
    return entry.page("recover", form, known=recovery.of(me))


@pages.route("/sign-in/recover/<token>", methods=["GET", "POST"])
@public
def open_account(token: str) -> ResponseReturnValue:
    """The wait is over: the link and the password together begin what is set up anew."""
    form = Password()
    try:
        known = recovery.by_link(token, opens=True)
        if not form.is_sent():
            return entry.page("recover_open", form)
        if not service.knows_password(known.person_id, form.password.answer()):
            return entry.page("recover_open", form, refused=True)
        recovery.take(token, keep=sessions.standing().id)
    except RecoveryEnded:
        return _ended(RecoveryEnded, "accounts.recovery_refused")
    sessions.begin(Level.ENROLLING, known.person_id, how=RECOVERED)
    session.pop(entry.NEXT, None)
    return redirect(url_for("factors.app"))


@pages.route("/account/recovery/cancel/<token>", methods=["GET", "POST"])
@public
def cancel(token: str) -> ResponseReturnValue:
    """Stops a recovery; who did not ask for it is kept safe by a new password, too."""
    form = Form()
    try:
        recovery.by_link(token, opens=False)
        if not form.is_sent():
            return entry.page("recover_cancel", form)
        owner = recovery.cancel_by_link(token)
    except RecoveryEnded:
        return _ended(RecoveryEnded, "accounts.recovery_refused")
    if request.form.get("whose") == "mine":
        flash(_("It is stopped. Sign in as you did before."), "ok")
        return redirect(url_for("accounts.sign_in"))
    recovery.secure(owner, why="recovery")
    return redirect(url_for(".secured"))


@pages.route("/account/not-me/<token>", methods=["GET", "POST"])
@public
def not_me(token: str) -> ResponseReturnValue:
    """From a warning: works without signing in, once."""
    form = Form()
    warned = alarms.check(token)
    if warned is None:
        return _ended(LinkEnded, "accounts.not_me_refused")
    if not form.is_sent():
        return entry.page("not_me", form, warned=warned)
    try:
        recovery.deny(token)
    except LinkEnded:
        return _ended(LinkEnded, "accounts.not_me_refused")
    return redirect(url_for(".secured"))


@pages.get("/account/secured")
@public
def secured() -> ResponseReturnValue:
    """What to do after it; says nothing of anybody."""
    return render_template("accounts/not_me_done.html")


def _ended(refusal: type[RecoveryEnded | LinkEnded], act: str) -> ResponseReturnValue:
    recovery.refused(act, address=entry.address())
    return entry.ended(refusal, url_for("accounts.sign_in"))
