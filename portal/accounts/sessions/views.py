"""Pages about where somebody is signed in."""

from flask import Blueprint, flash, redirect, url_for
from flask.typing import ResponseReturnValue

from portal.accounts import entry, service
from portal.accounts.sessions import service as sessions
from portal.accounts.visitors import person_id
from portal.i18n import gettext as _
from portal.web.access import signed_in

pages = Blueprint("sessions", __name__)
pages.after_request(entry.never_kept)


@pages.post("/account/sign-out-everywhere")
@signed_in
def sign_out_everywhere() -> ResponseReturnValue:
    service.sign_out_everywhere(person_id())
    sessions.end()
    flash(_("You are signed out everywhere."), "ok")
    return redirect(url_for("accounts.sign_in"))
