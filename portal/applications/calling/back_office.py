"""The officers' pages: what is on a day, when a visit is, and how it went."""

from datetime import date, datetime, time, timedelta
from uuid import UUID
from zoneinfo import ZoneInfo

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from portal.applications import service
from portal.applications.calling import panels
from portal.applications.calling import service as calling
from portal.applications.calling.service import Outcome
from portal.applications.meetings import domain
from portal.applications.meetings import service as meetings
from portal.files import service as files
from portal.i18n import gettext
from portal.i18n.formats import ZONE, weekday
from portal.kernel import clock
from portal.kernel.db import db
from portal.kernel.errors import DomainError
from portal.registry import service as registry
from portal.web.access import may, visitor
from portal.web.edge import takes
from portal.web.fields.base import tidy

pages = Blueprint("office_meetings", __name__, url_prefix="/desk", template_folder="../templates")
READ, DECIDE = "applications.read", "applications.decide"
UPLOAD = 60 * 1024 * 1024
LONGEST_REMARKS = 4000


@pages.get("/meetings")
@may(READ)
def day() -> ResponseReturnValue:
    """What there is on a day, to be printed and taken along."""
    on, is_mine = _day(), request.args.get("whose") == "mine"
    found = meetings.of_days(visitor().scopes_for(READ), datetime.combine(on, time(), ZONE))
    rows = [pair for pair in found if not is_mine or pair[0].officer_id == visitor().id]
    return render_template(
        "desk/day.html",
        rows=[(one, case, panels.when(one), _office(one, case)) for one, case in rows],
        offers=registry.versions({case.version_id for _, case in rows}),
        standing=panels.standing,
        on=on,
        title=weekday(on),
        is_mine=is_mine,
        before=on - timedelta(days=1),
        after=on + timedelta(days=1),
    )


def _office(meeting: meetings.Met, case: service.Case) -> str:
    """Where somebody lives is read on the page of the case, which tells who looked."""
    return panels.where(case, meeting) if meeting.office else ""


def _day() -> date:
    try:
        return date.fromisoformat(request.args.get("day", ""))
    except ValueError:
        return clock.today()


@pages.post("/<reference>/visit")
@may(DECIDE)
def set_visit(reference: str) -> ResponseReturnValue:
    reach = visitor().scopes_for(DECIDE)
    service.find_case(reach, reference)
    try:
        with db.session.begin_nested():
            calling.set_visit(reach, reference, _moment(), visitor().id)
        flash(gettext("The visit is set, and the person is told."), "ok")
    except DomainError as refusal:
        flash(gettext(refusal.message, **refusal.params), "bad")
    return redirect(url_for("desk.case", reference=reference))


def _moment() -> datetime:
    """By the clock on the wall. Raises NotAVisitTime."""
    told = f"{request.form.get('day', '')}T{request.form.get('time', '')}"
    try:
        return datetime.strptime(told, "%Y-%m-%dT%H:%M").replace(tzinfo=ZoneInfo(ZONE.key))
    except ValueError:
        raise domain.NotAVisitTime from None


@pages.post("/<reference>/meeting")
@takes(UPLOAD)
@may(DECIDE)
def hold(reference: str) -> ResponseReturnValue:
    """How it went, with the photos of a visit."""
    sent = [one for one in request.files.getlist("photos") if one.filename]
    outcome = Outcome(
        request.form.get("state", ""),
        tidy(request.form.get("remarks", ""), lines=True)[:LONGEST_REMARKS] or None,
        [(one.stream, one.filename or "") for one in sent],
    )
    reach = visitor().scopes_for(DECIDE)
    service.find_case(reach, reference)
    try:
        with db.session.begin_nested():
            calling.hold(reach, reference, outcome, visitor().id)
        flash(gettext("It is recorded for the officers of the provider."), "ok")
    except DomainError as refusal:
        flash(gettext(refusal.message, **refusal.params), "bad")
    return redirect(url_for("desk.case", reference=reference))


@pages.get("/<reference>/photos/<uuid:file_id>")
@may(READ)
def photo(reference: str, file_id: UUID) -> ResponseReturnValue:
    case = service.find_case(visitor().scopes_for(READ), reference)
    response = files.view_response(calling.photo(case, file_id))
    service.looked(case, visitor().id, "document")
    return response
