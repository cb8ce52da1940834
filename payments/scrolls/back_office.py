"""Files of treasuries and banks at the finance desk: brought by one, let count by another."""

import hashlib
import io
from collections.abc import Callable
from uuid import UUID

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from payments.gateways.counter.settings import declared
from payments.scrolls import reading, service
from payments.scrolls.domain import SAID
from portal.i18n import gettext
from portal.kernel.db import db
from portal.kernel.errors import BadInput, DomainError
from portal.kernel.settings import current
from portal.web.access import SOON, fresh, may, visitor
from portal.web.edge import takes

pages = Blueprint(
    "scrolls", __name__, url_prefix="/admin/payments/counter", template_folder="../templates"
)
READ, MANAGE = "payments.read", "payments.manage"
MOST = 8 * 1024 * 1024


def waiting() -> int:
    """For the menu."""
    return service.waiting()


@pages.get("")
@may(READ)
def index() -> ResponseReturnValue:
    return render_template(
        "payments/scrolls/index.html",
        files=service.files(),
        parked=service.parked(),
        declared=declared(current()),
        said=SAID,
        me=visitor().id,
    )


@pages.post("")
@takes(MOST)
@may(MANAGE)
@fresh(SOON)
def bring() -> ResponseReturnValue:
    there, sent = declared(current()), request.files.get("file")
    currency = request.form.get("currency", "")
    if there is None or sent is None or currency not in there.currencies:
        raise BadInput
    digest = hashlib.sha256()
    while chunk := sent.stream.read(64 * 1024):
        digest.update(chunk)
    sent.stream.seek(0)
    text = io.TextIOWrapper(sent.stream, "utf-8-sig", newline="")
    try:
        with db.session.begin_nested():
            told = reading.read(text, there.scroll, currency)
            file_id = service.bring(digest.digest(), told, visitor().id)
    except DomainError as refusal:
        flash(gettext(refusal.message, **refusal.params), "bad")
        return redirect(url_for(".index"), 303)
    finally:
        text.detach()
    flash(gettext("The file was read. It counts when a second person lets it."), "ok")
    return redirect(url_for(".show", counter_file_id=file_id), 303)


@pages.get("/files/<uuid:counter_file_id>")
@may(READ)
def show(counter_file_id: UUID) -> ResponseReturnValue:
    file = service.by_id(counter_file_id)
    return render_template(
        "payments/scrolls/show.html",
        file=file,
        lines=service.first_lines(file),
        summary=service.summary(file),
        said=SAID,
        me=visitor().id,
    )


@pages.post("/files/<uuid:counter_file_id>")
@may(MANAGE)
@fresh(SOON)
def decide(counter_file_id: UUID) -> ResponseReturnValue:
    acts: dict[str, tuple[Callable[[UUID, UUID], None], str]] = {
        "release": (service.release, gettext("It counts. Its challans are paid within a minute.")),
        "drop": (service.drop, gettext("The file counts for nothing.")),
    }
    choice = request.form.get("choice", "")
    if choice not in acts:
        raise BadInput
    service.by_id(counter_file_id)
    _tried(acts[choice][0], counter_file_id, acts[choice][1])
    return redirect(url_for(".show", counter_file_id=counter_file_id), 303)


@pages.post("/lines/<uuid:line_id>")
@may(MANAGE)
def close(line_id: UUID) -> ResponseReturnValue:
    _tried(service.close, line_id, gettext("It is closed."))
    return redirect(url_for(".index"), 303)


def _tried(act: Callable[[UUID, UUID], None], of: UUID, said: str) -> None:
    try:
        with db.session.begin_nested():
            act(of, visitor().id)
    except DomainError as refusal:
        flash(gettext(refusal.message, **refusal.params), "bad")
    else:
        flash(said, "ok")
