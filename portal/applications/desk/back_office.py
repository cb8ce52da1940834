"""Pages around a case: whose it is, what is recorded and noted, what a second officer confirms."""

from collections.abc import Callable
from functools import partial
from urllib.parse import parse_qsl, urlencode
from uuid import UUID

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from portal.applications import recording, service, words
from portal.applications.deciding import service as deciding
from portal.applications.forms import WORDS, NoteForm, SeveralForm, reasons_in_words
from portal.applications.reach.service import Reach
from portal.applications.work import service as work
from portal.files import service as files
from portal.forms.engine import Posted
from portal.i18n import gettext, say
from portal.kernel.db import db
from portal.kernel.errors import N_, DomainError
from portal.registry import service as registry
from portal.web.access import may, visitor
from portal.web.edge import takes

pages = Blueprint("work", __name__, url_prefix="/desk", template_folder="../templates")
READ, DECIDE = "applications.read", "applications.decide"
UPLOAD = 30 * 1024 * 1024
DONE = {
    "claim": N_("The case is yours now."),
    "release": N_("The case is nobody's now: any officer can take it."),
    "hand_over": N_("The case is handed over."),
    "confirm": N_("It is decided, and the person is told."),
    "give_back": N_("It is given back to the officer who proposed it."),
    "take_back": N_("Nothing is proposed any more."),
}
AT_ONCE_DECIDED = ("approve", "refuse")
# What an address of the queue may ask for, and be kept.
KEPT = ("show", "service", "stage", "area", "whose", "due", "since", "age", "sort")


def _reach() -> Reach:
    return visitor().scopes_for(DECIDE)


@pages.post("/<reference>/holder")
@may(DECIDE)
def holder(reference: str) -> ResponseReturnValue:
    act = request.form.get("act", "")
    case = service.find_case(_reach(), reference, lock=True)
    me = visitor().id
    acts: dict[str, Callable[[], None]] = {
        "claim": lambda: work.claim(case, me, _reach()),
        "release": lambda: work.release(case, me),
        "hand_over": lambda: work.hand_over(case, _officer(), me),
    }
    return _done(reference, act, acts.get(act))


@pages.post("/<reference>/decision")
@may(DECIDE)
def decision(reference: str) -> ResponseReturnValue:
    """What a second officer says to a decision that waits."""
    act, me, why = request.form.get("act", ""), visitor().id, request.form.get("why", "")
    service.find_case(_reach(), reference)
    acts: dict[str, Callable[[], object]] = {
        "confirm": lambda: deciding.confirm(_reach(), reference, me),
        "give_back": lambda: deciding.give_back(_reach(), reference, me, why),
        "take_back": lambda: deciding.take_back(_reach(), reference, me),
    }
    return _done(reference, act, acts.get(act))


def _officer() -> UUID:
    """Raises NoOfficer."""
    try:
        return UUID(request.form.get("to", ""))
    except ValueError:
        raise work.NoOfficer from None


def _done(reference: str, act: str, do: Callable[[], object] | None) -> ResponseReturnValue:
    """A refusal is said on the page of the case, which stays as it was."""
    if do is not None:
        try:
            with db.session.begin_nested():
                do()
            flash(gettext(DONE[act]), "ok")
        except DomainError as refusal:
            flash(gettext(refusal.message, **refusal.params), "bad")
    return redirect(url_for("desk.case", reference=reference))


@pages.post("/<reference>/notes")
@may(DECIDE)
def note(reference: str) -> ResponseReturnValue:
    case = service.find_case(_reach(), reference, lock=True)
    form = NoteForm()
    try:
        work.note(case, form.text.answer() or "" if form.validate_on_submit() else "", visitor().id)
        flash(gettext("The note is kept."), "ok")
    except work.EmptyNote as refusal:
        flash(gettext(refusal.message), "bad")
    return redirect(url_for("desk.case", reference=reference, _anchor="notes"))


@pages.get("/<reference>/record")
@may(DECIDE)
def record(reference: str) -> ResponseReturnValue:
    """The questions that the officer answers at this stage."""
    case = service.find_case(_reach(), reference)
    service.opened(case, visitor().id)
    return _record_page(recording.begin(case))


@pages.post("/<reference>/record")
@takes(UPLOAD)
@may(DECIDE)
def keep_record(reference: str) -> ResponseReturnValue:
    case = service.find_case(_reach(), reference, lock=True)
    page = recording.begin(case)
    if "refresh" in request.form:
        return _record_page(recording.refreshed(page, _posted()))
    page = recording.taken(page, _posted())
    if page.sheet.errors:
        return _record_page(page), 422
    work.record(case, page.sheet.answers, visitor().id)
    flash(gettext("It is recorded for the officers of the provider."), "ok")
    return redirect(url_for("desk.case", reference=reference))


def _posted() -> Posted:
    return Posted(request.form, request.files)


def _record_page(page: recording.Page) -> str:
    return render_template("desk/record.html", application=page.case, page=page, sheet=page.sheet)


@pages.get("/<reference>/recorded/<uuid:file_id>")
@may(READ)
def recorded(reference: str, file_id: UUID) -> ResponseReturnValue:
    """A file that an officer recorded."""
    case = service.find_case(visitor().scopes_for(READ), reference)
    response = files.view_response(recording.paper(case, file_id))
    service.looked(case, visitor().id, "document")
    return response


@pages.post("/several")
@may(DECIDE)
def several() -> ResponseReturnValue:
    """One act for many cases: chosen, looked at, and done on a second press."""
    references = list(dict.fromkeys(request.form.getlist("case")))[: deciding.MOST]
    form, go = _several_form(references), request.form.get("go", "")
    if not references or go not in ("look", "do"):
        return _several_page(form, references, None, done=False)
    if not form.validate_on_submit():
        return _several_page(form, references, None, done=False), 422
    # What is done is what was looked at, and nothing else.
    done = go == "do" and request.form.get("looked") == _chosen(form)
    act = deciding.tell_all if done else deciding.preview
    outcomes = act(_reach(), references, form.event(), visitor().id)
    return _several_page(form, references, outcomes, done=done)


def _chosen(form: SeveralForm) -> str:
    return "\n".join(
        one.answer() or "" for one in (form.act, form.stage, form.reason_code, form.message)
    )


def _several_form(references: list[str]) -> SeveralForm:
    form = SeveralForm(formdata=request.form if "go" in request.form else None)
    offers = _offers(references)
    form.act.options = [(act, WORDS[act]) for act in deciding.AT_ONCE]
    stages = {stage.slug: say(stage.title) for one in offers for stage in one.service.stages}
    form.stage.options = list(stages.items())
    decided = [pair for one in offers for pair in reasons_in_words(one.service, AT_ONCE_DECIDED)]
    form.reason_code.options = list(dict(decided).items())
    return form


def _offers(references: list[str]) -> list[registry.Offer]:
    """The versions of the services that these cases are of."""
    return list(registry.versions(service.versions_of(_reach(), references)).values())


def _several_page(
    form: SeveralForm,
    references: list[str],
    outcomes: list[deciding.Outcome] | None,
    *,
    done: bool,
) -> str:
    return render_template(
        "desk/several.html",
        form=form,
        references=references,
        outcomes=outcomes,
        done=done,
        looked=_chosen(form) if outcomes is not None else "",
        fit=sum(one.refusal is None for one in outcomes or ()),
        offers=registry.versions({one.version_id for one in outcomes or ()}),
        state=partial(words.state, desk=True),
        said=lambda refusal: gettext(refusal.message, **refusal.params),
    )


@pages.post("/views")
@may(READ)
def keep_view() -> ResponseReturnValue:
    """Keep the filters of the queue under a name."""
    told = parse_qsl(request.form.get("query", "")[: work.LONGEST_QUERY])
    query = urlencode([(name, value) for name, value in told if name in KEPT])
    try:
        work.keep_view(visitor().id, request.form.get("name", ""), query)
        flash(gettext("The view is kept."), "ok")
    except work.UnfitView as refusal:
        flash(gettext(refusal.message), "bad")
    return redirect(f"{url_for('desk.queue')}?{query}")


@pages.post("/views/<uuid:view_id>/drop")
@may(READ)
def drop_view(view_id: UUID) -> ResponseReturnValue:
    work.drop_view(visitor().id, view_id)
    return redirect(url_for("desk.queue"))
