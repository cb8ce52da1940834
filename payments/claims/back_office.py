"""Claims at the finance desk, and beside the case that was paid for."""

from uuid import UUID

from flask import Blueprint, flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from markupsafe import Markup

from payments.claims import service, words
from payments.claims.domain import Kind, Outcome, State
from payments.claims.forms import AnswerForm, CannotForm
from portal.audit import service as audit
from portal.i18n import gettext
from portal.kernel import clock
from portal.kernel.db import db
from portal.kernel.errors import BadInput, DomainError
from portal.web.access import can, may, visitor

pages = Blueprint("claims_desk", __name__, url_prefix="/admin", template_folder="../templates")
offices = Blueprint("claims_office", __name__, url_prefix="/desk", template_folder="../templates")
READ, MANAGE, DECIDE = "payments.read", "payments.manage", "applications.decide"


def waiting() -> int:
    """For the menu: how many claims wait at the finance desk."""
    return len(service.waiting_for_finance())


@pages.get("/claims")
@may(READ)
def index() -> ResponseReturnValue:
    return render_template(
        "payments/claims/queue.html",
        rows=service.waiting_for_finance(),
        words=words,
        today=clock.today(),
    )


@pages.get("/claims/<uuid:claim_id>")
@may(READ)
def show(claim_id: UUID) -> ResponseReturnValue:
    claim = service.by_id(claim_id)
    audit.record(
        "claim.seen",
        about=f"payment:{claim.payment_id}",
        actor=visitor().id,
        subject_id=claim.subject_id,
    )
    return _page(claim, AnswerForm(formdata=None))


@pages.post("/claims/<uuid:claim_id>")
@may(MANAGE)
def answer(claim_id: UUID) -> ResponseReturnValue:
    claim, form = service.by_id(claim_id), AnswerForm()
    if not form.validate_on_submit():
        return _page(claim, form), 422
    outcome, told = Outcome(form.outcome.answer() or ""), form.words.answer() or ""
    try:
        with db.session.begin_nested():
            service.answer(claim.id, outcome, told, visitor().id)
    except DomainError as refusal:
        form.outcome.errors = [gettext(refusal.message, **refusal.params)]
        return _page(claim, form), refusal.status
    flash(gettext("Answered. The person is told."), "ok")
    return redirect(url_for(".index"), 303)


@offices.post("/claims/<uuid:claim_id>")
@may(DECIDE)
def cannot(claim_id: UUID) -> ResponseReturnValue:
    """An officer of the department says that what was paid for cannot be given."""
    claim, form = service.find_of(visitor().providers_for(DECIDE), claim_id), CannotForm()
    if not form.validate_on_submit():
        raise BadInput
    service.office_cannot(claim, form.words.answer() or "", visitor().id)
    flash(gettext("The money goes back to the person."), "ok")
    return redirect(url_for("desk.queue"), 303)


def beside_case(application_id: UUID) -> Markup | None:
    """For officers: what its person says of the payment, while it is not settled."""
    found = service.about(application_id)
    if found is None or found.claim.state == State.SETTLED:
        return None
    is_asked = found.claim.kind == Kind.NOT_SERVED and can(DECIDE)
    form = CannotForm(formdata=None) if is_asked else None
    page = render_template(
        "payments/claims/beside_case.html", claim=found.claim, words=words, form=form
    )
    return Markup(page)  # noqa: S704 - rendered, so escaped already


def _page(claim: service.Claim, form: AnswerForm) -> str:
    return render_template(
        "payments/claims/answer.html",
        claim=claim,
        payment=service.payment_of(claim),
        steps=service.steps(claim),
        form=form,
        is_waiting=claim.state == State.FINANCE,
        words=words,
    )
