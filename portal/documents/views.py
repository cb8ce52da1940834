"""Is this paper good? For anybody who was shown one, without an account."""

import hashlib
from collections.abc import Mapping

from flask import Blueprint, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from portal.documents import domain, service
from portal.documents.forms import CodeForm, FileForm, NumberForm
from portal.i18n import gettext
from portal.kernel.errors import N_
from portal.web.access import public
from portal.web.edge import takes

pages = Blueprint("documents", __name__, template_folder="templates")
UPLOAD = 6 * 1024 * 1024
NOT_STATED = N_("No issuer here signed this code for this number. Do not trust the paper.")
NOT_A_NUMBER = N_("This is no number of a document. Compare it with the paper, and type it again.")
OTHER_FILE = N_("This file is not what was issued: it was changed, or made by somebody else.")


@pages.get("/verify")
@public
def ask() -> ResponseReturnValue:
    return _asking(NumberForm(formdata=None))


@pages.post("/verify")
@public
def find() -> ResponseReturnValue:
    form = NumberForm()
    if not form.validate_on_submit():
        return _asking(form), 422
    number = domain.read_number(form.number.answer())
    if number is None:
        form.number.errors = [gettext(NOT_A_NUMBER)]
        return _asking(form), 422
    return redirect(url_for(".show", paper=number))


@pages.get("/verify/<paper>")
@public
def show(paper: str) -> ResponseReturnValue:
    return _page(service.check(paper))


@pages.post("/verify/<paper>/code")
@public
def read_code(paper: str) -> ResponseReturnValue:
    """What its QR code states: the words are shown to whoever brings them, and to nobody else."""
    found, form = service.check(paper), CodeForm()
    if not form.validate_on_submit():
        return _page(found, code=form), 422
    says = service.stated(found.number, form.code.answer())
    if says is None:
        form.code.errors = [gettext(NOT_STATED)]
        return _page(found, code=form), 422
    return _page(found, says=says)


@pages.post("/verify/<paper>/file")
@takes(UPLOAD)
@public
def compare(paper: str) -> ResponseReturnValue:
    found, form = service.check(paper), FileForm()
    if not form.validate_on_submit():
        return _page(found, file=form), 422
    digest = hashlib.file_digest(form.file.upload.stream, "sha256").hexdigest()
    same = service.check_file(digest)
    if same is None or same.number != found.number:
        form.file.errors = [gettext(OTHER_FILE)]
        return _page(found, file=form), 422
    return _page(found, is_same=True)


def _asking(form: NumberForm) -> str:
    return render_template("documents/ask.html", form=form)


def _page(
    found: service.Checked,
    *,
    says: Mapping[str, str] | None = None,
    is_same: bool = False,
    code: CodeForm | None = None,
    file: FileForm | None = None,
) -> str:
    return render_template(
        "documents/show.html",
        found=found,
        says=says,
        is_same=is_same,
        code=code or CodeForm(formdata=None),
        file=file or FileForm(formdata=None),
        here=request.path,
    )
