"""A person's documents: to see, to take home, to put in and to take out."""

from uuid import UUID

from flask import Blueprint, flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_wtf import FlaskForm

from portal.files import service as files
from portal.i18n import gettext, lazy_gettext
from portal.kernel.errors import N_, DomainError
from portal.vault import service
from portal.vault.words import KINDS
from portal.web.access import signed_in, visitor
from portal.web.edge import takes
from portal.web.fields import DocumentField, SelectField

pages = Blueprint("vault", __name__, url_prefix="/vault", template_folder="templates")
UPLOAD = 11 * 1024 * 1024
KEPT, REMOVED = N_("It is among your documents now."), N_("It is removed.")


class KeepForm(FlaskForm):  # type: ignore[misc]
    kind = SelectField(lazy_gettext("What kind of document is it?"))
    file = DocumentField(
        lazy_gettext("The file"), hint=lazy_gettext("PDF, JPEG or PNG, up to 10 MB")
    )


@pages.get("")
@signed_in
def mine() -> ResponseReturnValue:
    return _page(_form(formdata=None))


@pages.post("")
@takes(UPLOAD)
@signed_in
def keep() -> ResponseReturnValue:
    form = _form()
    if not form.validate_on_submit():
        return _page(form), 422
    upload = form.file.upload
    try:
        service.keep(visitor().id, form.kind.answer(), upload.stream, upload.filename)
    except DomainError as refusal:
        form.file.errors = [gettext(refusal.message, **refusal.params)]
        return _page(form), refusal.status
    flash(gettext(KEPT), "ok")
    return redirect(url_for(".mine"))


@pages.get("/<uuid:item_id>")
@signed_in
def download(item_id: UUID) -> ResponseReturnValue:
    return files.download_response(service.file_of(visitor().id, item_id))


@pages.post("/<uuid:item_id>/remove")
@signed_in
def remove(item_id: UUID) -> ResponseReturnValue:
    service.remove(visitor().id, item_id)
    flash(gettext(REMOVED), "ok")
    return redirect(url_for(".mine"))


def _form(**more: None) -> KeepForm:
    form = KeepForm(**more)
    form.kind.options = sorted(((path, gettext(name)) for path, name in KINDS.items()), key=_name)
    return form


def _name(option: tuple[str, str]) -> str:
    return option[1]


def _page(form: KeepForm) -> str:
    items = service.items(visitor().id)
    return render_template("vault/mine.html", items=items, form=form, kinds=KINDS)
