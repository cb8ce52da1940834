"""The desk: an officer's queue, and a case with what may be done to it."""

from collections.abc import Mapping
from datetime import date, datetime, time
from functools import partial
from typing import Any
from uuid import UUID

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from portal.applications import domain, service, words
from portal.applications.domain import ACTS, NEXT, Actor, State
from portal.applications.fees import service as fees
from portal.applications.forms import WORDS, ActForm
from portal.applications.lists import service as lists
from portal.applications.lists.domain import GROUPS, Due, Place, Sort, Wanted, read_place
from portal.applications.reach import service as reach
from portal.applications.service import Author, Case
from portal.delegation import service as delegation
from portal.files import service as files
from portal.i18n import gettext, say
from portal.i18n.formats import ZONE
from portal.kernel import clock
from portal.kernel.db import db
from portal.kernel.errors import N_, DomainError
from portal.registry import service as registry
from portal.registry.contract import Service
from portal.web.access import may, visitor
from portal.web.edge import takes

pages = Blueprint("desk", __name__, url_prefix="/desk", template_folder="templates")
READ, DECIDE = "applications.read", "applications.decide"
PAGE = 50
UPLOAD = 6 * 1024 * 1024
LONGEST_SEARCH = 100
LABELS = {
    "open": N_("Open"),
    "waiting": N_("Waiting for the person"),
    "decided": N_("To issue"),
    "over": N_("Closed"),
}
DUES = {
    Due.LATE: N_("Late"),
    Due.TODAY: N_("Today"),
    Due.WEEK: N_("In the next 7 days"),
    Due.LATER: N_("Later"),
}
SORTS = {Sort.URGENT: N_("Most urgent"), Sort.NEWEST: N_("Newest")}
OFFICE, PERSON = N_("Your department"), N_("The person")
# Who must move now, and what comes next.
HELD_BY = {
    State.AWAITING_PAYMENT: (PERSON, N_("The person pays the fee now.")),
    State.SUBMITTED: (OFFICE, N_("Accept it for checking, or decide at once.")),
    State.IN_PROGRESS: (OFFICE, N_("Decide, or ask the person for what is missing.")),
    State.NEEDS_INFORMATION: (PERSON, N_("The person answers what you asked.")),
    State.APPROVED: (OFFICE, N_("Issue the document.")),
}
CLOSED = (N_("Nobody: it is closed"), N_("Nothing more is to be done."))


# --- The queue ----------------------------------------------------------------------------------


@pages.get("")
@may(READ)
def queue() -> ResponseReturnValue:
    mine = _reach(READ)
    offered = reach.services(mine)
    today = clock.today()
    wanted = _wanted(offered)
    sought = request.args.get("q", "").strip()[:LONGEST_SEARCH]
    if sought:
        rows, after = lists.search(mine, sought, limit=PAGE), None
    else:
        after = read_place(request.args.get("after", ""), wanted.sort)
        rows = lists.queue(mine, wanted, today, after=after, limit=PAGE + 1)
    more = rows[PAGE - 1] if len(rows) > PAGE else None
    return render_template(
        "desk/queue.html",
        rows=rows[:PAGE],
        offers=registry.versions({row.version_id for row in rows}),
        stage_of=_stage,
        state=partial(words.state, desk=True),
        clock_left=_clock,
        wanted=wanted,
        sought=sought,
        asked=_asked(wanted),
        tabs=_tabs(wanted, lists.counts(mine, wanted, today)),
        most=lists.MOST,
        choices=_choices(offered, wanted),
        first=_link(wanted) if after else None,
        next=_link(wanted, after=str(Place(more.place, more.id))) if more else None,
    )


def _wanted(offered: Mapping[tuple[str, str], Service]) -> Wanted:
    """What the address asks for; what is not known asks for nothing."""
    group = request.args.get("show", "open")
    group = group if group in GROUPS else "open"
    provider, _, name = request.args.get("service", "").partition("/")
    service_ = (provider, name) if (provider, name) in offered else None
    stages = {stage.slug for stage in offered[service_].stages} if service_ else set()
    stage = request.args.get("stage", "")
    urgent = Sort.URGENT if lists.runs(group) else Sort.NEWEST
    return Wanted(
        group=group,
        service=service_,
        stage=stage if stage in stages else "",
        due=_one_of(Due, request.args.get("due")),
        since=_since(request.args.get("since", "")),
        sort=_one_of(Sort, request.args.get("sort")) or urgent,
    )


def _one_of(kind: Any, code: str | None) -> Any:
    return kind(code) if code in set(kind) else None


def _since(text: str) -> datetime | None:
    """The beginning of the day where the officer is."""
    try:
        return datetime.combine(date.fromisoformat(text), time(), ZONE)
    except ValueError:
        return None


def _asked(wanted: Wanted) -> dict[str, Any]:
    """The filters as they stand in the address, without those that leave all in."""
    told = {
        "service": "/".join(wanted.service) if wanted.service else "",
        "stage": wanted.stage,
        "due": wanted.due or "",
        "since": wanted.since.date().isoformat() if wanted.since else "",
    }
    return {name: str(value) for name, value in told.items() if value}


def _link(wanted: Wanted, **more: Any) -> str:
    return url_for(".queue", show=wanted.group, sort=wanted.sort, **_asked(wanted), **more)


def _tabs(wanted: Wanted, counted: Mapping[str, int]) -> list[tuple[str, str, str, int]]:
    """Code, label, address and count of each group, under the same filters."""
    asked = _asked(wanted)
    return [
        (code, gettext(label), url_for(".queue", show=code, **asked), counted[code])
        for code, label in LABELS.items()
    ]


def _choices(
    offered: Mapping[tuple[str, str], Service], wanted: Wanted
) -> dict[str, list[tuple[str, str]]]:
    """What the lists of the filters offer: pairs of code and words."""
    stages = offered[wanted.service].stages if wanted.service else ()
    services = [("/".join(path), say(one.title)) for path, one in offered.items()]
    return {
        "service": sorted(services, key=lambda one: one[1]),
        "stage": [(stage.slug, say(stage.title)) for stage in stages],
        "due": [(code, gettext(label)) for code, label in DUES.items()],
        "sort": [(code, gettext(label)) for code, label in SORTS.items()],
    }


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
    flash(gettext("It is recorded, and the person is told."), "ok")
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
    author = Author(Actor.OFFICER, f"person:{visitor().id}")
    try:
        with db.session.begin_nested():
            service.receive(_reach(DECIDE), application.reference, form.event(), author)
    except DomainError as refusal:
        return refusal
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
    holder, to_do = HELD_BY.get(State(application.state), CLOSED)
    return render_template(
        "desk/case.html",
        application=application,
        offer=offer,
        form=form,
        acts=form.act.options if may_act else [],
        state=words.state(application.state, desk=True),
        stage=_stage(offer, application.stage),
        clock_left=_clock(application),
        holder=gettext(holder),
        to_do=gettext(to_do),
        judged=words.kept_eligibility(offer, application.judged),
        submitted_by=words.submitted_by(application),
        slip=delegation.slip_file(application.mandate_id),
        fee=fees.of(application),
        payment=fees.payment(application),
        sections=words.sections(offer.service, given, {}),
        given=given,
        asked=_asked_of(application),
        asked_words=words.asked_in_words(application) if application.asked else "",
        issued=service.issued(application),
        moments=words.timeline(application, desk=True),
    )


def _asked_of(application: Case) -> list[str]:
    """What the person is asked now, in words."""
    asked = set(application.asked or ())
    return [say(one.label) for one in service.may_be_asked(application) if one.name in asked]


def _form(application: Case) -> ActForm:
    form = ActForm(data={"case_number": application.case_number})
    offer = registry.version(application.version_id)
    form.act.options = [(kind, WORDS[kind]) for kind in _allowed(application, offer)]
    form.stage.options = [(stage.slug, say(stage.title)) for stage in offer.service.stages]
    asked = service.may_be_asked(application)
    form.fields_asked.options = [(one.name, say(one.label)) for one in asked]
    return form


def _allowed(application: Case, offer: registry.Offer) -> list[str]:
    """The acts that the case may see now; noting alone is nothing to do in a case that is over."""
    state = State(application.state)
    if domain.is_over(state):
        return []
    if state is State.AWAITING_PAYMENT:
        return ["note"]
    # Nobody accepts twice, nor moves between stages that are none.
    left_out = {"accept"} if state is State.IN_PROGRESS else set()
    if state is not State.IN_PROGRESS or not offer.service.stages:
        left_out.add("progress")
    if domain.owes_with(offer.service.payment, fees.of(application), application.paid_at):
        left_out.add("approve")
    reached = (kind for kind in WORDS if ACTS[kind].to is None or ACTS[kind].to in NEXT[state])
    return [kind for kind in reached if kind not in left_out]
