"""Payment lists at the finance desk: prepared by one, approved by another, sent to a bank."""

from uuid import UUID

from flask import Blueprint, Response, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from payments.disbursers import disbursers
from payments.lists import service
from payments.lists.domain import masked
from payments.lists.settings import ListsSettings
from portal.audit import service as audit
from portal.i18n import gettext
from portal.kernel.db import db
from portal.kernel.errors import BadInput, DomainError
from portal.kernel.settings import current
from portal.web.access import SOON, fresh, may, visitor
from portal.web.edge import takes

pages = Blueprint(
    "payment_lists", __name__, url_prefix="/admin/payments/lists", template_folder="../templates"
)
READ, MANAGE = "payments.read", "payments.manage"
MOST = 8 * 1024 * 1024


def waiting() -> int:
    """For the menu."""
    return service.to_approve()


@pages.get("")
@may(READ)
def index() -> ResponseReturnValue:
    found = service.waiting()
    return render_template(
        "payments/lists/index.html",
        lists=service.lists(),
        nameless=[one for one in found if one.account is None],
        ready=[one for one in found if one.account is not None and one.line is None],
        currencies=sorted(current().of(ListsSettings).payout_accounts),
        disbursers=list(disbursers().values()),
        me=visitor().id,
    )


@pages.post("")
@may(MANAGE)
@fresh(SOON)
def prepare() -> ResponseReturnValue:
    slug, currency = request.form.get("disburser", ""), request.form.get("currency", "")
    if slug not in disbursers():
        raise BadInput
    try:
        made = service.prepare(slug, currency, visitor().id)
    except DomainError as refusal:
        flash(gettext(refusal.message), "bad")
        return redirect(url_for(".index"), 303)
    flash(gettext("Prepared. Another person approves it."), "ok")
    return redirect(url_for(".show", list_id=made.id), 303)


@pages.get("/<uuid:list_id>")
@may(READ)
def show(list_id: UUID) -> ResponseReturnValue:
    row = service.by_id(list_id)
    found = service.shown(row)
    for _, _, payment in found:
        audit.record(
            "list.seen",
            about=f"payment:{payment.id}",
            actor=visitor().id,
            subject_id=payment.subject_id,
        )
    return render_template(
        "payments/lists/show.html",
        row=row,
        lines=found,
        kind=disbursers()[row.disburser].title,
        masked=masked,
        me=visitor().id,
    )


@pages.post("/<uuid:list_id>")
@may(MANAGE)
@fresh(SOON)
def decide(list_id: UUID) -> ResponseReturnValue:
    row, choice = service.by_id(list_id), request.form.get("choice")
    if choice not in ("approve", "drop"):
        raise BadInput
    said = {
        "approve": gettext("Approved. Bring its file to the bank, and the bank's answer here."),
        "drop": gettext("Dropped. What stood in it waits for another list."),
    }
    try:
        with db.session.begin_nested():
            (service.approve if choice == "approve" else service.drop)(row.id, visitor().id)
    except DomainError as refusal:
        flash(gettext(refusal.message), "bad")
    else:
        flash(said[choice], "ok")
    return redirect(url_for(".show", list_id=list_id), 303)


@pages.post("/<uuid:list_id>/file")
@may(MANAGE)
@fresh(SOON)
def file(list_id: UUID) -> ResponseReturnValue:
    row = service.by_id(list_id)
    disburser, content = service.file(row, visitor().id)
    made = Response(content, mimetype=disburser.media)
    named = f'attachment; filename="{row.number}.{disburser.suffix}"'
    made.headers["Content-Disposition"] = named
    return made


@pages.post("/<uuid:list_id>/answer")
@takes(MOST)
@may(MANAGE)
@fresh(SOON)
def answer(list_id: UUID) -> ResponseReturnValue:
    row, sent = service.by_id(list_id), request.files.get("file")
    if sent is None:
        raise BadInput
    try:
        with db.session.begin_nested():
            came = service.take_in(row.id, sent.stream.read(), visitor().id)
    except DomainError as refusal:
        flash(gettext(refusal.message, **refusal.params), "bad")
    else:
        told = {"sent": came.sent, "rejected": came.rejected, "odd": came.odd}
        said = gettext(
            "The answer was read. Sent: %(sent)s, rejected: %(rejected)s, not understood: %(odd)s.",
            **told,
        )
        flash(said, "bad" if came.odd else "ok")
    return redirect(url_for(".show", list_id=list_id), 303)
