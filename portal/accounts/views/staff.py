"""Pages of the staff: roles by two people, and emergency access."""

from typing import cast
from uuid import UUID

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from markupsafe import Markup

from portal.accounts import service
from portal.accounts.domain import Role
from portal.accounts.forms.staff import NAMES, EmergencyForm, RoleForm
from portal.accounts.roles import service as roles
from portal.accounts.staff import service as staff
from portal.accounts.views import entry
from portal.accounts.visitors import Person
from portal.i18n import gettext as _
from portal.kernel.errors import DomainError
from portal.web.access import SOON, fresh, may, visitor, visitor_or_none

pages = Blueprint("staff", __name__, url_prefix="/admin/people")
pages.after_request(entry.never_kept)


@pages.route("", methods=["GET", "POST"])
@may("people.grant")
@fresh(SOON)
def people() -> ResponseReturnValue:
    """What waits for a second admin, and a form for what one proposes."""
    form = RoleForm()
    if not form.is_sent():
        return _page(form)
    try:
        flash(_act(form), "ok")
    except DomainError as refusal:
        return _page(form, fault=_(refusal.message))
    return redirect(url_for(".people"))


@pages.post("/changes/<uuid:change_id>")
@may("people.grant")
@fresh(SOON)
def decide(change_id: UUID) -> ResponseReturnValue:
    approve = request.form.get("act") == "approve"
    staff.decide(change_id, approve=approve, by=visitor().id)
    flash(_("Done. It is recorded.") if approve else _("It is declined."), "ok")
    return redirect(url_for(".people"))


@pages.route("/emergency", methods=["GET", "POST"])
@may("cases.break_glass")
@fresh(SOON)
def emergency() -> ResponseReturnValue:
    form = EmergencyForm()
    if not form.is_sent():
        return entry.page("staff_emergency", form)
    staff.emergency(visitor().id, form.provider.answer(), form.reason.answer())
    flash(_("The cases are open to you for an hour. Every admin is told."), "warn")
    return redirect(url_for(".emergency"))


def banner() -> Markup | None:
    """Above every page of somebody whose emergency lasts."""
    person = cast("Person | None", visitor_or_none())
    if person is None or all(one.role is not Role.EMERGENCY for one in person.grants):
        return None
    lasts = roles.emergencies(person.id)
    return Markup(render_template("accounts/staff_banner.html", lasts=lasts))  # noqa: S704 - escaped


def _act(form: RoleForm) -> str:
    """Do what the form says; the sentence that says what became of it."""
    email, me = form.email.answer(), visitor().id
    act, offered = form.act.answer(), form.grant()
    if act == "invite":
        staff.invite(email, offered, by=me)
        return _("The invitation is on its way. Another admin approves the role when it was used.")
    staff.change(
        service.id_of(email), offered, gives=act == "give", by=me, reason=form.reason.answer()
    )
    return _("Proposed. Another admin must approve it within 7 days.")


def _page(form: RoleForm, *, fault: str = "") -> ResponseReturnValue:
    waiting = staff.waiting()
    names = service.names(one.person_id for one in waiting)
    me = visitor().id
    mine = {one.id for one in waiting if one.proposed_by == str(me) or one.person_id == me}
    told = {"waiting": waiting, "names": names, "mine": mine, "roles": NAMES, "fault": fault}
    return entry.page("staff_people", form, refused=bool(fault), **told)
