"""The pages on which a person chooses a time, moves it, calls it off, or asks for another."""

from collections.abc import Callable
from datetime import UTC, datetime
from itertools import groupby
from zoneinfo import ZoneInfo

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from portal.applications.calling import panels
from portal.applications.calling import service as calling
from portal.applications.meetings import domain
from portal.applications.meetings import service as meetings
from portal.applications.mine import by, mine
from portal.applications.service import Case
from portal.delegation import visitors
from portal.delegation.domain import Need
from portal.delegation.visitors import whose
from portal.i18n import gettext
from portal.i18n.formats import time_of_day, weekday
from portal.kernel.db import db
from portal.kernel.errors import DomainError
from portal.registry import service as registry
from portal.registry.contract import Appointment, Office
from portal.web.access import signed_in
from portal.web.fields.base import tidy

pages = Blueprint("meetings", __name__, template_folder="../templates")
LONGEST_WISH = 300


@pages.get("/applications/<reference>/appointment")
@signed_in
def choose(reference: str) -> ResponseReturnValue:
    """Nothing is to be chosen any more: the page of the application tells why."""
    case = mine(reference)
    try:
        return _page(case)
    except domain.NothingToSet:
        return redirect(url_for("applications.show", reference=reference))


@pages.post("/applications/<reference>/appointment")
@signed_in
def take(reference: str) -> ResponseReturnValue:
    here, case = whose(need=Need.FOLLOW), mine(reference)
    try:
        at = _moment()
        with db.session.begin_nested():
            office = request.form.get("office", "")
            calling.choose(here.person_id, reference, office, at, by(here))
    except domain.NothingToSet:
        raise
    except DomainError as refusal:
        db.session.expire_all()
        return _page(case, gettext(refusal.message, **refusal.params)), refusal.status
    flash(gettext("Your time is set. We remind you on the day before."), "ok")
    return redirect(url_for("applications.show", reference=reference))


@pages.post("/applications/<reference>/appointment/off")
@signed_in
def call_off(reference: str) -> ResponseReturnValue:
    here = whose(need=Need.FOLLOW)
    return _done(
        reference,
        lambda: calling.call_off(here.person_id, reference, by(here)),
        gettext("The appointment is called off. Choose another time when you can come."),
    )


@pages.post("/applications/<reference>/visit")
@signed_in
def ask_another(reference: str) -> ResponseReturnValue:
    here = whose(need=Need.FOLLOW)
    text = tidy(request.form.get("wish", ""), lines=False)[:LONGEST_WISH]
    return _done(
        reference,
        lambda: calling.ask_another(here.person_id, reference, text, by(here)),
        gettext("The officer reads it, and sets another time if one can be found."),
    )


def _done(reference: str, do: Callable[[], None], said: str) -> ResponseReturnValue:
    try:
        with db.session.begin_nested():
            do()
        flash(said, "ok")
    except (domain.MovedEnough, domain.AskedEnough, domain.NothingToSet) as refusal:
        flash(gettext(refusal.message, **refusal.params), "bad")
    return redirect(url_for("applications.show", reference=reference))


def _moment() -> datetime:
    """Raises NoSuchSlot."""
    try:
        return datetime.fromisoformat(request.form.get("slot", "")).replace(tzinfo=UTC)
    except ValueError:
        raise domain.NoSuchSlot from None


def _page(case: Case, wrong: str = "") -> str:
    declared = calling.appointment_of(case)
    office = _office(declared)
    return render_template(
        "calling/choose.html",
        application=case,
        offer=registry.version(case.version_id),
        declared=declared,
        office=office,
        days=_days(case, office),
        meeting=panels.of(case),
        wrong=wrong,
        whose=visitors.shown(),
    )


def _office(declared: Appointment) -> Office:
    chosen = request.values.get("office", "")
    return declared.office(chosen) or declared.offices[0]


def _days(case: Case, office: Office) -> list[tuple[str, list[tuple[str, str]]]]:
    """By day, the value and the words of each free time."""
    zone = ZoneInfo(meetings.calendar(case).zone)
    found = meetings.free(case, office.slug)
    return [
        (
            weekday(day),
            [
                (f"{one.starts_at.astimezone(UTC):%Y-%m-%dT%H:%M}", time_of_day(one.starts_at))
                for one in some
            ],
        )
        for day, some in groupby(found, key=lambda one: one.starts_at.astimezone(zone).date())
    ]
