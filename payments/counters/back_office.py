"""The pages of cashiers: find a challan, enter what was taken, confirm what another entered."""

from collections.abc import Callable
from uuid import UUID

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from payments.counters import service
from payments.counters.forms import EntryForm
from payments.counters.service import Case, Challan, Entry
from payments.gateways.counter.declared import Counter
from payments.gateways.counter.domain import ReceiptUsed, State
from portal.i18n import gettext
from portal.kernel import clock
from portal.kernel.db import db
from portal.kernel.errors import BadInput, DomainError
from portal.web.access import can, fresh, may, visitor

pages = Blueprint("counters", __name__, url_prefix="/desk/counter", template_folder="../templates")
COLLECT, MANAGE = "payments.collect", "payments.manage"


def waiting() -> int:
    """For the menu: how many entries another person is to confirm."""
    me = visitor().id
    return sum(entry.entered_by != me for _, entry in service.waiting(_reach()))


@pages.get("")
@may(COLLECT)
def index() -> ResponseReturnValue:
    typed = request.args.get("q", "").strip()
    wrong = ""
    if typed:
        try:
            challan = service.find(typed, _reach())
        except DomainError as refusal:
            wrong = gettext(refusal.message)
        else:
            return redirect(url_for(".show", challan_id=challan.id))
    return render_template(
        "payments/counters/index.html",
        typed=typed,
        wrong=wrong,
        waiting=service.waiting(_reach()),
        me=visitor().id,
    )


@pages.get("/<uuid:challan_id>")
@may(COLLECT)
def show(challan_id: UUID) -> ResponseReturnValue:
    case = service.case(challan_id, _reach())
    form = EntryForm(formdata=None).fit(case.challan, _counters(case.challan))
    form.amount.set_answer(case.challan.amount.as_json())
    form.paid_on.set_answer(clock.today().isoformat())
    if len(form.counter.options) == 1:
        form.counter.set_answer(form.counter.options[0][0])
    return _page(case, form)


@pages.post("/<uuid:challan_id>")
@may(COLLECT)
def enter(challan_id: UUID) -> ResponseReturnValue:
    case = service.case(challan_id, _reach())
    form = EntryForm().fit(case.challan, _counters(case.challan))
    if not form.validate_on_submit():
        return _page(case, form), 422
    service.look_again(case.challan)
    try:
        with db.session.begin_nested():
            service.enter(case.challan, form.taken(), visitor().id)
    except ReceiptUsed as refusal:
        form.number.errors = [gettext(refusal.message)]
        return _page(case, form), refusal.status
    except DomainError as refusal:
        flash(gettext(refusal.message), "bad")
    else:
        flash(gettext("Entered. Another person confirms it."), "ok")
    return redirect(url_for(".show", challan_id=challan_id), 303)


@pages.post("/entries/<uuid:entry_id>")
@may(COLLECT)
@fresh()
def decide(entry_id: UUID) -> ResponseReturnValue:
    entry = service.entry_of(entry_id, _reach())
    said = {
        "confirm": gettext("Confirmed. The person is told, and has the receipt."),
        "back": gettext("Sent back. It can be entered anew."),
        "refuse": gettext("The challan is over, and nothing was paid by it."),
    }
    choice = request.form.get("choice", "")
    if choice not in said:
        raise BadInput
    try:
        with db.session.begin_nested():
            ACTS[choice](entry, visitor().id)
    except DomainError as refusal:
        flash(gettext(refusal.message, **refusal.params), "bad")
    else:
        flash(said[choice], "ok")
    return redirect(url_for(".show", challan_id=entry.challan_id), 303)


ACTS: dict[str, Callable[[Entry, UUID], None]] = {
    "confirm": service.confirm,
    "back": service.send_back,
    "refuse": service.refuse,
}


def _reach() -> service.Reach:
    return service.reach(visitor().providers_for(COLLECT), everywhere=can(MANAGE))


def _counters(challan: Challan) -> list[Counter]:
    """Those at which this visitor may have taken it."""
    own = None if can(MANAGE) else visitor().providers_for(COLLECT)
    return [one for one in service.counters(own) if one.takes_for(*challan.payees)]


def _page(case: Case, form: EntryForm) -> str:
    return render_template(
        "payments/counters/show.html",
        case=case,
        challan=case.challan,
        form=form,
        is_open=case.challan.state == State.OPEN,
        is_late=case.challan.expires_at <= clock.now(),
        names={one.code: one.name for one in service.counters()},
        me=visitor().id,
    )
