"""The books at the finance desk: what accounts stand at, statements, journals, closing months."""

from collections.abc import Iterable
from datetime import date, timedelta

from flask import Blueprint, Response, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from payments.books import domain
from payments.books import service as books
from payments.closings import service as closings
from payments.journals import domain as forms
from payments.journals import service as journals
from payments.ledger import AccountKind
from payments.payouts import service as payouts
from payments.payouts.domain import Transfer
from payments.reconciling import service as reconciling
from payments.statements import service
from payments.statements.domain import WORDS, Statement, days_as_csv, entries_as_csv
from payments.statements.forms import TransferForm
from portal.i18n import gettext
from portal.kernel import clock
from portal.kernel.db import db
from portal.kernel.errors import N_, BadInput, DomainError, NotFound
from portal.kernel.money import Money
from portal.web.access import SOON, fresh, may, visitor
from portal.web.fields import say_month

pages = Blueprint(
    "payments_books",
    __name__,
    url_prefix="/admin/payments/books",
    template_folder="../templates",
)
READ, MANAGE = "payments.read", "payments.manage"
SHOWN = 500
CURRENCIES = ("INR", "PKR")
ACCOUNTS = {
    AccountKind.BANK: N_("In our bank account"),
    AccountKind.GATEWAY_RECEIVABLE: N_("Held by a gateway for us"),
    AccountKind.PROVIDER_PAYABLE: N_("Owed to a provider"),
    AccountKind.REFUND_CLEARING: N_("On its way back to people"),
    AccountKind.SUSPENSE: N_("In suspense"),
    AccountKind.DISPUTED: N_("Wanted back by banks"),
    AccountKind.GATEWAY_FEE: N_("Kept by a gateway as its fee"),
}


@pages.get("")
@may(READ)
def index() -> ResponseReturnValue:
    return _index()


@pages.get("/statement")
@may(READ)
def statement() -> ResponseReturnValue:
    """Of a provider and some days; `as` is empty for the page, or days or entries for a file."""
    provider, (since, until) = request.args.get("provider", ""), _days()
    if not provider:
        raise BadInput
    if provider not in service.providers():
        raise NotFound
    made = service.of(provider, since, until)
    form, name = request.args.get("as", ""), f"{provider}-{since}-{until}"
    if form == "days":
        return _file(days_as_csv(made), f"{name}-days.csv")
    if form == "entries":
        return _file(entries_as_csv(service.lines(provider, since, until)), f"{name}-entries.csv")
    return _statement(made, provider, since, until)


@pages.get("/journal")
@may(READ)
def journal() -> ResponseReturnValue:
    since, until = _days()
    service.check(since, until)
    form = request.args.get("form", "csv")
    write = {"csv": forms.as_csv, "beancount": forms.as_beancount}.get(form)
    if write is None:
        raise BadInput
    lines = write(journals.opening(since), journals.entries(since, until), since)
    return _file(lines, f"journal-{since}-{until}.{form}")


@pages.post("/months")
@may(MANAGE)
@fresh(SOON)
def close_month() -> ResponseReturnValue:
    month = _day("month", None)
    left_open = reconciling.open_before(domain.ends(month))
    try:
        with db.session.begin_nested():
            closings.close_month(month, visitor().id, left_open)
    except DomainError as refusal:
        flash(gettext(refusal.message, **refusal.params), "bad")
    else:
        flash(gettext("The month is closed. What is corrected from now on stands in a later one."))
    return redirect(url_for(".index"), 303)


@pages.post("/transfers")
@may(MANAGE)
@fresh(SOON)
def note() -> ResponseReturnValue:
    """What the bank says: a gateway's money came, or a provider was sent what is its own."""
    form, gateway = TransferForm(), request.form.get("gateway", "")
    provider, currency = request.form.get("provider", ""), request.form.get("currency", "")
    is_known = not provider or provider in service.providers()
    slugs = {one.slug for one in reconciling.usable_ones()}
    if gateway not in slugs or not is_known or currency not in CURRENCIES:
        raise BadInput
    form.amount.currency = currency
    if not form.validate_on_submit():
        return _index(form), 422
    told = form.amount.answer() or {}
    amount = Money.of(told["amount"], told["currency"])
    try:
        with db.session.begin_nested():
            transfer = Transfer(gateway, amount, form.number.answer() or "", provider)
            payouts.note(transfer, visitor().id)
    except DomainError as refusal:
        flash(gettext(refusal.message, **refusal.params), "bad")
    else:
        flash(gettext("It is booked."), "ok")
    return redirect(url_for(".index"), 303)


def _index(form: TransferForm | None = None) -> str:
    month = closings.next_to_close()
    return render_template(
        "payments/books/index.html",
        balances=books.balances(),
        accounts=ACCOUNTS,
        providers=service.providers(),
        gateways=reconciling.usable_ones(),
        currencies=CURRENCIES,
        form=form or TransferForm(formdata=None),
        since=domain.month_of(clock.today()),
        until=clock.today(),
        closed_until=closings.closed_until(),
        months=closings.months(),
        month=month,
        say_month=lambda one: say_month(f"{one:%Y-%m}"),
        can_close=month is not None and closings.can_close(month),
        left_open=reconciling.open_before(domain.ends(month)) if month else 0,
    )


def _statement(made: Iterable[Statement], provider: str, since: date, until: date) -> str:
    lines = list(service.lines(provider, since, until, SHOWN + 1))
    return render_template(
        "payments/books/statement.html",
        statements=made,
        provider=provider,
        since=since,
        until=until,
        lines=lines[:SHOWN],
        is_cut=len(lines) > SHOWN,
        most=SHOWN,
        words=WORDS,
    )


def _days() -> tuple[date, date]:
    today = clock.today()
    return _day("since", domain.month_of(today)), _day("until", today)


def _day(name: str, otherwise: date | None) -> date:
    """Raises BadInput."""
    typed = request.values.get(name, "")
    if not typed and otherwise is not None:
        return otherwise
    try:
        day = date.fromisoformat(typed)
    except ValueError as error:
        raise BadInput from error
    if not date(2000, 1, 1) <= day <= clock.today() + timedelta(days=366):
        raise BadInput
    return day


def _file(lines: Iterable[str], name: str) -> Response:
    """Whole: a year at most. What is longer the command writes, a line at a time."""
    kept = {"content-disposition": f'attachment; filename="{name}"'}
    return Response("".join(lines), content_type="text/csv; charset=utf-8", headers=kept)
