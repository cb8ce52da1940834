"""The pages for signing in and out."""

from flask import Blueprint, flash, redirect
from flask.typing import ResponseReturnValue

from portal.accounts import service
from portal.accounts.devices import service as devices
from portal.accounts.forms.signing import (
    SignIn,
)
from portal.accounts.sessions import service as sessions
from portal.accounts.views import entry
from portal.i18n import gettext as _
from portal.web.access import public

pages = Blueprint("accounts", __name__, template_folder="../templates")
pages.after_request(entry.never_kept)


@pages.route("/sign-in", methods=["GET", "POST"])
@public
def sign_in() -> ResponseReturnValue:
    if elsewhere := entry.further_on():
        return redirect(elsewhere)
    form = SignIn()
    if not form.is_sent():
        return entry.page("sign_in", form)
    pending = service.begin_sign_in(
        form.contact.answer(),
        form.password.answer(),
        address=entry.address(),
        device=devices.device_token_hash(),
    )
    if pending is None:
        return entry.page("sign_in", form, refused=True)
    return entry.first_step_done(pending)


@pages.post("/sign-out")
@public
def sign_out() -> ResponseReturnValue:
    sessions.end()
    flash(_("You are signed out."), "ok")
    return redirect(entry.home())
