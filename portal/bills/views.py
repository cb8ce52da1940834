"""The pages on which a person finds bills by an account number, pays them, and looks back."""

from uuid import UUID

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from payments.domain import TooManyTogether
from payments.service import TOGETHER
from portal.bills import service
from portal.bills.domain import (
    AmountChanged,
    BeingPaid,
    NotAnswering,
    NotOpen,
    PaidAlready,
    UnknownAccount,
    WrongPart,
)
from portal.bills.forms import AccountForm
from portal.bills.service import Lookup
from portal.bills.sources import service as sources
from portal.bills.sources.service import Biller
from portal.bills.watching import service as watching
from portal.i18n import gettext
from portal.kernel.errors import N_, BadInput, DomainError
from portal.web.access import signed_in, visitor

pages = Blueprint("bills", __name__, url_prefix="/bills", template_folder="templates")
NONE_TICKED = N_("Tick the bills that you want to pay.")


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
        watched=[(one, watching.open_of(one)) for one in watching.of_account(visitor().id)],
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
    if (number := _known_account()) is not None:
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
    if "several" in request.form:
        return _pay_several(biller, found)
    number = request.form.get("number")
    if not number:
        raise BadInput
    try:
        seen, part = request.form.get("seen", ""), request.form.get("part")
        payment = service.pay(found, number, seen, part)
    except (
        AmountChanged,
        BeingPaid,
        NotAnswering,
        NotOpen,
        PaidAlready,
        UnknownAccount,
        WrongPart,
    ) as refusal:
        return _bills_page(biller, found, refusal), refusal.status
    return redirect(url_for("payments.show", payment_id=payment))


def _known_account() -> str | None:
    """Of a bill that was paid before, or of an account that is watched."""
    if (before := request.form.get("again", type=UUID)) is not None:
        return service.account_of(visitor().id, before)
    if (watch := request.form.get("watched", type=UUID)) is not None:
        return watching.account_of(visitor().id, watch)
    return None


def _pay_several(biller: Biller, lookup: Lookup) -> ResponseReturnValue:
    """Those that cannot be paid are named, and the others go on to be paid by one order."""
    ticked = [one.rpartition("|") for one in request.form.getlist("bill")]
    wanted = {number: seen for number, _, seen in ticked if number}
    if not wanted:
        return _bills_page(biller, lookup, wrong=gettext(NONE_TICKED)), 422
    if len(wanted) > TOGETHER:
        raise TooManyTogether
    try:
        begun = service.pay_several(lookup, wanted)
    except (NotAnswering, UnknownAccount) as refusal:
        return _bills_page(biller, lookup, refusal), refusal.status
    for number, reason in begun.refused.items():
        why = gettext(reason.message)
        flash(gettext("Bill %(number)s is left out. %(why)s", number=number, why=why), "warn")
    if not begun.payments:
        return redirect(url_for(".show", provider=lookup.provider_slug, lookup=lookup.id))
    return redirect(url_for("payments.together", of=begun.payments))


def _account_page(biller: Biller, form: AccountForm, refusal: DomainError | None = None) -> str:
    return render_template(
        "bills/account.html", biller=biller, form=form, refusal=_sentence(refusal)
    )


def _bills_page(
    biller: Biller, lookup: Lookup, refusal: DomainError | None = None, wrong: str = ""
) -> str:
    told = lookup.told
    return render_template(
        "bills/bills.html",
        biller=biller,
        lookup=lookup,
        told=told,
        stands=service.stand(visitor().id, lookup.provider_slug, told.bills),
        refusal=wrong or _sentence(refusal),
        watch=watching.watched(lookup),
        typed=request.form if "part" in request.form else None,
    )


def _sentence(refusal: DomainError | None) -> str:
    return gettext(refusal.message, **refusal.params) if refusal else ""
