"""The desk of the authorities: appeals that wait, and one beside its case."""

from uuid import UUID

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from portal.applications import service as applications
from portal.applications import words as said
from portal.applications.appeals import service, words
from portal.applications.appeals.forms import DecideForm
from portal.applications.lists.domain import Place, Sort, read_place
from portal.applications.service import Case
from portal.files import service as files
from portal.i18n import gettext, language, say
from portal.kernel.db import db
from portal.kernel.errors import DomainError
from portal.registry import service as registry
from portal.web.access import may, visitor

pages = Blueprint(
    "appeals_desk", __name__, url_prefix="/desk/appeals", template_folder="../templates"
)
# An emergency opens cases to read them; here one decides.
DECIDE = "applications.decide"
PAGE = 50


@pages.get("")
@may(DECIDE)
def queue() -> ResponseReturnValue:
    """Those of the officer's post; an officer without one sees all of the provider."""
    after = read_place(request.args.get("after", ""), Sort.URGENT)
    rows = service.queue(visitor().scopes_for(DECIDE), after=after, limit=PAGE + 1)
    last = rows[PAGE - 1][0] if len(rows) > PAGE else None
    return render_template(
        "appeals/queue.html",
        rows=[(row, case, words.shown(case, row)) for row, case in rows[:PAGE]],
        offers=registry.versions({case.version_id for _, case in rows}),
        clock_left=words.clock_left,
        first=url_for(".queue") if after else None,
        next=url_for(".queue", after=str(Place(last.due_on, last.id))) if last else None,
    )


@pages.get("/<uuid:appeal_id>")
@may(DECIDE)
def show(appeal_id: UUID) -> ResponseReturnValue:
    row, case = service.find(visitor().scopes_for(DECIDE), appeal_id)
    applications.opened(case, visitor().id)
    return _page(row, case, _form(row, DecideForm(formdata=None)))


@pages.post("/<uuid:appeal_id>")
@may(DECIDE)
def decide(appeal_id: UUID) -> ResponseReturnValue:
    row, case = service.find(visitor().scopes_for(DECIDE), appeal_id)
    form = _form(row, DecideForm())
    if not form.validate_on_submit():
        return _page(row, case, form), 422
    reasons = {language(): form.reasons.answer() or ""}
    try:
        with db.session.begin_nested():
            reach = visitor().scopes_for(DECIDE)
            service.decide(reach, appeal_id, form.outcome.answer() or "", reasons, visitor().id)
    except DomainError as refusal:
        flash(gettext(refusal.message, **refusal.params), "bad")
        return _page(row, case, form), refusal.status
    flash(gettext("It is decided, and the person is told."), "ok")
    return redirect(url_for(".show", appeal_id=appeal_id))


@pages.get("/<uuid:appeal_id>/papers/<uuid:file_id>")
@may(DECIDE)
def paper(appeal_id: UUID, file_id: UUID) -> ResponseReturnValue:
    """A file that the person sent with the appeal, to be looked at."""
    row, case = service.find(visitor().scopes_for(DECIDE), appeal_id)
    response = files.view_response(service.paper(row, file_id))
    applications.looked(case, visitor().id, "document")
    return response


def _form(row: service.Asked, form: DecideForm) -> DecideForm:
    offered = words.OUTCOMES[row.ground]
    form.outcome.options = [(act, gettext(label)) for act, label in offered.items()]
    return form


def _page(row: service.Asked, case: Case, form: DecideForm) -> str:
    offer = registry.version(case.version_id)
    reach = visitor().scopes_for(DECIDE)
    return render_template(
        "appeals/show.html",
        appeal=row,
        shown=words.shown(case, row),
        stands=words.state(row),
        clock_left=words.clock_left(row),
        application=case,
        offer=offer,
        state=said.state(case.state, desk=True),
        judges=row.state == "open" and service.judges(case, row, reach),
        reasons=say(row.reasons) or next(iter((row.reasons or {}).values()), ""),
        sections=said.sections(offer.service, applications.shared(case), {}),
        moments=said.timeline(case, desk=True),
        form=form,
    )
