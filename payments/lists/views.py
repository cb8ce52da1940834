"""The page of a person to whom money goes back that cannot go back the way it came."""

from collections.abc import Sequence
from uuid import UUID

from flask import Blueprint, flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue

from payments import service as payments
from payments.lists import service
from payments.lists.domain import masked
from payments.lists.forms import IbanForm, IndianForm, checked, form_of
from payments.lists.service import Waiting
from payments.service import Payment
from portal.i18n import gettext
from portal.kernel.db import db
from portal.kernel.errors import DomainError
from portal.web.access import SOON, fresh, signed_in, visitor

pages = Blueprint("payouts", __name__, url_prefix="/pay", template_folder="../templates")


@pages.get("/<uuid:payment_id>/account")
@signed_in
def show(payment_id: UUID) -> ResponseReturnValue:
    payment = payments.find(visitor().id, payment_id)
    found = _own(payment)
    if not found:
        return redirect(url_for("payments.show", payment_id=payment.id))
    return _page(payment, found, form_of(payment.currency, formdata=None))


@pages.post("/<uuid:payment_id>/account")
@signed_in
@fresh(SOON)
def name(payment_id: UUID) -> ResponseReturnValue:
    """One account, for all that goes back of this payment and is not on its way."""
    payment = payments.find(visitor().id, payment_id)
    found = _own(payment)
    if not found:
        return redirect(url_for("payments.show", payment_id=payment.id), 303)
    form = form_of(payment.currency)
    account = checked(form, payment.currency)
    if account is None:
        return _page(payment, found, form), 422
    try:
        with db.session.begin_nested():
            for one in found:
                if one.line is None:
                    service.name_account(one, account, visitor().id)
    except DomainError as refusal:
        flash(gettext(refusal.message), "bad")
    else:
        flash(gettext("We have the account. The money is sent with the next list."), "ok")
    return redirect(url_for(".show", payment_id=payment.id), 303)


def _own(payment: Payment) -> Sequence[Waiting]:
    """What goes back to the visitor: who may pay for another does not get the money."""
    return service.of_payment(payment.id) if payment.person_id == visitor().id else ()


def _page(payment: Payment, found: Sequence[Waiting], form: IndianForm | IbanForm) -> str:
    return render_template(
        "payments/lists/account.html",
        payment=payment,
        found=found,
        form=form,
        is_open=any(one.line is None for one in found),
        masked=masked,
    )
