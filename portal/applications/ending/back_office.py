"""Taking an issued document back, or putting another in its place."""

from uuid import UUID

from flask import Blueprint, flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_wtf import FlaskForm

from portal.applications import service
from portal.applications.domain import Actor, Author
from portal.applications.issuing import service as issuing
from portal.applications.issuing.domain import NotOurs
from portal.applications.service import Case
from portal.i18n import gettext, lazy_gettext
from portal.kernel.db import db
from portal.kernel.errors import N_, DomainError
from portal.registry import service as registry
from portal.web.access import may, visitor
from portal.web.fields import ChoiceField, LongTextField

pages = Blueprint("ending", __name__, url_prefix="/desk", template_folder="../templates")
DECIDE = "applications.decide"
DONE = {
    "revoke": N_("The document is revoked, and the person is told."),
    "replace": N_("A new document is made, and the person is told."),
}


class EndForm(FlaskForm):  # type: ignore[misc]
    act = ChoiceField(
        lazy_gettext("What is to be done?"),
        options=[
            ("replace", lazy_gettext("Replace it by a new one, made from the case as it is now")),
            ("revoke", lazy_gettext("Revoke it: it is good no more, and none comes in its place")),
        ],
    )
    why = LongTextField(
        lazy_gettext("Why?"), hint=lazy_gettext("The person reads it."), max_length=1000
    )


@pages.get("/<reference>/issued/<uuid:document_id>/end")
@may(DECIDE)
def ask(reference: str, document_id: UUID) -> ResponseReturnValue:
    return _page(_case(reference), document_id, EndForm(formdata=None))


@pages.post("/<reference>/issued/<uuid:document_id>/end")
@may(DECIDE)
def end(reference: str, document_id: UUID) -> ResponseReturnValue:
    case, form = _case(reference), EndForm()
    if not form.validate_on_submit():
        return _page(case, document_id, form), 422
    act = form.act.answer()
    ending = {"revoke": issuing.revoke, "replace": issuing.replace}[act]
    try:
        with db.session.begin_nested():
            case = service.find_case(visitor().scopes_for(DECIDE), reference, lock=True)
            author = Author(Actor.OFFICER, f"person:{visitor().id}")
            ending(case, document_id, form.why.answer(), author)
    except DomainError as refusal:
        form.act.errors = [gettext(refusal.message, **refusal.params)]
        return _page(case, document_id, form), refusal.status
    flash(gettext(DONE[act]), "ok")
    return redirect(url_for("desk.case", reference=reference))


def _case(reference: str) -> Case:
    return service.find_case(visitor().scopes_for(DECIDE), reference)


def _page(case: Case, document_id: UUID, form: EndForm) -> str:
    given = issuing.one_of(case, document_id)
    papers = issuing.standings([given])
    if given.paper_id not in papers:
        raise NotOurs
    return render_template(
        "desk/end.html",
        application=case,
        offer=registry.version(case.version_id),
        given=given,
        paper=papers[given.paper_id],
        form=form,
    )
