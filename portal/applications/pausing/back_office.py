"""Stopping the clock of a case at the desk, and letting it go on."""

from flask import Blueprint, flash, redirect, request, url_for
from flask.typing import ResponseReturnValue

from portal.applications import service as applications
from portal.applications.pausing import service
from portal.i18n import gettext
from portal.kernel.db import db
from portal.kernel.errors import DomainError
from portal.web.access import may, visitor

pages = Blueprint("pausing", __name__, url_prefix="/desk")
DECIDE = "applications.decide"


@pages.post("/<reference>/pause")
@may(DECIDE)
def pause(reference: str) -> ResponseReturnValue:
    """A refusal is said on the page of the case, which stays as it was."""
    reach, me = visitor().scopes_for(DECIDE), visitor().id
    case = applications.find_case(reach, reference, lock=True)
    try:
        with db.session.begin_nested():
            if request.form.get("act") == "resume":
                service.resume(case, me, reach)
            else:
                service.pause(case, request.form.get("reason", ""), me, reach)
        flash(gettext("It is recorded, and the person can read it."), "ok")
    except DomainError as refusal:
        flash(gettext(refusal.message, **refusal.params), "bad")
    return redirect(url_for("desk.case", reference=reference))
