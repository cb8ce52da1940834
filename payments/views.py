"""The pages on which a person pays, waits for the bank, and reads the receipt."""

from datetime import timedelta
from uuid import UUID

from flask import Blueprint, Response, make_response, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from payments import service
from payments.domain import DIFFERS, BeingPaid, PaymentState, State
from payments.gateway import FormPost, Gateway, Printed, Redirect, Started
from payments.service import Payment
from portal.i18n import gettext, tag
from portal.kernel import clock
from portal.web.access import SOON, fresh, safe_next, signed_in, visitor
from portal.web.headers import POLICY

pages = Blueprint("payments", __name__, url_prefix="/pay", template_folder="templates")
# Seconds from one look of the waiting page to the next.
REFRESH = 5
LOOKED_AFTER = timedelta(minutes=10)


@pages.get("/<uuid:payment_id>")
@signed_in
def show(payment_id: UUID) -> ResponseReturnValue:
    payment = service.find(visitor().id, payment_id)
    if payment.paid_at is not None:
        return redirect(url_for(".receipt", payment_id=payment.id))
    attempt = service.newest(payment)
    if attempt is not None and attempt.state == State.PENDING:
        return _waiting(payment)
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
        return _handed_over(payment, service.start(payment, slug, visitor().id))
    except BeingPaid:
        return redirect(url_for(".show", payment_id=payment.id), 303)


@pages.get("/<uuid:payment_id>/return")
@signed_in
def come_back(payment_id: UUID) -> ResponseReturnValue:
    """Where gateways send the browser. It tells nothing: the gateway is asked."""
    payment = service.find(visitor().id, payment_id)
    service.came_back(payment)
    return redirect(url_for(".show", payment_id=payment.id), 303)


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
        returned=service.returned(paid),
        back=_back(payment),
    )


def _due(payment: Payment, attempt: service.Attempt | None, wrong: str | None = None) -> Response:
    ways = service.ways(payment)
    page = render_template(
        "payments/show.html",
        payment=payment,
        attempt=attempt,
        differs=attempt is not None and attempt.code == DIFFERS,
        ways=ways,
        seen=_seen(payment),
        back=_back(payment),
        wrong=wrong,
    )
    return _letting_go_to(ways, page)


def _waiting(payment: Payment) -> Response:
    page = render_template("payments/waiting.html", payment=payment, back=_back(payment))
    response = make_response(page)
    attempt = service.newest(payment)
    age = clock.now() - attempt.created_at if attempt else LOOKED_AFTER
    # As good as a meta element, and it works without JavaScript. Not for ever: a page that loads
    # itself would keep a session open on a machine that its person has left.
    if age < LOOKED_AFTER:
        response.headers["Refresh"] = str(REFRESH)
    return response


def _handed_over(payment: Payment, started: Started) -> ResponseReturnValue:
    if isinstance(started, Redirect):
        return redirect(started.url, 303)
    if isinstance(started, Printed):
        back = _back(payment)
        return render_template("payments/printed.html", payment=payment, printed=started, back=back)
    return _letting_go_to(service.ways(payment), _form(payment, started))


def _form(payment: Payment, started: FormPost) -> str:
    return render_template("payments/form_post.html", payment=payment, started=started)


def _letting_go_to(ways: list[Gateway], page: str) -> Response:
    """Let the page's form lead to the gateways: browsers hold a redirect after it to the policy."""
    response = make_response(page)
    hosts = " ".join(host for way in ways for host in way.hosts)
    if hosts:
        allowed = POLICY.replace("form-action 'self'", f"form-action 'self' {hosts}")
        response.headers["Content-Security-Policy"] = allowed
    return response


def _seen(payment: Payment) -> str:
    """The amount that the page shows, for the form to bring back."""
    return f"{payment.amount.amount} {payment.amount.currency}"


def _back(payment: Payment) -> str:
    return f"/{tag()}{safe_next(payment.back, '/')}"
