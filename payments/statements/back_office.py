"""The books at the finance desk."""

from flask import Blueprint, Response, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from payments.books import service as books
from payments.closings import service as closings
from payments.journals import domain
from payments.journals import service as journals
from payments.ledger import AccountKind
from payments.statements import service
from payments.statements.forms import DaysForm
from payments.tracing import service as tracing
from portal.audit import service as audit
from portal.i18n import gettext
from portal.kernel import clock
from portal.kernel.errors import N_, BadInput
from portal.web.access import SOON, fresh, may, visitor

pages = Blueprint(
    "books_desk", __name__, url_prefix="/admin/payments/books", template_folder="../templates"
)
READ, MANAGE = "payments.read", "payments.manage"
FILES = {
    "csv": (domain.as_csv, "text/csv", "csv"),
    "beancount": (domain.as_beancount, "text/plain", "beancount"),
}
ACCOUNTS = {
    AccountKind.GATEWAY_RECEIVABLE: N_("Held for us by the gateway"),
    AccountKind.PROVIDER_PAYABLE: N_("Owed to the provider"),
    AccountKind.REFUND_CLEARING: N_("On its way back to people"),
    AccountKind.SUSPENSE: N_("Nobody's yet: somebody has to look"),
    AccountKind.DISPUTED: N_("Wanted back by banks"),
}


@pages.get("")
@may(READ)
def index() -> ResponseReturnValue:
    """What every account stands at, and statements of the days that are asked for."""
    form = DaysForm(request.args) if request.args else DaysForm(formdata=None, data=_this_month())
    days = form.days() if not request.args or form.validate() else None
    return render_template(
        "payments/books/index.html",
        form=form,
        balances=books.balances(),
        accounts=ACCOUNTS,
        statements=service.statements(*days) if days else (),
        days=days,
        said=tracing.SAID,
        closings=closings.closings(),
    )


@pages.get("/journal")
@may(READ)
def journal() -> ResponseReturnValue:
    """Every entry of these days, as a file."""
    form = DaysForm(request.args)
    kind = FILES.get(request.args.get("form", ""))
    if kind is None or not form.validate():
        raise BadInput
    since, until = form.days()
    write, mime, ending = kind
    audit.record("ledger.exported", about=f"journal:{since}:{until}", actor=visitor().id)
    lines = "".join(write(journals.opening(since), journals.entries(since, until), since))
    name = f"journal-{since}-{until}.{ending}"
    headers = {"Content-Disposition": f'attachment; filename="{name}"'}
    return Response(lines, mimetype=mime, headers=headers)


@pages.post("")
@may(MANAGE)
@fresh(SOON)
def close() -> ResponseReturnValue:
    """What is booked from now on is in the next period."""
    number = closings.close(visitor().id)
    flash(gettext("Period %(number)s is closed.", number=number), "ok")
    return redirect(url_for(".index"), 303)


def _this_month() -> dict[str, str]:
    today = clock.today()
    return {"since": today.replace(day=1).isoformat(), "until": today.isoformat()}
