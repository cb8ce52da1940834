"""The integrator's pages: where the provider answers for its bills, and the secret it checks."""

from flask import Blueprint, flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue

from portal.bills.domain import NotConnected
from portal.bills.forms import SourceForm
from portal.bills.sources import service
from portal.bills.sources.service import Biller
from portal.i18n import gettext
from portal.web.access import confirmed, fresh, may, visitor

pages = Blueprint("billing", __name__, url_prefix="/console/billing", template_folder="templates")


@pages.get("/")
@may("bills.manage")
def sources() -> ResponseReturnValue:
    mine = _mine()
    known = service.sources(mine)
    shown = [(biller.provider, known.get(slug)) for slug, biller in mine.items()]
    return render_template("bills/sources.html", mine=shown)


@pages.route("/<provider>", methods=["GET", "POST"])
@may("bills.manage")
def source(provider: str) -> ResponseReturnValue:
    known = service.source(_checked(provider))
    form = SourceForm(data={"url": known.url if known else ""})
    secret = None
    if form.validate_on_submit():
        confirmed()
        secret = service.set_source(provider, form.url.data, visitor().id)
        if secret is None:
            flash(gettext("Bills are asked for at the new address from now on."), "ok")
            return redirect(url_for(".source", provider=provider))
    return _page(provider, form, secret), 422 if form.errors else 200


@pages.post("/<provider>/secret")
@may("bills.manage")
@fresh()
def rotate(provider: str) -> ResponseReturnValue:
    """Make a new secret. It is in this answer only, never in the session or an address."""
    secret = service.rotate_secret(_checked(provider), visitor().id)
    known = service.source(provider)
    form = SourceForm(formdata=None, data={"url": known.url if known else ""})
    return _page(provider, form, secret)


def _mine() -> dict[str, Biller]:
    """The providers with bills for which the visitor manages them, by slug."""
    managed = visitor().providers_for("bills.manage")
    return {slug: one for slug, one in sorted(service.billers().items()) if slug in managed}


def _checked(provider: str) -> str:
    """The provider, when it is one of the visitor's. Raises NotConnected."""
    if provider not in _mine():
        raise NotConnected
    return provider


def _page(provider: str, form: SourceForm, secret: str | None) -> str:
    return render_template(
        "bills/source.html",
        provider=_mine()[provider].provider,
        source=service.source(provider),
        form=form,
        secret=secret,
    )
