"""The page on which a person corrects answers that nobody has decided on yet."""

from typing import Any

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from portal.applications import applying
from portal.applications.correcting import service
from portal.applications.correcting.domain import NothingToCorrect
from portal.applications.domain import Behalf
from portal.applications.mine import by, mine
from portal.applications.service import Case
from portal.delegation import visitors
from portal.delegation.domain import Need
from portal.delegation.visitors import whose
from portal.forms import engine
from portal.forms import service as drafts
from portal.forms.engine import Posted, Sheet
from portal.i18n import gettext
from portal.kernel.db import db
from portal.kernel.errors import DomainError
from portal.kernel.money import Money
from portal.registry import service as registry
from portal.web.access import signed_in, visitor
from portal.web.edge import takes

pages = Blueprint("correcting", __name__, template_folder="../templates")
UPLOADS = 64 * 1024 * 1024


@pages.context_processor
def _acting() -> dict[str, Any]:
    return {"whose": visitors.shown()}


@pages.get("/applications/<reference>/correct")
@signed_in
def show(reference: str) -> ResponseReturnValue:
    application = mine(reference)
    return _page(application, engine.show(_questions(application)))


@pages.post("/applications/<reference>/correct")
@takes(UPLOADS)
@signed_in
def send(reference: str) -> ResponseReturnValue:
    application, posted = mine(reference), Posted(request.form, request.files)
    page = _questions(application)
    if "refresh" in request.form:
        return _page(application, applying.refreshed_on(application, page, posted, visitor().id))
    sheet = applying.taken_on(application, page, posted)
    if sheet.errors or sheet.revealed:
        return _page(application, sheet), 422
    try:
        course = applying.corrected(application, sheet)
        fee = applying.price(course)
        if objections := applying.objections(course):
            for one in objections:
                flash(one.sentence, "bad")
            return _page(application, sheet), 422
        with db.session.begin_nested():
            behalf = by(whose(need=Need.FOLLOW))
            _correct(application, sheet, behalf, fee)
    except DomainError as refusal:
        # What was typed is in the draft of the correction already.
        flash(gettext(refusal.message, **refusal.params), "bad")
        return _page(application, sheet), refusal.status
    flash(gettext("Your correction is sent to the provider."), "ok")
    return redirect(url_for("applications.show", reference=reference))


def _questions(application: Case) -> engine.Page:
    """Raises NothingToCorrect."""
    free = service.questions(application)
    if not free:
        raise NothingToCorrect
    return applying.reopened(application, free)


def _correct(application: Case, sheet: Sheet, behalf: Behalf | None, fee: Money | None) -> None:
    """Close the draft of the correction when it is taken."""
    said = applying.said_by(registry.version(application.version_id), fee)
    person_id, reference = application.person_id, application.reference
    service.correct(person_id, reference, sheet.answers, _seen(), behalf, said)
    drafts.close(applying.correction(application))


def _seen() -> int | None:
    seen = request.form.get("seen", "")
    return int(seen) if seen.isascii() and seen.isdigit() else None


def _page(application: Case, sheet: Sheet) -> str:
    return render_template(
        "applications/correct.html",
        application=application,
        offer=registry.version(application.version_id),
        sheet=sheet,
    )
