"""The desk: an officer's queue, and a case with what may be done to it."""

from datetime import date
from functools import partial
from typing import Any
from uuid import UUID

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from portal.applications import domain, service, words
from portal.applications.domain import ACTS, NEXT, Actor, State
from portal.applications.forms import WORDS, ActForm
from portal.applications.lists import service as lists
from portal.applications.service import Author, Case
from portal.files import service as files
from portal.i18n import gettext, say
from portal.kernel.db import db
from portal.kernel.errors import N_, DomainError
from portal.registry import service as registry
from portal.web.access import may, visitor
from portal.web.edge import takes

pages = Blueprint("desk", __name__, url_prefix="/desk", template_folder="templates")
READ, DECIDE = "applications.read", "applications.decide"
PAGE = 50
UPLOAD = 6 * 1024 * 1024
FILTERS = {
    "open": (N_("Open"), (State.SUBMITTED, State.IN_PROGRESS)),
    "waiting": (N_("Waiting for the person"), (State.NEEDS_INFORMATION,)),
    "decided": (N_("To issue"), (State.APPROVED,)),
    "over": (N_("Closed"), tuple(state for state in State if domain.is_over(state))),
}


@pages.get("")
@may(READ)
def queue() -> ResponseReturnValue:
    shown = request.args.get("show", "open")
    shown = shown if shown in FILTERS else "open"
    states = FILTERS[shown][1]
    rows = lists.queue(_providers(READ), states, after=_after(), limit=PAGE)
    return render_template(
        "desk/queue.html",
        rows=rows,
        offers=registry.versions({row.version_id for row in rows}),
        state=partial(words.state, desk=True),
        clock_left=_clock,
        shown=shown,
        filters=[(code, gettext(label)) for code, (label, _) in FILTERS.items()],
        next=_next(shown, rows[-1]) if len(rows) == PAGE else None,
    )


@pages.get("/<reference>")
@may(READ)
def case(reference: str) -> ResponseReturnValue:
    application = service.find_case(_providers(READ), reference)
    service.opened(application, visitor().id)
    return _page(application, _form(application))


@pages.post("/<reference>")
@takes(UPLOAD)
@may(DECIDE)
def tell(reference: str) -> ResponseReturnValue:
    application = service.find_case(_providers(DECIDE), reference)
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
    application = service.find_case(_providers(READ), reference)
    response = files.download_response(service.paper(application, file_id))
    service.looked(application, visitor().id, "document")
    return response


def _told(application: Case, form: ActForm) -> DomainError | None:
    """Let the officer move the case; a refusal leaves it as it was, and the page its words."""
    author = Author(Actor.OFFICER, f"person:{visitor().id}")
    try:
        with db.session.begin_nested():
            service.receive(_providers(DECIDE), application.reference, form.event(), author)
    except DomainError as refusal:
        return refusal
    return None


def _providers(permission: str) -> frozenset[str]:
    """Where the visitor holds it: an officer of one may be an integrator of another."""
    return visitor().providers_for(permission)


def _page(application: Case, form: ActForm) -> str:
    offer = registry.version(application.version_id)
    return render_template(
        "desk/case.html",
        application=application,
        offer=offer,
        form=form,
        acts=form.act.options,
        state=words.state(application.state, desk=True),
        clock_left=_clock(application),
        sections=words.sections(offer.service, service.shared(application), {}),
        given=service.shared(application),
        moments=words.timeline(application, desk=True),
    )


def _form(application: Case) -> ActForm:
    form = ActForm()
    state = State(application.state)
    allowed = [kind for kind in WORDS if ACTS[kind].to is None or ACTS[kind].to in NEXT[state]]
    # Noting alone is nothing to do in a case that is over, and nobody accepts twice.
    done = {"accept"} if state is State.IN_PROGRESS else set()
    kinds = [] if domain.is_over(state) else [kind for kind in allowed if kind not in done]
    form.act.options = [(kind, WORDS[kind]) for kind in kinds]
    asked = service.may_be_asked(application)
    form.fields_asked.options = [(one.name, say(one.label)) for one in asked]
    return form


def _clock(row: Any) -> tuple[str, str]:
    over = domain.is_over(State(row.state)) or row.state == State.APPROVED
    return words.clock_left(row.due_on, row.days_left, over=over)


def _after() -> tuple[date, UUID] | None:
    day, _, last = request.args.get("after", "").partition("_")
    try:
        return date.fromisoformat(day), UUID(last)
    except ValueError:
        return None


def _next(shown: str, last: Any) -> str:
    return url_for(".queue", show=shown, after=f"{last.due_on.isoformat()}_{last.id}")
