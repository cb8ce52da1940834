"""The page that says what a service would cost. Nothing that is typed there is kept."""

from collections.abc import Mapping
from typing import Any

from flask import Blueprint, render_template, request
from flask.typing import ResponseReturnValue
from werkzeug.datastructures import MultiDict

from portal.applications.fees import service as fees
from portal.forms import engine
from portal.forms.engine import Page, Posted, Sheet
from portal.kernel import clock
from portal.registry import domain as declared
from portal.registry import service as registry
from portal.registry.asking import Answers
from portal.registry.contract import Form
from portal.registry.deciding import fee_form
from portal.registry.pricing import Price
from portal.web.access import public

pages = Blueprint("pricing", __name__, url_prefix="/services", template_folder="../templates")


@pages.get("/<provider>/<name>/fee")
@public
def ask(provider: str, name: str) -> ResponseReturnValue:
    offer = registry.offered(provider, name)
    form = fee_form(offer.service)
    return _page(offer, form, None if form is None else engine.show(_whole(form)))


@pages.post("/<provider>/<name>/fee")
@public
def tell(provider: str, name: str) -> ResponseReturnValue:
    """By POST, so that answers stand in no address and in no log."""
    offer = registry.offered(provider, name)
    form = fee_form(offer.service)
    if form is None:
        return _page(offer, None, None)
    posted = Posted(request.form, MultiDict())
    if "refresh" in request.form:
        return _page(offer, form, engine.refresh(_whole(form), posted))
    sheet = engine.take(_whole(form), posted, _no_file)
    if sheet.errors:
        return _page(offer, form, sheet), 422
    return _page(offer, form, sheet, answers=None if sheet.revealed else sheet.answers)


def _whole(form: Form) -> Page:
    return Page(form, form.steps[0], {})


def _no_file(*_: Any) -> Mapping[str, Any]:
    """Files decide no fee, and are not asked for."""
    return {}


def _page(
    offer: registry.Offer, form: Form | None, sheet: Sheet | None, answers: Answers | None = None
) -> str:
    """With the price, once all is answered that decides it, or where nothing does."""
    if form is not None and not form.fields:
        answers = {}
    price = None if answers is None else declared.priced(offer.service, answers, fees.here())
    return render_template(
        "pricing/show.html",
        offer=offer,
        sheet=sheet if form and form.fields else None,
        is_told=answers is not None,
        price=price if isinstance(price, Price) else None,
        is_free=price is None,
        today=clock.today(),
    )
