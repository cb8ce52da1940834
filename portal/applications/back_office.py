"""The desk: an officer's queue, and a case with what may be done to it."""

from functools import partial
from typing import Any
from uuid import UUID

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from portal.accounts import service as accounts
from portal.applications import casework, domain, service, words
from portal.applications.alike import service as alike
from portal.applications.calling import panels
from portal.applications.checking import panels as checking
from portal.applications.deciding import service as deciding
from portal.applications.domain import State
from portal.applications.fees import service as fees
from portal.applications.forms import WORDS, ActForm, NoteForm, reasons_in_words
from portal.applications.issuing import service as issuing
from portal.applications.lists import service as lists
from portal.applications.lists.domain import Place, read_place
from portal.applications.pausing import service as pausing
from portal.applications.queueing import Queue
from portal.applications.reach import service as reach
from portal.applications.referring import panels as referrals
from portal.applications.referring import service as referring
from portal.applications.service import Case
from portal.applications.threads import service as threads
from portal.applications.threads.domain import Side
from portal.applications.work import service as work
from portal.delegation import service as delegation
from portal.files import service as files
from portal.i18n import gettext, say
from portal.kernel import clock
from portal.kernel.db import db
from portal.kernel.errors import N_, DomainError
from portal.registry import service as registry
from portal.web.access import may, visitor
from portal.web.edge import takes

pages = Blueprint("desk", __name__, url_prefix="/desk", template_folder="templates")
READ, DECIDE = "applications.read", "applications.decide"
PAGE = 50
UPLOAD = 6 * 1024 * 1024
LONGEST_SEARCH = 100
OFFICE, PERSON = N_("Your department"), N_("The person")
# Who must move now, and what comes next.
HELD_BY = {
    State.AWAITING_PAYMENT: (PERSON, N_("The person pays the fee now.")),
    State.SUBMITTED: (OFFICE, N_("Accept it for checking, or decide at once.")),
    State.IN_PROGRESS: (OFFICE, N_("Decide, or ask the person for what is missing.")),
    State.NEEDS_INFORMATION: (PERSON, N_("The person answers what you asked.")),
    State.APPROVED: (OFFICE, N_("Issue the document.")),
}
RECORDED = N_("It is recorded, and the person is told.")
PROPOSED = N_("It waits for a second officer, who confirms it or gives it back.")
CLOSED = (N_("Nobody: it is closed"), N_("Nothing more is to be done."))


# --- The queue ----------------------------------------------------------------------------------


@pages.get("")
@may(READ)
def queue() -> ResponseReturnValue:
    mine = Queue(_reach(READ), visitor().id)
    wanted, today = mine.wanted, clock.today()
    sought = request.args.get("q", "").strip()[:LONGEST_SEARCH]
    if sought:
        rows, after = lists.search(mine.reach, sought, limit=PAGE), None
    else:
        after = read_place(request.args.get("after", ""), wanted.sort)
        rows = lists.queue(mine.reach, wanted, today, after=after, limit=PAGE + 1)
    more = rows[PAGE - 1] if len(rows) > PAGE else None
    return render_template(
        "desk/queue.html",
        rows=rows[:PAGE],
        offers=registry.versions({row.version_id for row in rows}),
        officers=accounts.names({row.officer_id for row in rows if row.officer_id}),
        unread=threads.unread({row.id for row in rows}, Side.OFFICE),
        stage_of=_stage,
        state=partial(words.state, desk=True),
        clock_left=_clock,
        stage_left=words.stage_left,
        wanted=wanted,
        sought=sought,
        asked=mine.asked,
        here=mine.link().partition("?")[2],
        views=work.views(visitor().id),
        may_decide=DECIDE in visitor().permissions,
        tabs=mine.tabs(lists.counts(mine.reach, wanted, today)),
        most=lists.MOST,
        choices=mine.choices(),
        first=mine.link() if after else None,
        next=mine.link(after=str(Place(more.place, more.id))) if more else None,
    )


def _stage(offer: registry.Offer, slug: str | None) -> str:
    titles = [say(stage.title) for stage in offer.service.stages if stage.slug == slug]
    return titles[0] if titles else ""


def _clock(row: Any) -> tuple[str, str]:
    over = domain.is_over(State(row.state)) or row.state == State.APPROVED
    return words.clock_left(row.due_on, row.days_left, over=over)


# --- A case -------------------------------------------------------------------------------------


@pages.get("/<reference>")
@may(READ)
def case(reference: str) -> ResponseReturnValue:
    application = service.find_case(_reach(READ), reference)
    emergency = _is_emergency(application)
    service.opened(application, visitor().id, emergency=emergency)
    return _page(application, _form(application), may_act=not emergency)


@pages.post("/<reference>")
@takes(UPLOAD)
@may(DECIDE)
def tell(reference: str) -> ResponseReturnValue:
    application = service.find_case(_reach(DECIDE), reference)
    form = _form(application)
    if not form.validate_on_submit():
        return _page(application, form), 422
    refusal = _told(application, form)
    if refusal is not None:
        form.refuse(refusal)
        return _page(application, form), refusal.status
    return redirect(url_for(".case", reference=reference))


@pages.get("/<reference>/papers/<uuid:file_id>")
@may(READ)
def paper(reference: str, file_id: UUID) -> ResponseReturnValue:
    """A file among the answers, to be saved."""
    application = service.find_case(_reach(READ), reference)
    response = files.download_response(service.paper(application, file_id))
    _looked(application, "document")
    return response


@pages.get("/<reference>/papers/<uuid:file_id>/view")
@may(READ)
def view(reference: str, file_id: UUID) -> ResponseReturnValue:
    """A file among the answers, to be looked at in its place."""
    application = service.find_case(_reach(READ), reference)
    response = files.view_response(service.paper(application, file_id))
    _looked(application, "document")
    return response


@pages.get("/<reference>/issued/<uuid:document_id>")
@may(READ)
def issued(reference: str, document_id: UUID) -> ResponseReturnValue:
    """What was issued, to be looked at."""
    application = service.find_case(_reach(READ), reference)
    document = service.issued_document(application, document_id)
    response = files.view_response(document.file_id)
    _looked(application, "document")
    return response


@pages.get("/<reference>/slip")
@may(READ)
def slip(reference: str) -> ResponseReturnValue:
    """The signed slip under which an operator sent it, for somebody without an account."""
    application = service.find_case(_reach(READ), reference)
    file_id = delegation.slip_file(application.mandate_id)
    if file_id is None:
        raise service.NoSuchApplication
    response = files.view_response(file_id)
    _looked(application, "slip")
    return response


def _told(application: Case, form: ActForm) -> DomainError | None:
    """Let the officer move the case; a refusal leaves it as it was, and the page its words."""
    try:
        with db.session.begin_nested():
            done = deciding.tell(_reach(DECIDE), application.reference, form.event(), visitor().id)
    except DomainError as refusal:
        return refusal
    flash(gettext(RECORDED if isinstance(done, Case) else PROPOSED), "ok")
    return None


def _reach(permission: str) -> reach.Reach:
    """Where the visitor holds it, and how far: an officer of one may be integrator of another."""
    return visitor().scopes_for(permission)


def _looked(application: Case, why: str) -> None:
    service.looked(application, visitor().id, why, emergency=_is_emergency(application))


def _is_emergency(application: Case) -> bool:
    """Whether an emergency alone opens the case: whoever may decide it needs none."""
    if _reach(READ) == _reach(DECIDE):
        return False
    try:
        service.find_case(_reach(DECIDE), application.reference)
    except service.NoSuchApplication:
        return True
    return False


def _page(application: Case, form: ActForm, *, may_act: bool = True) -> str:
    offer = registry.version(application.version_id)
    given = service.shared(application)
    mine = casework.work_of(application, _reach(DECIDE), visitor().id, may_act=may_act)
    acts = form.act.options if may_act and mine.may_act else []
    holder, to_do = HELD_BY.get(State(application.state), CLOSED)
    return render_template(
        "desk/case.html",
        application=application,
        offer=offer,
        form=form,
        acts=acts,
        work=mine,
        may_act=may_act,
        letters=casework.letters(offer, [code for code, _ in acts]),
        remarks=words.remarks(application) if application.asked else {},
        typed=form.remarks(form.fields_asked.answer() or ()) if form.is_submitted() else {},
        note_form=NoteForm(formdata=None),
        state=words.state(application.state, desk=True),
        stage=_stage(offer, application.stage),
        clock_left=_clock(application),
        holder=gettext(holder),
        to_do=gettext(to_do),
        judged=words.kept_eligibility(offer, application.judged),
        submitted_by=words.submitted_by(application),
        slip=delegation.slip_file(application.mandate_id),
        fee=fees.of(application),
        fee_made_of=fees.lines_of(application),
        payment=fees.payment(application),
        sections=words.sections(offer.service, given, {}),
        given=given,
        asked=_asked_of(application),
        asked_words=words.asked_in_words(application) if application.asked else "",
        meeting=panels.of(application),
        issued=service.issued(application),
        papers=issuing.standings(service.issued(application)),
        paused=pausing.now(application),
        pauses=pausing.declared(application) if pausing.may_pause(application) else (),
        unread=threads.unread({application.id}, Side.OFFICE).get(application.id, 0),
        alike=[(one, _labels(offer, one)) for one in alike.of(application, _reach(READ))],
        state_of=partial(words.state, desk=True),
        checks=checking.of(application, given, service.papers(application)),
        referrals=referrals.of(application),
        may_refer=may_act and mine.may_act and referring.may_ask(application),
        moments=words.timeline(application, desk=True),
    )


def _labels(offer: registry.Offer, one: alike.Alike) -> list[str]:
    asked = [offer.service.form.field(name) for name in one.questions]
    return [say(field.label) for field in asked if field is not None]


def _asked_of(application: Case) -> list[tuple[str, str]]:
    """What the person is asked now: names and words."""
    asked = set(application.asked or ())
    about = service.may_be_asked(application)
    return [(one.name, say(one.label)) for one in about if one.name in asked]


def _form(application: Case) -> ActForm:
    offer = registry.version(application.version_id)
    acts = casework.allowed(application, offer)
    form = ActForm(data={"case_number": application.case_number} | _begun(offer, acts))
    form.act.options = [(kind, WORDS[kind]) for kind in acts]
    form.makes_it = bool(offer.service.papers)
    form.stage.options = casework.next_stages(application, offer)
    form.reason_code.options = reasons_in_words(offer.service, acts)
    asked = service.may_be_asked(application)
    form.fields_asked.options = [(one.name, say(one.label)) for one in asked]
    return form


def _begun(offer: registry.Offer, acts: list[str]) -> dict[str, str]:
    """The words of the letter that was chosen, to begin with."""
    chosen = request.args.get("letter", "")
    for letter in casework.letters(offer, acts):
        if letter.slug == chosen:
            return {"act": letter.act, "message": say(letter.text)}
    return {}
