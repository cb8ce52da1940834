"""The pages on which several services are applied for at once, and then followed."""

from collections.abc import Sequence
from dataclasses import replace
from typing import Any
from uuid import UUID

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from portal.applications import applying
from portal.applications.mine import by
from portal.applications.saving import views as saving
from portal.applications.together import filling, service, showing
from portal.applications.together.filling import Whole
from portal.applications.together.showing import Objected, Reviewed
from portal.delegation import visitors
from portal.delegation.domain import Need, covers
from portal.delegation.visitors import Whose, whose
from portal.forms import service as drafts
from portal.forms.engine import Posted, Sheet
from portal.i18n import gettext, ngettext, say
from portal.i18n.formats import listed
from portal.kernel.errors import N_
from portal.registry import service as registry
from portal.registry.together import service as gathering
from portal.web.access import signed_in, visitor
from portal.web.edge import takes

pages = Blueprint("together", __name__, template_folder="templates")
UPLOADS = 64 * 1024 * 1024
CHANGED = N_("Your answers changed after this page was opened. Check them again, then send.")


@pages.context_processor
def _acting() -> dict[str, Any]:
    return {"whose": visitors.shown()}


@pages.get("/life-events/<slug>/apply")
@signed_in
def start(slug: str) -> ResponseReturnValue:
    whole = _whole(slug)
    event = whole.event if whole else gathering.find(slug).event
    offers = whole.offers if whole else _let(whose(need=Need.FILL), slug)
    whens = {one.service: one.when for one in event.services}
    return render_template(
        "together/start.html",
        event=event,
        offers=offers,
        always=[path for path in offers if whens.get(path) is None],
        saved=whole.draft.saved_at if whole else None,
    )


@pages.post("/life-events/<slug>/apply")
@signed_in
def begin(slug: str) -> ResponseReturnValue:
    here, whole = whose(need=Need.FILL), _whole(slug)
    if whole is None:
        whole = filling.begin(here.person_id, slug, list(_let(here, slug)))
    return redirect(_go_on(whole))


@pages.get("/life-events/<slug>/apply/<step>")
@signed_in
def step(slug: str, step: str) -> ResponseReturnValue:
    whole = _whole(slug)
    if whole is None:
        return redirect(url_for(".start", slug=slug))
    return _step_page(whole, step, applying.shown(whole, step))


@pages.post("/life-events/<slug>/apply/<step>")
@takes(UPLOADS)
@signed_in
def save_step(slug: str, step: str) -> ResponseReturnValue:
    whole = _whole(slug)
    if whole is None:
        raise drafts.NoSuchDraft
    posted = Posted(request.form, request.files)
    if "refresh" in request.form:
        whole, sheet = filling.refreshed(whole, step, posted, visitor().id)
        return _step_page(whole, step, sheet)
    whole, sheet = filling.taken(whole, step, posted)
    if "later" in request.form:
        flash(gettext("Your answers are saved. Go on whenever you like."), "ok")
        return redirect(url_for("applications.index"))
    if sheet.errors:
        return _step_page(whole, step, sheet), 422
    if sheet.revealed:
        _say_more(len(sheet.revealed))
        return redirect(_step_url(whole, step, _anchor=sheet.revealed[0], **_review()))
    return redirect(_next(whole, step))


@pages.post("/life-events/<slug>/apply/<step>/save")
@signed_in
def save(slug: str, step: str) -> ResponseReturnValue:
    """A page sends its answers while they are typed."""
    whole = _whole(slug)
    if whole is None:
        raise drafts.NoSuchDraft
    return saving.kept(whole, step)


@pages.get("/life-events/<slug>/apply/review")
@signed_in
def review(slug: str) -> ResponseReturnValue:
    whole = _whole(slug)
    if whole is None:
        return redirect(url_for(".start", slug=slug))
    if (unfinished := whole.unfinished()) is not None:
        return redirect(_step_url(whole, unfinished))
    return _review_page(whole)


@pages.post("/life-events/<slug>/apply/review")
@signed_in
def send(slug: str) -> ResponseReturnValue:
    draft_id = request.form.get("draft", type=UUID)
    if draft_id is None:
        raise drafts.NoSuchDraft
    here = whose(need=Need.SEND)
    try:
        found = filling.find(here.person_id, slug, draft_id)
    except drafts.NoSuchDraft:
        # Pressed twice, it is what the first press sent.
        return redirect(_shown(service.of_draft(here.person_id, draft_id)))
    whole = _checked(found, here, Need.SEND)
    if (unfinished := whole.unfinished()) is not None:
        return redirect(_step_url(whole, unfinished))
    parts = showing.reviewed(whole)
    if refused := _refused(whole, parts):
        return refused
    if objected := {one.part.path: told for one in parts if (told := _objections(one))}:
        return _review_page(whole, objected=objected), 422
    bundle = service.send(whole, {one.part.path: one.fee for one in parts}, by(here))
    flash(gettext("Sent. Each part now goes its own way."), "ok")
    return redirect(_shown(bundle))


@pages.post("/life-events/<slug>/apply/discard")
@signed_in
def discard(slug: str) -> ResponseReturnValue:
    whole = _whole(slug)
    if whole is None:
        raise drafts.NoSuchDraft
    drafts.discard(whole.draft.person_id, whole.draft.id)
    flash(gettext("The draft is deleted."), "ok")
    return redirect(url_for("applications.index"))


@pages.get("/bundles/<uuid:bundle_id>")
@signed_in
def show(bundle_id: UUID) -> ResponseReturnValue:
    here = whose(need=Need.FOLLOW)
    bundle = service.find(here.person_id, bundle_id)
    parts = showing.followed(service.cases(bundle, by(here)))
    return render_template(
        "together/show.html",
        bundle=bundle,
        parts=parts,
        due=showing.total([one.fee for one in parts if one.payment is not None]),
        payable=showing.payable(parts),
    )


def _let(here: Whose, slug: str) -> dict[str, registry.Offer]:
    """The services that are on and that this visitor may fill in. Raises NoSuchLifeEvent."""
    offers, allowed = gathering.find(slug).offers, here.services
    mine = {
        path: offer
        for path, offer in offers.items()
        if allowed is None or covers(allowed, *path.split("/"))
    }
    if not mine:
        raise gathering.NoSuchLifeEvent
    return mine


def _whole(slug: str) -> Whole | None:
    here = whose(need=Need.FILL)
    whole = filling.resume(here.person_id, slug)
    return None if whole is None else _checked(whole, here, Need.FILL)


def _checked(whole: Whole, here: Whose, need: Need) -> Whole:
    """Of another's draft every service must be one that the visitor may touch."""
    if here.scope is None:
        return whole
    for path in whole.offers:
        provider, _, name = path.partition("/")
        whose(provider, name, need)
    return replace(whole, owner=here.name)


def _refused(whole: Whole, parts: Sequence[Reviewed]) -> ResponseReturnValue | None:
    """Why nothing is sent yet."""
    if any(one.unpriced for one in parts):
        return _review_page(whole), 503
    if request.form.get("seen") != showing.seen(whole, parts):
        return _review_page(whole, wrong=gettext(CHANGED)), 409
    if paused := service.paused(whole):
        names = listed(say(one.service.title) for one in paused)
        sentence = gettext("Paused now: %(services)s. Your draft is kept.", services=names)
        return _review_page(whole, wrong=sentence), 409
    agreed = set(request.form.getlist("agree"))
    if not parts or not {one.part.path for one in parts} <= agreed:
        sentence = gettext("Tick each box to agree, then send.")
        return _review_page(whole, wrong=sentence, agreed=agreed), 422
    return None


def _objections(one: Reviewed) -> Sequence[Any]:
    return applying.objections(one.part)


def _shown(bundle: service.Sent) -> str:
    return url_for(".show", bundle_id=bundle.id)


def _say_more(more: int) -> None:
    flash(
        ngettext(
            "Your answers lead to one more question.",
            "Your answers lead to %(n)s more questions.",
            more,
        ),
        "info",
    )


def _step_url(whole: Whole, step: str, **more: Any) -> str:
    return url_for(".step", slug=whole.event.slug, step=step, **more)


def _review() -> dict[str, int]:
    """Whoever came from the review goes back there."""
    return {"review": 1} if "review" in request.args else {}


def _go_on(whole: Whole) -> str:
    """To the first page that is not complete; to the review when all are."""
    step = whole.steps[0].slug if drafts.is_new(whole.draft) else whole.unfinished()
    return url_for(".review", slug=whole.event.slug) if step is None else _step_url(whole, step)


def _next(whole: Whole, step: str) -> str:
    after = whole.after(step)
    if after is None or "review" in request.args:
        return _go_on(whole)
    return _step_url(whole, after)


def _step_page(whole: Whole, step: str, sheet: Sheet) -> str:
    slugs = [one.slug for one in whole.steps]
    at, path = slugs.index(step), whole.joint.of.get(step)
    start = url_for(".start", slug=whole.event.slug)
    return render_template(
        "together/step.html",
        whole=whole,
        event=whole.event,
        of=whole.offers[path] if path else None,
        step=whole.step(step),
        sheet=sheet,
        places=showing.places(whole, step),
        back=_step_url(whole, slugs[at - 1]) if at else start,
    )


def _review_page(
    whole: Whole,
    wrong: str = "",
    objected: Objected | None = None,
    agreed: set[str] | None = None,
) -> str:
    parts = showing.reviewed(whole, objected)
    return render_template(
        "together/review.html",
        whole=whole,
        event=whole.event,
        parts=parts,
        total=showing.total([one.fee for one in parts]),
        unpriced=any(one.unpriced for one in parts),
        seen=showing.seen(whole, parts),
        places=showing.places(whole, "review"),
        change=showing.change,
        agreed=agreed or set(),
        wrong=wrong,
    )
