"""The page that shows every part; it checks what is typed into it, and keeps nothing."""

from collections.abc import Mapping
from itertools import groupby
from typing import Any

from flask import Blueprint, render_template, request
from flask.typing import ResponseReturnValue

from portal.forms import engine
from portal.forms.engine import REFRESH, Page, Posted, Sheet
from portal.gallery import samples
from portal.kernel import clock
from portal.kernel.errors import NotFound
from portal.kernel.money import Money
from portal.kernel.settings import current
from portal.web.access import public
from portal.web.edge import takes

pages = Blueprint("gallery", __name__, template_folder="templates")

UPLOADS = 30_000_000
SAMPLE_FEE = Money.of("1200.50", "INR")


@pages.get("/design")
@public
def design() -> str:
    page = _page()
    sheet = engine.show(page)
    for name, asked in ((one.name, asked) for one, asked in sheet if asked):
        if name.endswith("_wrong"):
            asked.errors = [asked.missing()]
    return _drawn(sheet)


@pages.post("/design")
@public
@takes(UPLOADS)
def check() -> ResponseReturnValue:
    """Say of everything that was sent whether it is right."""
    page, posted = _page(), Posted(request.form, request.files)
    if REFRESH in request.form:
        return _drawn(engine.refresh(page, posted))
    sheet = engine.take(page, posted, _look_at)
    return _drawn(sheet, checked=True), 422 if sheet.errors else 200


def _page() -> Page:
    """Raises NotFound in production: the page is for those who build."""
    if current().kernel.env == "production":
        raise NotFound
    form = samples.form()
    return Page(form, form.steps[0], samples.answers(), samples.sources())


def _look_at(_question: Any, upload: Any) -> Mapping[str, Any]:
    """What an answer would say of the file; the file itself is let go."""
    size = upload.stream.seek(0, 2)
    return {
        "file": samples.NO_FILE,
        "name": upload.filename[:100],
        "type": "application/octet-stream",
        "bytes": size,
        "sha256": "",
    }


def _drawn(sheet: Sheet, *, checked: bool = False) -> str:
    """`checked` says that somebody pressed the button: only then errors are summed up."""
    kinds = [
        (kind, [(one.name.rpartition("_")[2], one, asked) for one, asked in them])
        for kind, them in groupby(sheet, lambda pair: pair[0].kind)
    ]
    return render_template(
        "gallery/design.html",
        sheet=sheet,
        kinds=kinds,
        states=samples.STATES,
        checked=checked,
        now=clock.now(),
        fee=SAMPLE_FEE,
    )
