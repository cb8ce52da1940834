"""The pages of who pays at a counter: the challan, to be looked at and printed."""

from uuid import UUID

import segno
from flask import Blueprint, Response, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from markupsafe import Markup

from payments import service as payments
from payments.challans import service
from payments.service import Payment
from portal.i18n import language, tag
from portal.web.access import safe_next, signed_in, visitor

pages = Blueprint("challans", __name__, url_prefix="/pay", template_folder="../templates")


@pages.get("/<uuid:payment_id>/challan")
@signed_in
def show(payment_id: UUID) -> ResponseReturnValue:
    payment = payments.find(visitor().id, payment_id)
    challan = service.open_one(payment)
    if challan is None:
        return redirect(url_for("payments.show", payment_id=payment.id))
    _check(challan)
    drawn = segno.make_qr(challan.number).svg_inline(light="#fff", border=2, omitsize=True)
    return render_template(
        "payments/challans/show.html",
        challan=challan,
        payment=payment,
        way=payments.gateway_of(challan.attempt),
        # Drawn by us, of a number of ours.
        qr=Markup(drawn),  # noqa: S704
        back=f"/{tag()}{safe_next(payment.back, '/')}",
    )


@pages.get("/<uuid:payment_id>/challan.pdf")
@signed_in
def paper(payment_id: UUID) -> ResponseReturnValue:
    payment: Payment = payments.find(visitor().id, payment_id)
    challan = service.of(payment)
    _check(challan)
    made = Response(service.paper(challan, language()), mimetype="application/pdf")
    made.headers["Content-Disposition"] = f'inline; filename="{challan.number}.pdf"'
    return made


def _check(challan: service.Challan) -> None:
    """Raises NoSuchPayment where one that it pays, too, is not the visitor's to pay."""
    payments.of_order(visitor().id, challan.attempt.id)
