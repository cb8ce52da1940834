"""The pretended company's pay page. It says what it is, and needs no account of ours."""

from flask import Blueprint, redirect, render_template, request
from flask.typing import ResponseReturnValue

from payments.gateways.sandbox.company import service
from payments.gateways.sandbox.company.domain import Choice, NoSuchOrder
from payments.gateways.sandbox.settings import faults
from portal.kernel.errors import BadInput
from portal.kernel.settings import current
from portal.web.access import public

pages = Blueprint(
    "sandbox_gateway", __name__, url_prefix="/sandbox-gateway", template_folder="templates"
)


@pages.get("/pay/<key>")
@public
def show(key: str) -> ResponseReturnValue:
    order = _order(key)
    over = service.is_over(order)
    return render_template("sandbox/pay.html", order=order, key=key, over=over)


@pages.post("/pay/<key>")
@public
def choose(key: str) -> ResponseReturnValue:
    _order(key)
    try:
        choice = Choice(request.form.get("choice", ""))
    except ValueError as error:
        raise BadInput from error
    return redirect(service.choose(key, choice).return_url, 303)


def _order(key: str) -> service.Order:
    if faults(current()):
        raise NoSuchOrder
    return service.at_page(key)
