"""The page for registering."""

from uuid import UUID

from flask import Blueprint, redirect, request
from flask.typing import ResponseReturnValue

from portal.accounts import service
from portal.accounts.domain import Level
from portal.accounts.forms.signing import Registration
from portal.accounts.joining import service as joining
from portal.accounts.joining.domain import CodeUnfit
from portal.accounts.views import entry
from portal.i18n import gettext
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
    form = Registration(data=entry.told())
    if not form.is_sent():
        return entry.page("register", form)
    made = _made(form, invitation)
    if made is None:
        form.joining.errors = [gettext(CodeUnfit.message)]
        return entry.page("register", form)
    return entry.first_step_done(service.Pending(made, Level.ENROLLING))


def _made(form: Registration, invitation: str | None) -> UUID | None:
    told, password = form.details(), form.password.answer()
    if code := form.joining.answer():
        return joining.claim(code, told, password, entry.address())
    return joining.register(told, password, address=entry.address(), invitation=invitation)
