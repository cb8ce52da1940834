"""The page for registering."""

from flask import Blueprint, redirect, request
from flask.typing import ResponseReturnValue

from portal.accounts import entry, service
from portal.accounts.domain import Level
from portal.accounts.forms import (
    Registration,
)
from portal.accounts.joining import service as joining
from portal.web.access import public

pages = Blueprint("joining", __name__)
pages.after_request(entry.never_kept)


@pages.route("/register", methods=["GET", "POST"])
@public
def register() -> ResponseReturnValue:
    if elsewhere := entry.further_on():
        return redirect(elsewhere)
    invitation = request.args.get("invitation")
    if invitation:
        service.check_invitation(invitation)
    form = Registration()
    if not form.is_sent():
        return entry.page("register", form)
    made = joining.register(
        form.details(), form.password.answer(), address=entry.address(), invitation=invitation
    )
    if made is None:
        return entry.page("register", form, refused=True)
    return entry.first_step_done(service.Pending(made, Level.ENROLLING))
