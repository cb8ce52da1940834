"""The thread of an application as its person reads and writes it."""

from typing import Any
from uuid import UUID

from flask import Blueprint, flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue

from portal.applications import service as applications
from portal.applications.domain import Actor, Author
from portal.applications.enclosing import kept
from portal.applications.mine import by, mine
from portal.applications.service import Case
from portal.applications.threads import service, words
from portal.applications.threads.domain import Side
from portal.applications.threads.forms import MessageForm
from portal.delegation import visitors
from portal.delegation.domain import Need
from portal.delegation.visitors import whose
from portal.files import service as files
from portal.i18n import gettext
from portal.kernel.db import db
from portal.kernel.errors import DomainError
from portal.registry import service as registry
from portal.web.access import signed_in, visitor
from portal.web.edge import takes

pages = Blueprint("threads", __name__, template_folder="../templates")
UPLOADS = 11 * 1024 * 1024


@pages.context_processor
def _acting() -> dict[str, Any]:
    return {"whose": visitors.shown()}


@pages.get("/applications/<reference>/messages")
@signed_in
def show(reference: str) -> ResponseReturnValue:
    application = mine(reference)
    page = _page(application, MessageForm(formdata=None))
    # What is on the page is read; a helper who looks reads nothing away from the person.
    if whose(need=Need.FOLLOW).scope is None:
        service.read(application, Side.PERSON)
    return page


@pages.post("/applications/<reference>/messages")
@takes(UPLOADS)
@signed_in
def write(reference: str) -> ResponseReturnValue:
    here = whose(need=Need.FOLLOW)
    behalf = by(here)
    application = applications.find(here.person_id, reference, lock=True, by=behalf)
    author = behalf.author if behalf else Author(Actor.CITIZEN, str(here.person_id))
    form = MessageForm()
    if not form.validate_on_submit():
        return _page(application, form), 422
    try:
        with db.session.begin_nested():
            papers = [kept(application, upload) for upload in form.uploads()]
            service.write(application, author, form.text.answer() or "", papers)
    except DomainError as refusal:
        form.text.errors = [gettext(refusal.message, **refusal.params)]
        return _page(application, form), refusal.status
    flash(gettext("Your message is sent."), "ok")
    return redirect(url_for(".show", reference=reference))


@pages.get("/applications/<reference>/messages/<uuid:message_id>/papers/<uuid:file_id>")
@signed_in
def paper(reference: str, message_id: UUID, file_id: UUID) -> ResponseReturnValue:
    """A file that came with a message."""
    return files.download_response(service.paper(mine(reference), message_id, file_id))


def _page(application: Case, form: MessageForm) -> str:
    return render_template(
        "threads/show.html",
        application=application,
        offer=registry.version(application.version_id),
        lines=words.for_person(application, visitor().id),
        is_open=service.is_open(application),
        until=service.open_until(application),
        form=form,
    )
