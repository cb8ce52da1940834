"""The finance desk: finding a payment, its whole trace, and giving money back."""

from collections.abc import Callable
from uuid import UUID

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from payments import service
from payments.disputes import service as disputes
from payments.forms import RefundForm
from payments.inbox import service as inbox
from payments.proposals import service as proposals
from payments.proposals.domain import State as ProposalState
from payments.refunds import service as refunds
from payments.service import Payment
from payments.settings import PaymentsSettings
from payments.tracing import service as tracing
from portal.audit import service as audit
from portal.i18n import gettext
from portal.kernel.db import db
from portal.kernel.errors import BadInput, DomainError
from portal.kernel.money import Money
from portal.kernel.settings import current
from portal.web.access import SOON, fresh, may, visitor

pages = Blueprint(
    "payments_desk", __name__, url_prefix="/admin/payments", template_folder="templates"
)
READ, MANAGE = "payments.read", "payments.manage"


@pages.get("")
@may(READ)
def index() -> ResponseReturnValue:
    """What waits for somebody, and a search by any number that a person may have at hand."""
    typed = request.args.get("q", "").strip()
    found = tracing.search(typed) if typed else ()
    if len(found) == 1:
        return redirect(url_for(".show", payment_id=found[0].id))
    return render_template(
        "payments/desk/index.html",
        typed=typed,
        found=found,
        proposals=proposals.waiting(),
        stuck=refunds.stuck_ones(),
        suspense=tracing.in_suspense(),
        disputes=disputes.open_ones(),
        parked=inbox.parked(),
        me=visitor().id,
    )


@pages.get("/<uuid:payment_id>")
@may(READ)
def show(payment_id: UUID) -> ResponseReturnValue:
    payment = service.by_id(payment_id)
    audit.record(
        "payment.seen",
        about=f"payment:{payment.id}",
        actor=visitor().id,
        subject_id=payment.subject_id,
    )
    return _page(payment, _form(payment, service.left(payment)))


@pages.post("/<uuid:payment_id>/refund")
@may(MANAGE)
@fresh(SOON)
def refund(payment_id: UUID) -> ResponseReturnValue:
    payment = service.by_id(payment_id)
    form = _form(payment)
    if not form.validate_on_submit():
        return _page(payment, form), 422
    told = form.amount.answer() or {}
    amount = Money.of(told["amount"], told["currency"])
    try:
        with db.session.begin_nested():
            made = proposals.give_back(payment.id, amount, form.reason.answer() or "", visitor().id)
    except DomainError as refusal:
        form.amount.errors = [gettext(refusal.message, **refusal.params)]
        return _page(payment, form), refusal.status
    if made.state == ProposalState.DONE:
        flash(gettext("The money goes back. The gateway is asked for it within a minute."), "ok")
    else:
        flash(gettext("Proposed. The money goes back when a second person agrees."), "ok")
    return redirect(url_for(".show", payment_id=payment.id), 303)


@pages.post("/proposals/<uuid:proposal_id>")
@may(MANAGE)
@fresh(SOON)
def decide(proposal_id: UUID) -> ResponseReturnValue:
    choice = request.form.get("choice")
    if choice not in ("agree", "decline"):
        raise BadInput
    agrees = choice == "agree"
    said = gettext("The money goes back. The gateway is asked for it within a minute.")
    return _tried(
        lambda: proposals.decide(proposal_id, visitor().id, agrees=agrees),
        said if agrees else gettext("The proposal is declined. No money goes back."),
    )


@pages.post("/refunds/<uuid:refund_id>/again")
@may(MANAGE)
@fresh(SOON)
def again(refund_id: UUID) -> ResponseReturnValue:
    return _tried(
        lambda: refunds.try_again(refund_id, str(visitor().id)),
        gettext("The gateway is asked once more, within a minute."),
    )


@pages.post("/<uuid:payment_id>/ask")
@may(MANAGE)
def ask(payment_id: UUID) -> ResponseReturnValue:
    """Ask the gateways how the orders of this payment stand, now."""
    payment = service.by_id(payment_id)
    service.came_back(payment)
    flash(gettext("The gateways were asked. What they said stands in the trace."), "ok")
    return redirect(url_for(".show", payment_id=payment_id), 303)


def _tried(work: Callable[[], object], said: str) -> ResponseReturnValue:
    """A refusal is said on the first page, where what waits still stands."""
    try:
        with db.session.begin_nested():
            work()
    except DomainError as refusal:
        flash(gettext(refusal.message, **refusal.params), "bad")
    else:
        flash(said, "ok")
    return redirect(url_for(".index"), 303)


def _form(payment: Payment, left: Money | None = None) -> RefundForm:
    """Filled in with what can still go back, where it is shown for the first time."""
    form = RefundForm(formdata=None) if left is not None else RefundForm()
    form.amount.currency = payment.currency
    if left is not None:
        form.amount.set_answer(left.as_json() if left else None)
    return form


def _page(payment: Payment, form: RefundForm) -> str:
    return render_template(
        "payments/desk/show.html",
        payment=payment,
        form=form,
        steps=tracing.steps(payment),
        said=tracing.SAID,
        states=tracing.STATES,
        left=service.left(payment),
        proposal=proposals.open_one(payment.id),
        limit=Money.of(current().of(PaymentsSettings).refund_alone, payment.currency),
        me=visitor().id,
    )
