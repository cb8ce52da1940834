"""Referrals at both desks: that of the case asks, and that of another provider answers."""

from collections.abc import Callable
from datetime import date
from uuid import UUID

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from portal.accounts import service as accounts
from portal.applications import service as applications
from portal.applications import words
from portal.applications.enclosing import kept
from portal.applications.lists.domain import Place, Sort, Whose, read_place
from portal.applications.reach.service import Reach
from portal.applications.records import service as records
from portal.applications.referring import panels, service
from portal.applications.referring.domain import FURTHEST, Reply, Standing, Wanted
from portal.applications.referring.forms import AnswerForm, AskForm
from portal.applications.referring.service import Referral
from portal.applications.service import Case
from portal.files import service as files
from portal.i18n import gettext, say
from portal.kernel.db import db
from portal.kernel.errors import N_, DomainError
from portal.registry import domain as declared
from portal.registry import service as registry
from portal.registry.contract import Calendar
from portal.web.access import may, visitor
from portal.web.edge import takes

pages = Blueprint("referring", __name__, url_prefix="/desk", template_folder="../templates")
DECIDE = "applications.decide"
UPLOAD = 6 * 1024 * 1024
PAGE = 50
# Working days that an office has for its answer unless the officer says otherwise.
USUAL_DAYS = 5
LISTS = {
    "": N_("All"),
    Whose.MINE: N_("Mine"),
    Whose.NOBODY: N_("Nobody's yet"),
}


def _reach() -> Reach:
    return visitor().scopes_for(DECIDE)


def waiting() -> int:
    """For the menu: how many referrals wait at the visitor's desk."""
    return service.waiting(_reach(), visitor().id)


# --- The desk of the case -----------------------------------------------------------------------


@pages.get("/<reference>/refer")
@may(DECIDE)
def ask(reference: str) -> ResponseReturnValue:
    case = applications.find_case(_reach(), reference)
    applications.opened(case, visitor().id)
    usual = declared.due_on(_calendar(case), records.today(case), USUAL_DAYS)
    return _ask_page(case, AskForm(formdata=None, data={"due": usual.isoformat()}))


@pages.post("/<reference>/refer")
@may(DECIDE)
def send(reference: str) -> ResponseReturnValue:
    case = applications.find_case(_reach(), reference, lock=True)
    form = _fitted(case, AskForm())
    if not form.validate_on_submit():
        return _ask_page(case, form), 422
    try:
        with db.session.begin_nested():
            service.ask(case, _wanted(form), visitor().id, _reach())
    except DomainError as refusal:
        form.to.errors = [gettext(refusal.message, **refusal.params)]
        return _ask_page(case, form), refusal.status
    flash(gettext("The office is asked. Its answer comes to the page of the case."), "ok")
    return redirect(url_for("desk.case", reference=reference, _anchor="referrals"))


@pages.post("/<reference>/referrals/<uuid:referral_id>/withdraw")
@may(DECIDE)
def withdraw(reference: str, referral_id: UUID) -> ResponseReturnValue:
    """A refusal is said on the page of the case, which stays as it was."""
    case = applications.find_case(_reach(), reference, lock=True)
    _said(
        lambda: service.withdraw(case, referral_id, visitor().id, _reach()),
        N_("The referral is withdrawn."),
    )
    return redirect(url_for("desk.case", reference=reference, _anchor="referrals"))


@pages.get("/<reference>/referrals/<uuid:referral_id>/papers/<uuid:file_id>")
@may(DECIDE)
def answered(reference: str, referral_id: UUID, file_id: UUID) -> ResponseReturnValue:
    """A file that came with the answer, to be looked at."""
    case = applications.find_case(_reach(), reference)
    response = files.view_response(service.paper(case, referral_id, file_id))
    applications.looked(case, visitor().id, "document")
    return response


def _calendar(case: Case) -> Calendar:
    return registry.version(case.version_id).provider.calendar


def _wanted(form: AskForm) -> Wanted:
    return Wanted(
        to=form.to.answer() or "",
        text=form.text.answer() or "",
        fields=tuple(form.parts.answer() or ()),
        due_on=date.fromisoformat(form.due.answer()),
    )


def _fitted(case: Case, form: AskForm) -> AskForm:
    """With the offices, and the answers of the case section by section."""
    form.to.options = [(slug, say(one.name)) for slug, one in service.offices(case).items()]
    given = applications.shared(case)
    options: list[tuple[str, str]] = []
    groups: list[tuple[int, str]] = []
    offer = registry.version(case.version_id)
    for section in words.sections(offer.service, given, {}):
        rows = [(one.name, say(one.label)) for one, _, _ in section.rows if one.name in given]
        groups += [(len(options), section.title)] if rows else []
        options += rows
    form.parts.options, form.parts.groups = options, groups
    form.due.not_before = records.today(case)
    form.due.not_after = records.today(case) + FURTHEST
    return form


def _ask_page(case: Case, form: AskForm) -> str:
    return render_template(
        "referring/ask.html",
        application=case,
        offer=registry.version(case.version_id),
        form=_fitted(case, form),
        is_open=service.may_ask(case),
    )


# --- The desk that is asked ---------------------------------------------------------------------


@pages.get("/referrals")
@may(DECIDE)
def queue() -> ResponseReturnValue:
    wanted = request.args.get("whose", "")
    whose = Whose(wanted) if wanted in (Whose.MINE, Whose.NOBODY) else None
    after = read_place(request.args.get("after", ""), Sort.URGENT)
    me = visitor().id
    rows = service.queue(_reach(), me, whose, after=after, limit=PAGE + 1)
    last = rows[PAGE - 1][0] if len(rows) > PAGE else None
    offers = registry.versions({case.version_id for _, case in rows})
    return render_template(
        "referring/queue.html",
        rows=rows[:PAGE],
        offers=offers,
        officers=accounts.names({row.officer_id for row, _ in rows if row.officer_id}),
        clock_left=panels.clock_left,
        lists=[(code, gettext(label)) for code, label in LISTS.items()],
        whose=whose or "",
        first=url_for(".queue", whose=whose) if after else None,
        next=url_for(".queue", whose=whose, after=str(Place(last.due_on, last.id)))
        if last
        else None,
    )


@pages.get("/referrals/<uuid:referral_id>")
@may(DECIDE)
def show(referral_id: UUID) -> ResponseReturnValue:
    row, case = service.find(_reach(), referral_id, visitor().id)
    if row.state == Standing.OPEN:
        service.looked(row, visitor().id, "read")
    return _page(row, case, AnswerForm(formdata=None))


@pages.post("/referrals/<uuid:referral_id>")
@takes(UPLOAD)
@may(DECIDE)
def answer(referral_id: UUID) -> ResponseReturnValue:
    row, case = service.find(_reach(), referral_id, visitor().id, lock=True)
    form = AnswerForm()
    if not form.validate_on_submit():
        return _page(row, case, form), 422
    try:
        with db.session.begin_nested():
            service.answer(_reach(), referral_id, _reply(case, form), visitor().id)
    except DomainError as refusal:
        flash(gettext(refusal.message, **refusal.params), "bad")
        return _page(row, case, form), refusal.status
    flash(gettext("It is sent to the office that asked."), "ok")
    return redirect(url_for(".show", referral_id=referral_id))


@pages.post("/referrals/<uuid:referral_id>/holder")
@may(DECIDE)
def holder(referral_id: UUID) -> ResponseReturnValue:
    """Take it, or let another officer take it."""
    leaves = request.form.get("act") == "release"
    act = service.leave if leaves else service.take
    service.find(_reach(), referral_id, visitor().id)
    _said(
        lambda: act(_reach(), referral_id, visitor().id),
        N_("It is nobody's now: any officer of your desk can take it.")
        if leaves
        else N_("It is yours now."),
    )
    return redirect(url_for(".show", referral_id=referral_id))


@pages.get("/referrals/<uuid:referral_id>/papers/<uuid:file_id>")
@may(DECIDE)
def given(referral_id: UUID, file_id: UUID) -> ResponseReturnValue:
    """A ticked document, to be looked at in its place."""
    row, case = service.find(_reach(), referral_id, visitor().id)
    response = files.view_response(service.given_paper(row, case, file_id))
    service.looked(row, visitor().id, "document")
    return response


@pages.get("/referrals/<uuid:referral_id>/enclosed/<uuid:file_id>")
@may(DECIDE)
def enclosed(referral_id: UUID, file_id: UUID) -> ResponseReturnValue:
    """What this desk sent with its answer."""
    row, _ = service.find(_reach(), referral_id, visitor().id)
    response = files.view_response(service.answered_paper(row, file_id))
    service.looked(row, visitor().id, "document")
    return response


def _reply(case: Case, form: AnswerForm) -> Reply:
    outcome = Standing(form.outcome.answer() or "")
    upload = form.paper.upload if outcome is Standing.ANSWERED else None
    papers = [kept(case, upload, counted=False)] if upload is not None else []
    return Reply(outcome, form.text.answer() or "", papers)


def _said(do: Callable[[], None], done: str) -> None:
    try:
        with db.session.begin_nested():
            do()
        flash(gettext(done), "ok")
    except DomainError as refusal:
        flash(gettext(refusal.message, **refusal.params), "bad")


def _page(row: Referral, case: Case, form: AnswerForm) -> str:
    offer, end = registry.version(case.version_id), service.ending(row)
    seen = service.parts(row, case)
    people = {row.asked_by, *(one for one in (row.officer_id, end and end.by) if one)}
    names = accounts.names(people)
    sections = words.sections(offer.service, seen, {})
    shown = [(one.title, [row_ for row_ in one.rows if row_[0].name in seen]) for one in sections]
    return render_template(
        "referring/show.html",
        referral=row,
        application=case,
        offer=offer,
        form=form,
        asker=names.get(row.asked_by) or gettext("an officer who left"),
        holder=names.get(row.officer_id) if row.officer_id else "",
        is_mine=row.officer_id == visitor().id,
        state=panels.state(row),
        clock_left=panels.clock_left(row.due_on) if row.state == Standing.OPEN else ("", "off"),
        reply=panels.replied(end, names),
        seen=seen,
        sections=[one for one in shown if one[1]],
    )
