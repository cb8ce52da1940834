"""The pages on which a person finds bills by an account number, pays them, and looks back."""

from uuid import UUID

from flask import Blueprint, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from portal.bills import service
from portal.bills.domain import (
    AmountChanged,
    BeingPaid,
    NotAnswering,
    NotOpen,
    PaidAlready,
    UnknownAccount,
)
from portal.bills.forms import AccountForm
from portal.bills.service import Lookup
from portal.bills.sources import service as sources
from portal.bills.sources.service import Biller
from portal.i18n import gettext
from portal.kernel.errors import BadInput, DomainError
from portal.web.access import signed_in, visitor

pages = Blueprint("bills", __name__, url_prefix="/bills", template_folder="templates")


@pages.get("")
@signed_in
def index() -> ResponseReturnValue:
    paid = service.history(visitor().id)
    return render_template(
        "bills/index.html",
        billers=sources.connected(),
        known=sources.billers(),
        paid=paid,
        again=service.again(paid),
        waiting=service.waiting(visitor().id),
    )


@pages.get("/<provider>")
@signed_in
def account(provider: str) -> ResponseReturnValue:
    biller = sources.biller(provider)
    return _account_page(biller, AccountForm(biller.billing, formdata=None))


@pages.post("/<provider>")
@signed_in
def fetch(provider: str) -> ResponseReturnValue:
    biller = sources.biller(provider)
    form = AccountForm(biller.billing)
    before = request.form.get("again", type=UUID)
    if before is not None:
        number = service.account_of(visitor().id, before)
        form = AccountForm(biller.billing, formdata=None, data={"account": number})
    elif form.validate():
        number = form.account.answer()
    else:
        return _account_page(biller, form), 422
    try:
        lookup = service.fetch(visitor().id, provider, number)
    except (NotAnswering, UnknownAccount) as refusal:
        return _account_page(biller, form, refusal), refusal.status
    return redirect(url_for(".show", provider=provider, lookup=lookup.id))


@pages.get("/<provider>/<uuid:lookup>")
@signed_in
def show(provider: str, lookup: UUID) -> ResponseReturnValue:
    biller = sources.biller(provider)
    return _bills_page(biller, service.look(visitor().id, provider, lookup))


@pages.post("/<provider>/<uuid:lookup>")
@signed_in
def pay(provider: str, lookup: UUID) -> ResponseReturnValue:
    biller = sources.biller(provider)
    found = service.look(visitor().id, provider, lookup)
    number = request.form.get("number")
    if not number:
        raise BadInput
    try:
        payment = service.pay(found, number, request.form.get("seen", ""))
    except (
        AmountChanged,
        BeingPaid,
        NotAnswering,
        NotOpen,
        PaidAlready,
        UnknownAccount,
    ) as refusal:
        return _bills_page(biller, found, refusal), refusal.status
    return redirect(url_for("payments.show", payment_id=payment))


def _account_page(biller: Biller, form: AccountForm, refusal: DomainError | None = None) -> str:
    return render_template(
        "bills/account.html", biller=biller, form=form, refusal=_sentence(refusal)
    )


def _bills_page(biller: Biller, lookup: Lookup, refusal: DomainError | None = None) -> str:
    told = lookup.told
    return render_template(
        "bills/bills.html",
        biller=biller,
        lookup=lookup,
        told=told,
        stands=service.stand(visitor().id, lookup.provider_slug, told.bills),
        refusal=_sentence(refusal),
    )


def _sentence(refusal: DomainError | None) -> str:
    return gettext(refusal.message) if refusal else ""
