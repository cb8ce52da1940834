"""The pages of somebody whose money went astray."""

from uuid import UUID

from flask import Blueprint, flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue

from payments import service as payments
from payments.claims import service, words
from payments.claims.domain import Kind
from payments.claims.forms import ClaimForm, ContestForm
from payments.domain import PaymentState
from payments.service import Payment
from portal.i18n import gettext
from portal.kernel.db import db
from portal.kernel.errors import DomainError
from portal.web.access import signed_in, visitor

pages = Blueprint("claims", __name__, url_prefix="/pay", template_folder="../templates")


@pages.get("/<uuid:payment_id>/claim")
@signed_in
def ask(payment_id: UUID) -> ResponseReturnValue:
    payment = payments.find(visitor().id, payment_id)
    form = ClaimForm(formdata=None)
    form.kind.set_answer(Kind.NOT_COUNTED if payment.state == PaymentState.DUE else Kind.NOT_SERVED)
    return _ask_page(payment, form)


@pages.post("/<uuid:payment_id>/claim")
@signed_in
def make(payment_id: UUID) -> ResponseReturnValue:
    payment = payments.find(visitor().id, payment_id)
    form = ClaimForm()
    if not form.validate_on_submit():
        return _ask_page(payment, form), 422
    try:
        with db.session.begin_nested():
            kind, told = Kind(form.kind.answer() or ""), form.words.answer() or ""
            claim = service.make(payment, kind, told, visitor().id)
    except DomainError as refusal:
        form.kind.errors = [gettext(refusal.message, **refusal.params)]
        return _ask_page(payment, form), refusal.status
    flash(gettext("We have your claim, and ask the gateway now."), "ok")
    return redirect(url_for(".show", claim_id=claim.id), 303)


@pages.get("/claims/<uuid:claim_id>")
@signed_in
def show(claim_id: UUID) -> ResponseReturnValue:
    return _page(service.find(visitor().id, claim_id), ContestForm(formdata=None))


@pages.post("/claims/<uuid:claim_id>")
@signed_in
def contest(claim_id: UUID) -> ResponseReturnValue:
    claim, form = service.find(visitor().id, claim_id), ContestForm()
    if not form.validate_on_submit():
        return _page(claim, form), 422
    try:
        with db.session.begin_nested():
            service.contest(claim, form.words.answer() or "")
    except DomainError as refusal:
        form.words.errors = [gettext(refusal.message, **refusal.params)]
        return _page(claim, form), refusal.status
    flash(gettext("Another finance officer looks at it now."), "ok")
    return redirect(url_for(".show", claim_id=claim.id), 303)


def _ask_page(payment: Payment, form: ClaimForm) -> str:
    claims = service.of_payment(payment.id)
    return render_template(
        "payments/claims/ask.html", payment=payment, form=form, claims=claims, words=words
    )


def _page(claim: service.Claim, form: ContestForm) -> str:
    return render_template(
        "payments/claims/show.html",
        claim=claim,
        payment=service.payment_of(claim),
        steps=service.steps(claim),
        form=form,
        may_contest=service.may_contest(claim),
        words=words,
    )
