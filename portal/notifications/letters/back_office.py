"""The pages on which newsletters are written and approved."""

from uuid import UUID

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from portal.i18n import gettext
from portal.kernel.errors import BadInput
from portal.notifications.kinds import kinds
from portal.notifications.letters import service
from portal.notifications.letters.forms import letter_form
from portal.web.access import fresh, may, visitor
from portal.web.languages import SHOWN

pages = Blueprint("letters", __name__, url_prefix="/admin/letters")
MANAGE = "messages.manage"


@pages.route("", methods=["GET", "POST"])
@may(MANAGE)
def index() -> ResponseReturnValue:
    form = letter_form()
    if form.validate_on_submit():
        titles, texts = form.by_language("title"), form.by_language("text")
        row = service.write(form.kind.answer(), titles, texts, visitor().id)
        return redirect(url_for(".show", letter_id=row.id))
    html = render_template(
        "notifications/letters.html",
        form=form,
        rows=service.newest(),
        kinds=kinds(),
        has_errors=form.is_wrong,
    )
    return html, 422 if form.is_wrong else 200


@pages.get("/<uuid:letter_id>")
@may(MANAGE)
def show(letter_id: UUID) -> ResponseReturnValue:
    row = service.one(letter_id)
    own = row.written_by == visitor().id
    return render_template(
        "notifications/letter.html", row=row, own=own, kind=kinds()[row.kind], codes=SHOWN
    )


@pages.post("/<uuid:letter_id>")
@may(MANAGE)
@fresh()
def decide(letter_id: UUID) -> ResponseReturnValue:
    service.one(letter_id)
    act = request.form.get("act")
    if act == "approve":
        service.approve(letter_id, visitor().id)
        flash(gettext("Approved. It goes to those who asked for it."), "ok")
    elif act == "delete":
        service.discard(letter_id, visitor().id)
    else:
        raise BadInput
    return redirect(url_for(".index"))
