"""The thread of a case at the desk."""

from uuid import UUID

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from portal.applications import service as applications
from portal.applications.domain import Actor, Author
from portal.applications.enclosing import kept
from portal.applications.reach.service import Reach
from portal.applications.service import Case
from portal.applications.threads import service, words
from portal.applications.threads.domain import Side
from portal.applications.threads.forms import MessageForm
from portal.files import service as files
from portal.i18n import gettext, say
from portal.kernel.db import db
from portal.kernel.errors import DomainError
from portal.registry import service as registry
from portal.registry.contract import Letter
from portal.web.access import may, visitor
from portal.web.edge import takes

pages = Blueprint("threads_desk", __name__, url_prefix="/desk", template_folder="../templates")
DECIDE = "applications.decide"
UPLOADS = 11 * 1024 * 1024


def _reach() -> Reach:
    return visitor().scopes_for(DECIDE)


@pages.get("/<reference>/messages")
@may(DECIDE)
def show(reference: str) -> ResponseReturnValue:
    case = applications.find_case(_reach(), reference)
    applications.opened(case, visitor().id)
    page = _page(case, MessageForm(formdata=None, data={"text": _begun(case)}))
    service.read(case, Side.OFFICE)
    return page


@pages.post("/<reference>/messages")
@takes(UPLOADS)
@may(DECIDE)
def write(reference: str) -> ResponseReturnValue:
    case = applications.find_case(_reach(), reference, lock=True)
    form, author = MessageForm(), Author(Actor.OFFICER, f"person:{visitor().id}")
    if not form.validate_on_submit():
        return _page(case, form), 422
    try:
        with db.session.begin_nested():
            papers = [kept(case, upload, counted=False) for upload in form.uploads()]
            service.write(case, author, form.text.answer() or "", papers)
    except DomainError as refusal:
        form.text.errors = [gettext(refusal.message, **refusal.params)]
        return _page(case, form), refusal.status
    flash(gettext("The message is sent, and the person is told."), "ok")
    return redirect(url_for(".show", reference=reference))


@pages.get("/<reference>/messages/<uuid:message_id>/papers/<uuid:file_id>")
@may(DECIDE)
def paper(reference: str, message_id: UUID, file_id: UUID) -> ResponseReturnValue:
    """A file that came with a message, to be looked at."""
    case = applications.find_case(_reach(), reference)
    response = files.view_response(service.paper(case, message_id, file_id))
    applications.looked(case, visitor().id, "document")
    return response


def _letters(case: Case) -> tuple[Letter, ...]:
    declared = registry.version(case.version_id).service.workflow
    return declared.letters if declared else ()


def _begun(case: Case) -> str | None:
    """The words of the letter that was chosen, to begin with."""
    chosen = [one for one in _letters(case) if one.slug == request.args.get("letter")]
    return say(chosen[0].text) if chosen else None


def _page(case: Case, form: MessageForm) -> str:
    return render_template(
        "threads/desk.html",
        application=case,
        offer=registry.version(case.version_id),
        lines=words.for_office(case, visitor().id),
        is_open=service.is_open(case),
        letters=_letters(case),
        form=form,
    )
