"""The pages of operators at a service centre: sessions with citizens, and signed slips."""

from typing import Any
from uuid import UUID

from flask import Blueprint, flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue

from portal.accounts import service as accounts
from portal.accounts.joining import service as joining
from portal.delegation import offers, service, visitors
from portal.delegation.assisting import service as assisting
from portal.delegation.domain import ASSIST, Kind, SlipNotSigned
from portal.delegation.forms import (
    AskForm,
    CounterCodeForm,
    NumberForm,
    SlipForm,
    SubjectForm,
)
from portal.delegation.service import Given
from portal.delegation.views import never_kept, page
from portal.i18n import gettext
from portal.i18n.languages import tag
from portal.kernel.errors import DomainError
from portal.web.access import SOON, fresh, may, visitor
from portal.web.edge import takes

pages = Blueprint("counter", __name__, url_prefix="/assist", template_folder="templates")
pages.after_request(never_kept)
SLIP_UPLOAD = 11_000_000


@pages.route("", methods=["GET", "POST"])
@may(ASSIST)
def assist() -> ResponseReturnValue:
    """Type the code that the citizen made, and begin."""
    form, me = CounterCodeForm(visitors.centres()), visitor().id
    slips = [row for row in service.held(me) if row.kind == Kind.SLIP]
    names = accounts.names({row.subject_id for row in slips})
    told: dict[str, Any] = {"slips": slips, "names": names}
    if not form.is_sent():
        return page("assist", form, **told)
    assisting.count_code(me)
    row = service.start_session(form.code.answer(), me, form.where())
    if row is None:
        return page("assist", form, refused=True, **told)
    visitors.begin(Kind.SESSION, row.id)
    return redirect(url_for("applications.index"))


@pages.route("/end", methods=["GET", "POST"])
@may(ASSIST)
def end_slip() -> ResponseReturnValue:
    """A person without an account ends a slip at any centre, by the number on it."""
    form = NumberForm()
    if not form.is_sent():
        return page("end", form)
    assisting.count_code(visitor().id)
    if not service.end_slip(form.number.answer(), visitor().id):
        return page("end", form, refused=True)
    flash(gettext("It has ended. Nothing more can be done under it."), "ok")
    return redirect(url_for(".assist"))


@pages.route("/ask", methods=["GET", "POST"])
@may(ASSIST)
def ask() -> ResponseReturnValue:
    form = AskForm(visitors.centres())
    if not form.is_sent():
        return page("ask", form)
    assisting.ask(form.contact.answer(), form.terms(), visitor().id, form.where())
    flash(
        gettext(
            "If this contact is known here, a code is on its way. Let the citizen read it out."
        ),
        "info",
    )
    return redirect(url_for(".assist"))


@pages.route("/new", methods=["GET", "POST"])
@may(ASSIST)
def record() -> ResponseReturnValue:
    """Somebody without a phone or an account."""
    form = SubjectForm(visitors.centres())
    if not form.is_sent():
        return page("record", form)
    row = assisting.record(form.details(), form.terms(), form.until(), visitor().id, form.where())
    return redirect(url_for(".slip", mandate_id=row.id))


@pages.route("/slips/<uuid:mandate_id>", methods=["GET", "POST"])
@takes(SLIP_UPLOAD)
@may(ASSIST)
def slip(mandate_id: UUID) -> ResponseReturnValue:
    """Print it, keep its photo, then act under it."""
    row, form = service.slip(mandate_id, visitor().id), SlipForm()
    if form.is_sent() and _kept(row, form):
        flash(gettext("The signed slip is kept. You can send applications now."), "ok")
        return redirect(url_for(".slip", mandate_id=row.id))
    person = accounts.details(row.subject_id)
    spoken = tag(person.language)
    return page("slip", form, row=row, person=person, spoken=spoken)


def _kept(row: Given, form: SlipForm) -> bool:
    """Whether the photo could be kept; else the form says why not."""
    upload = form.photo.upload
    try:
        service.keep_slip(row.id, visitor().id, upload.stream, upload.filename)
    except DomainError as refusal:
        form.photo.errors = [gettext(refusal.message, **refusal.params)]
        return False
    return True


@pages.get("/slips/<uuid:mandate_id>/paper")
@may(ASSIST)
def paper(mandate_id: UUID) -> ResponseReturnValue:
    """The slip as it is printed and signed, in the language of the address."""
    row = service.slip(mandate_id, visitor().id)
    return render_template(
        "delegation/paper.html",
        row=row,
        person=accounts.details(row.subject_id),
        services=offers.say_services(row.services),
        needs=offers.say_needs(row.needs),
        operator=visitor().name,
    )


@pages.post("/slips/<uuid:mandate_id>/joining")
@may(ASSIST)
@fresh(SOON)
def joining_code(mandate_id: UUID) -> ResponseReturnValue:
    """A code on paper, with which the person takes the record over one day.

    Only for whom a signed slip says to be there: the code opens all that was kept of them.
    """
    row = service.slip(mandate_id, visitor().id)
    if row.slip_file_id is None:
        raise SlipNotSigned
    code = joining.joining_code(row.subject_id, by=visitor().id)
    return render_template("delegation/joining.html", row=row, code=code)
