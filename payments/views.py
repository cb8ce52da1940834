"""The pages on which a person pays, waits for the bank, and reads the receipt."""

from collections.abc import Sequence
from datetime import timedelta
from uuid import UUID

from flask import Blueprint, Response, make_response, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from payments import service, words
from payments.challans import service as challans
from payments.domain import DIFFERS, UNDER_WAY, BeingPaid, NoSuchPayment, PaymentState
from payments.gateway import Gateway, Printed, Redirect, Started
from payments.lists import service as lists
from payments.receipts import service as receipts
from payments.service import Payment
from portal.files import service as files
from portal.i18n import gettext, tag
from portal.kernel import clock
from portal.kernel.errors import BadInput
from portal.kernel.settings import current
from portal.web.access import SOON, fresh, safe_next, signed_in, visitor
from portal.web.headers import POLICY

pages = Blueprint("payments", __name__, url_prefix="/pay", template_folder="templates")
# Seconds from one look of the waiting page to the next.
REFRESH = 5
LOOKED_AFTER = timedelta(minutes=10)


@pages.get("")
@signed_in
def mine() -> ResponseReturnValue:
    payments = receipts.of_person(visitor().id)

    def said(payment: Payment) -> str:
        return words.said(payment, service.newest(payment))

    return render_template("payments/mine.html", payments=payments, said=said)


@pages.get("/<uuid:payment_id>")
@signed_in
def show(payment_id: UUID) -> ResponseReturnValue:
    payment = service.find(visitor().id, payment_id)
    if payment.paid_at is not None:
        return redirect(url_for(".receipt", payment_id=payment.id))
    attempt = service.newest(payment)
    if attempt is not None and attempt.state in UNDER_WAY:
        return _under_way(payment, attempt)
    return _due(payment, attempt)


@pages.post("/<uuid:payment_id>")
@signed_in
@fresh(SOON)
def start(payment_id: UUID) -> ResponseReturnValue:
    payment = service.find(visitor().id, payment_id)
    if request.form.get("amount") != _seen(payment) or payment.state != PaymentState.DUE:
        return redirect(url_for(".show", payment_id=payment.id), 303)
    slug = request.form.get("gateway", "")
    if not slug:
        return _due(payment, None, wrong=gettext("Choose how you want to pay.")), 422
    try:
        return _handed_over([payment], service.start(payment, slug, visitor().id))
    except BeingPaid:
        return redirect(url_for(".show", payment_id=payment.id), 303)


@pages.get("/<uuid:payment_id>/return")
@signed_in
def come_back(payment_id: UUID) -> ResponseReturnValue:
    """Where gateways send the browser. It tells nothing: the gateway is asked."""
    payment = service.find(visitor().id, payment_id)
    service.came_back(payment)
    return redirect(url_for(".show", payment_id=payment.id), 303)


@pages.get("/together")
@signed_in
def together() -> ResponseReturnValue:
    """Those that the address names, to be paid by one order; then their receipts."""
    payments = _chosen()
    if len(payments) == 1:
        return redirect(url_for(".show", payment_id=payments[0].id))
    attempts = [service.newest(one) for one in _owed(payments)]
    if any(one is not None and one.state in UNDER_WAY for one in attempts):
        return _waiting(payments)
    return _several(payments)


@pages.post("/together")
@signed_in
@fresh(SOON)
def start_together() -> ResponseReturnValue:
    payments = _chosen()
    owed = _owed(payments)
    # What was paid or called off meanwhile is named on the page, and the rest is asked for anew.
    if not owed or request.form.get("amount") != _seen(*owed):
        return redirect(_together(payments), 303)
    slug = request.form.get("gateway", "")
    if not slug:
        return _several(payments, wrong=gettext("Choose how you want to pay.")), 422
    try:
        return _handed_over(owed, service.start_all(owed, slug, visitor().id))
    except BeingPaid:
        return redirect(_together(payments), 303)


@pages.get("/together/<uuid:order_id>/return")
@signed_in
def come_back_together(order_id: UUID) -> ResponseReturnValue:
    payments = service.of_order(visitor().id, order_id)
    service.came_back(*payments)
    return redirect(_together(payments), 303)


@pages.get("/<uuid:payment_id>/receipt")
@signed_in
def receipt(payment_id: UUID) -> ResponseReturnValue:
    payment = service.find(visitor().id, payment_id)
    paid = service.paid(payment)
    if paid is None:
        return redirect(url_for(".show", payment_id=payment.id))
    return render_template(
        "payments/receipt.html",
        payment=payment,
        paid=paid,
        way=service.gateway_of(paid),
        returned=service.returned(payment),
        is_printed=receipts.is_made(payment),
        account=_account(payment),
        lines=service.lines(payment),
        back=_back(payment),
    )


@pages.get("/<uuid:payment_id>/receipt.pdf")
@signed_in
def paper(payment_id: UUID) -> ResponseReturnValue:
    payment = service.find(visitor().id, payment_id)
    return files.download_response(receipts.file_of(payment))


def _due(payment: Payment, attempt: service.Attempt | None, wrong: str | None = None) -> Response:
    ways = service.ways(payment)
    page = render_template(
        "payments/show.html",
        payment=payment,
        attempt=attempt,
        differs=attempt is not None and attempt.code == DIFFERS,
        challan=_challan(payment),
        account=_account(payment),
        lines=service.lines(payment),
        ways=ways,
        seen=_seen(payment),
        back=_back(payment),
        wrong=wrong,
    )
    return _letting_go_to(ways, page)


def _chosen() -> list[Payment]:
    """Raises BadInput for none, NoSuchPayment also when one is not the visitor's to pay."""
    try:
        wanted = [UUID(one) for one in request.values.getlist("of")]
    except ValueError as error:
        raise NoSuchPayment from error
    if not wanted:
        raise BadInput
    return service.find_all(visitor().id, wanted)


def _owed(payments: Sequence[Payment]) -> list[Payment]:
    return [one for one in payments if one.state == PaymentState.DUE]


def _several(payments: Sequence[Payment], wrong: str | None = None) -> Response:
    owed = _owed(payments)
    paid = [one for one in payments if one.paid_at is not None]
    attempt = service.newest(owed[0]) if owed else None
    ways = service.ways(*owed)
    page = render_template(
        "payments/together.html",
        payments=payments,
        owed=owed,
        total=service.total(owed),
        came=service.total(paid),
        attempt=attempt,
        differs=attempt is not None and attempt.code == DIFFERS,
        challan=_challan(owed[0]) if owed else None,
        ways=ways,
        seen=_seen(*owed),
        back=_back(payments[0]),
        wrong=wrong,
    )
    return _letting_go_to(ways, page)


def _under_way(payment: Payment, attempt: service.Attempt) -> ResponseReturnValue:
    if attempt.printed is not None:
        return redirect(url_for("challans.show", payment_id=payment.id))
    return _waiting([payment])


def _waiting(payments: Sequence[Payment]) -> Response:
    here, back = _together(payments), _back(payments[0])
    page = render_template("payments/waiting.html", payments=payments, here=here, back=back)
    response = make_response(page)
    begun = [one.created_at for one in map(service.newest, payments) if one is not None]
    age = clock.now() - max(begun) if begun else LOOKED_AFTER
    # As good as a meta element, and it works without JavaScript. Not for ever: a page that loads
    # itself would keep a session open on a machine that its person has left.
    if age < LOOKED_AFTER:
        response.headers["Refresh"] = str(REFRESH)
    return response


def _handed_over(payments: Sequence[Payment], started: Started) -> ResponseReturnValue:
    if isinstance(started, Redirect):
        return redirect(started.url, 303)
    if isinstance(started, Printed):
        return redirect(url_for("challans.show", payment_id=payments[0].id), 303)
    amount = service.total(payments)
    page = render_template("payments/form_post.html", amount=amount, started=started)
    return _letting_go_to(service.ways(*payments), page)


def _challan(payment: Payment) -> str | None:
    """Where the paper is by which it can be paid now."""
    if challans.open_one(payment) is None:
        return None
    return url_for("challans.show", payment_id=payment.id)


def _account(payment: Payment) -> str | None:
    """Where its person says to which account money goes back."""
    mine = payment.person_id == visitor().id and lists.of_payment(payment.id)
    return url_for("payouts.show", payment_id=payment.id) if mine else None


def _letting_go_to(ways: list[Gateway], page: str) -> Response:
    """Let the page's form lead to the gateways: browsers hold a redirect after it to the policy."""
    response = make_response(page)
    hosts = " ".join(host for way in ways for host in way.origins(current()))
    if hosts:
        allowed = POLICY.replace("form-action 'self'", f"form-action 'self' {hosts}")
        response.headers["Content-Security-Policy"] = allowed
    return response


def _together(payments: Sequence[Payment]) -> str:
    """Where these are paid: one has a page of its own."""
    if len(payments) == 1:
        return url_for(".show", payment_id=payments[0].id)
    return url_for(".together", of=[one.id for one in payments])


def _seen(*payments: Payment) -> str:
    """The amount that the page shows, for the form to bring back."""
    amount = service.total(payments)
    return f"{amount.amount} {amount.currency}" if amount else ""


def _back(payment: Payment) -> str:
    return f"/{tag()}{safe_next(payment.back, '/')}"
