"""Reconciliation at the finance desk: what does not agree, who settles it, and files."""

import hashlib
import io
from uuid import UUID

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from payments.reconciling import files, service
from payments.reconciling.domain import SAID, TO_DO, Columns, NotReadable, State
from payments.reconciling.forms import ColumnsForm, WhyForm
from portal.i18n import gettext
from portal.kernel import clock
from portal.kernel.db import db
from portal.kernel.errors import BadInput, DomainError
from portal.web.access import SOON, fresh, may, visitor
from portal.web.edge import takes

pages = Blueprint(
    "reconciling",
    __name__,
    url_prefix="/admin/payments/reconciliation",
    template_folder="../templates",
)
READ, MANAGE = "payments.read", "payments.manage"
MOST = 16 * 1024 * 1024
CURRENCIES = ("INR", "PKR")


def waiting() -> int:
    """For the menu: how many differences wait for a person."""
    return service.waiting()


@pages.get("")
@may(READ)
def index() -> ResponseReturnValue:
    return _page(_blank())


@pages.get("/<uuid:difference_id>")
@may(READ)
def show(difference_id: UUID) -> ResponseReturnValue:
    return _one(difference_id, WhyForm(formdata=None))


@pages.post("/<uuid:difference_id>")
@may(MANAGE)
def close(difference_id: UUID) -> ResponseReturnValue:
    form = WhyForm()
    if not form.validate_on_submit():
        return _one(difference_id, form), 422
    try:
        with db.session.begin_nested():
            service.close(difference_id, visitor().id, form.why.answer() or "")
    except DomainError as refusal:
        flash(gettext(refusal.message, **refusal.params), "bad")
    else:
        flash(gettext("It is closed, with what you wrote."), "ok")
    return redirect(url_for(".index"), 303)


@pages.post("/files")
@takes(MOST)
@may(MANAGE)
@fresh(SOON)
def read_file() -> ResponseReturnValue:
    """A settlement file of a company, or a bank's: it is compared, and nothing is believed."""
    form, sent = ColumnsForm(), request.files.get("file")
    gateway, currency = request.form.get("gateway", ""), request.form.get("currency", "")
    slugs = {one.slug for one in service.usable_ones()}
    if gateway not in slugs or currency not in CURRENCIES or sent is None:
        raise BadInput
    if not form.validate_on_submit():
        return _page(form), 422
    names = {one.name: (one.answer() or "").strip() for one in form if one.name in Columns.__dict__}
    digest = hashlib.sha256(repr(sorted(names.items())).encode())
    while chunk := sent.stream.read(64 * 1024):
        digest.update(chunk)
    sent.stream.seek(0)
    text = io.TextIOWrapper(sent.stream, "utf-8-sig", newline="")
    listed = files.read(text, Columns(**names), currency, clock.now())
    try:
        service.read_file(gateway, digest.digest(), listed, visitor().id)
    except (DomainError, NotReadable) as refusal:
        flash(gettext(refusal.message, **refusal.params), "bad")
    else:
        flash(gettext("The file was read. It is compared within a minute."), "ok")
    finally:
        text.detach()
    return redirect(url_for(".index"), 303)


def _blank() -> ColumnsForm:
    form = ColumnsForm(formdata=None)
    for name, value in vars(Columns()).items():
        if value and name in form:
            form[name].set_answer(value)
    return form


def _one(difference_id: UUID, form: WhyForm) -> str:
    one = service.by_id(difference_id)
    return render_template(
        "payments/reconciling/show.html",
        one=one,
        notes=service.notes(one.id),
        form=form,
        said=SAID,
        to_do=TO_DO,
    )


def _page(columns: ColumnsForm) -> str:
    return render_template(
        "payments/reconciling/index.html",
        differences=service.differences(),
        settled=service.differences(State.MENDED)[:20],
        runs=service.newest_runs(),
        gateways=service.usable_ones(),
        currencies=CURRENCIES,
        said=SAID,
        columns=columns,
        states={
            "running": gettext("Being compared"),
            "done": gettext("Compared"),
            "failed": gettext("The company did not answer"),
        },
    )
