"""The pages on which a person asks that a decision be looked at again."""

from typing import Any
from uuid import UUID

from flask import Blueprint, flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue

from portal.applications import service as applications
from portal.applications.appeals import domain, service, words
from portal.applications.appeals.forms import AskForm
from portal.applications.domain import Actor, Author
from portal.applications.enclosing import kept
from portal.applications.mine import by, mine
from portal.applications.service import Case
from portal.delegation import visitors
from portal.delegation.domain import Need
from portal.delegation.visitors import whose
from portal.files import service as files
from portal.i18n import gettext
from portal.kernel.db import db
from portal.kernel.errors import DomainError
from portal.registry import service as registry
from portal.web.access import signed_in
from portal.web.edge import takes

pages = Blueprint("appeals", __name__, template_folder="../templates")
UPLOADS = 16 * 1024 * 1024


@pages.context_processor
def _acting() -> dict[str, Any]:
    return {"whose": visitors.shown()}


@pages.get("/applications/<reference>/appeal")
@signed_in
def ask(reference: str) -> ResponseReturnValue:
    application = mine(reference)
    return _page(application, AskForm(formdata=None))


@pages.post("/applications/<reference>/appeal")
@takes(UPLOADS)
@signed_in
def send(reference: str) -> ResponseReturnValue:
    application, author = _locked(reference, Need.SEND)
    form = AskForm()
    if not form.validate_on_submit():
        return _page(application, form), 422
    try:
        with db.session.begin_nested():
            papers = [kept(application, upload) for upload in form.uploads()]
            service.ask(application, author, form.text.answer() or "", papers)
    except DomainError as refusal:
        flash(gettext(refusal.message, **refusal.params), "bad")
        return _page(application, form), refusal.status
    flash(gettext("Your appeal is sent. We tell you when it is decided."), "ok")
    return redirect(url_for("applications.show", reference=reference))


@pages.get("/applications/<reference>/appeal/withdraw")
@signed_in
def ask_withdraw(reference: str) -> ResponseReturnValue:
    application = mine(reference, Need.WITHDRAW)
    return render_template(
        "appeals/withdraw.html",
        application=application,
        offer=registry.version(application.version_id),
        waiting=words.waiting(application),
    )


@pages.post("/applications/<reference>/appeal/withdraw")
@signed_in
def withdraw(reference: str) -> ResponseReturnValue:
    application, author = _locked(reference, Need.WITHDRAW)
    service.withdraw(application, author)
    flash(gettext("You have withdrawn the appeal."), "ok")
    return redirect(url_for("applications.show", reference=reference))


@pages.get("/applications/<reference>/appeal/papers/<uuid:file_id>")
@signed_in
def paper(reference: str, file_id: UUID) -> ResponseReturnValue:
    """A file that the person sent with an appeal."""
    application = mine(reference)
    for row in service.of(application):
        if str(file_id) in {one["file"] for one in row.papers or ()}:
            return files.download_response(file_id)
    raise domain.NoSuchAppeal


def _locked(reference: str, need: Need) -> tuple[Case, Author]:
    here = whose(need=need)
    behalf = by(here)
    application = applications.find(here.person_id, reference, lock=True, by=behalf)
    author = behalf.author if behalf else Author(Actor.CITIZEN, str(here.person_id))
    return application, author


def _page(application: Case, form: AskForm) -> str:
    standing = words.standing(application)
    if standing is None:
        raise domain.NothingToAppeal
    return render_template(
        "appeals/ask.html",
        application=application,
        offer=registry.version(application.version_id),
        standing=standing,
        form=form,
    )
