"""The pages on which a person applies, reviews, sends, and then follows the application."""

from typing import Any
from uuid import UUID

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from portal.applications import applying, domain, service, words
from portal.applications.applying import Course
from portal.applications.fees import service as fees
from portal.applications.lists import service as lists
from portal.applications.renewals import service as renewals
from portal.applications.service import Case
from portal.files import service as files
from portal.forms import engine
from portal.forms import service as drafts
from portal.forms.engine import Posted, Sheet
from portal.i18n import gettext, ngettext
from portal.kernel.db import db
from portal.kernel.errors import N_, DomainError
from portal.registry import domain as declared
from portal.registry import service as registry
from portal.web.access import signed_in, visitor
from portal.web.edge import takes

pages = Blueprint("applications", __name__, template_folder="templates")
UPLOADS = 64 * 1024 * 1024
PAGE = 20
CHANGED = N_("Your answers changed after this page was opened. Check them again, then send.")


@pages.get("/apply/<provider>/<name>")
@signed_in
def start(provider: str, name: str) -> ResponseReturnValue:
    offer = registry.offered(provider, name)
    course = applying.resume(visitor().id, provider, name)
    known = (course.offer, course.answers) if course else (offer, {})
    found = applying.judged_for(visitor().id, *known)
    return render_template(
        "applications/start.html",
        offer=offer,
        saved=course.draft.saved_at if course else None,
        judged=words.eligibility(known[0], found),
    )


@pages.post("/apply/<provider>/<name>")
@signed_in
def begin(provider: str, name: str) -> ResponseReturnValue:
    course = applying.begin(visitor().id, provider, name)
    return redirect(_go_on(course))


@pages.get("/apply/<provider>/<name>/<slug>")
@signed_in
def step(provider: str, name: str, slug: str) -> ResponseReturnValue:
    course = applying.resume(visitor().id, provider, name)
    if course is None:
        return redirect(url_for(".start", provider=provider, name=name))
    return _step_page(course, slug, applying.shown(course, slug))


@pages.post("/apply/<provider>/<name>/<slug>")
@takes(UPLOADS)
@signed_in
def save_step(provider: str, name: str, slug: str) -> ResponseReturnValue:
    course = applying.resume(visitor().id, provider, name)
    if course is None:
        raise drafts.NoSuchDraft
    if "refresh" in request.form:
        return _step_page(course, slug, applying.refreshed(course, slug, _posted()))
    course, sheet = applying.taken(course, slug, _posted())
    if "later" in request.form:
        return _leave(sheet)
    if sheet.errors:
        return _step_page(course, slug, sheet), 422
    if sheet.revealed:
        more = len(sheet.revealed)
        flash(
            ngettext(
                "Your answers lead to one more question.",
                "Your answers lead to %(n)s more questions.",
                more,
            ),
            "info",
        )
        return redirect(_url("step", course, slug=slug, _anchor=sheet.revealed[0], **_review()))
    return redirect(_next(course, slug))


@pages.get("/apply/<provider>/<name>/review")
@signed_in
def review(provider: str, name: str) -> ResponseReturnValue:
    course = applying.resume(visitor().id, provider, name)
    if course is None:
        return redirect(url_for(".start", provider=provider, name=name))
    if (slug := course.unfinished()) is not None:
        return redirect(_url("step", course, slug=slug))
    return _review_page(course)


@pages.post("/apply/<provider>/<name>/review")
@signed_in
def send(provider: str, name: str) -> ResponseReturnValue:
    draft_id = request.form.get("draft", type=UUID)
    if draft_id is None:
        raise drafts.NoSuchDraft
    course = applying.find(visitor().id, provider, name, draft_id)
    application = applying.sent(course)
    if application is None:
        if (slug := course.unfinished()) is not None:
            return redirect(_url("step", course, slug=slug))
        if request.form.get("seen") != course.stamp:
            return _review_page(course, wrong=gettext(CHANGED)), 409
        if "agree" not in request.form:
            return _review_page(course, wrong=gettext("Tick the box to agree, then send.")), 422
        application = applying.send(course)
    return _sent(application)


@pages.post("/apply/<provider>/<name>/discard")
@signed_in
def discard(provider: str, name: str) -> ResponseReturnValue:
    course = applying.resume(visitor().id, provider, name)
    if course is None:
        raise drafts.NoSuchDraft
    drafts.discard(visitor().id, course.draft.id)
    flash(gettext("The draft is deleted."), "ok")
    return redirect(url_for(".index"))


@pages.get("/applications")
@signed_in
def index() -> ResponseReturnValue:
    rows = lists.of_person(visitor().id, after=request.args.get("after", type=UUID), limit=PAGE)
    saved = [] if "after" in request.args else applying.saved(visitor().id)
    offers = registry.versions({row.version_id for row in (*rows, *saved)})
    return render_template(
        "applications/index.html",
        rows=rows,
        drafts=saved,
        offers=offers,
        state=words.state,
        clock_left=_clock,
        next=url_for(".index", after=rows[-1].id) if len(rows) == PAGE else None,
    )


@pages.get("/applications/<reference>")
@signed_in
def show(reference: str) -> ResponseReturnValue:
    application = service.find(visitor().id, reference)
    offer = registry.version(application.version_id)
    return render_template(
        "applications/show.html",
        application=application,
        offer=offer,
        state=words.state(application.state),
        clock_left=_clock(application),
        holder=gettext(words.HOLDERS.get(application.state, "-")),
        fee=fees.of(application),
        payment=fees.payment(application),
        may_pay=domain.takes_money(domain.State(application.state)),
        renewal=renewals.of(application),
        moments=words.timeline(application),
        issued=service.issued(application),
        asked=_asked_labels(application),
        wrote=words.asked_in_words(application),
        looks=service.looks(application),
        may_withdraw=domain.may_withdraw(domain.State(application.state)),
    )


@pages.get("/applications/<reference>/answers")
@signed_in
def answers(reference: str) -> ResponseReturnValue:
    application = service.find(visitor().id, reference)
    offer = registry.version(application.version_id)
    return render_template(
        "applications/answers.html",
        application=application,
        offer=offer,
        sections=words.sections(offer.service, application.answers, {}),
    )


@pages.get("/applications/<reference>/answer")
@signed_in
def correct(reference: str) -> ResponseReturnValue:
    application = service.find(visitor().id, reference)
    return _answer_page(application, engine.show(applying.answer_page(application)))


@pages.post("/applications/<reference>/answer")
@takes(UPLOADS)
@signed_in
def send_answer(reference: str) -> ResponseReturnValue:
    application = service.find(visitor().id, reference)
    if "refresh" in request.form:
        return _answer_page(application, applying.answer_refreshed(application, _posted()))
    sheet = applying.answered(application, _posted())
    if sheet.errors or sheet.revealed:
        return _answer_page(application, sheet), 422
    try:
        with db.session.begin_nested():
            applying.send_answer(application, sheet)
    except DomainError as refusal:
        # What was typed is in the draft of the correction already.
        flash(gettext(refusal.message, **refusal.params), "bad")
        return _answer_page(application, sheet), refusal.status
    flash(gettext("Your answer is sent. The clock of the provider goes on."), "ok")
    return redirect(url_for(".show", reference=reference))


@pages.get("/applications/<reference>/withdraw")
@signed_in
def ask_withdraw(reference: str) -> ResponseReturnValue:
    application = service.find(visitor().id, reference)
    offer = registry.version(application.version_id)
    return render_template("applications/withdraw.html", application=application, offer=offer)


@pages.post("/applications/<reference>/withdraw")
@signed_in
def withdraw(reference: str) -> ResponseReturnValue:
    service.withdraw(visitor().id, reference)
    flash(gettext("You have withdrawn this application."), "ok")
    return redirect(url_for(".show", reference=reference))


@pages.get("/applications/<reference>/documents/<uuid:document_id>")
@signed_in
def download(reference: str, document_id: UUID) -> ResponseReturnValue:
    application = service.find(visitor().id, reference)
    return files.download_response(service.issued_document(application, document_id).file_id)


@pages.get("/applications/<reference>/papers/<uuid:file_id>")
@signed_in
def paper(reference: str, file_id: UUID) -> ResponseReturnValue:
    application = service.find(visitor().id, reference)
    return files.download_response(service.paper(application, file_id))


def _sent(application: Case) -> ResponseReturnValue:
    """To the payment of what is due now, else to the application."""
    if application.submitted_at is not None:
        flash(gettext("Sent. The provider has your application now."), "ok")
    payment = fees.payment(application)
    if payment is not None and application.paid_at is None:
        return redirect(url_for("payments.show", payment_id=payment.id))
    return redirect(url_for(".show", reference=application.reference))


def _posted() -> Posted:
    return Posted(request.form, request.files)


def _leave(sheet: Sheet) -> ResponseReturnValue:
    if sheet.errors:
        flash(gettext("Your answers are saved. What is missing yet is asked again."), "ok")
    else:
        flash(gettext("Your answers are saved. Go on whenever you like."), "ok")
    return redirect(url_for(".index"))


def _clock(row: Any) -> tuple[str, str]:
    over = domain.is_over(domain.State(row.state)) or row.state == domain.State.APPROVED
    return words.clock_left(row.due_on, row.days_left, over=over)


def _asked_labels(application: Case) -> list[Any]:
    form = registry.version(application.version_id).service.form
    found = [form.field(name) for name in application.asked or ()]
    return [one.label for one in found if one is not None]


def _url(endpoint: str, course: Course, **more: Any) -> str:
    offer = course.offer
    more |= {"provider": offer.provider.slug, "name": offer.service.slug}
    return url_for(f".{endpoint}", **more)


def _review() -> dict[str, int]:
    """Whoever came from the review goes back there."""
    return {"review": 1} if "review" in request.args else {}


def _go_on(course: Course) -> str:
    """To the first page that is not complete; to the review when all are."""
    slug = course.steps[0].slug if drafts.is_new(course.draft) else course.unfinished()
    return _url("review", course) if slug is None else _url("step", course, slug=slug)


def _next(course: Course, slug: str) -> str:
    after = course.after(slug)
    if after is None or "review" in request.args:
        return _go_on(course)
    return _url("step", course, slug=after)


def _step_page(course: Course, slug: str, sheet: Sheet) -> str:
    return render_template(
        "applications/step.html",
        course=course,
        offer=course.offer,
        step=course.step(slug),
        sheet=sheet,
        places=_places(course, slug),
        back=_back(course, slug),
    )


def _places(course: Course, slug: str) -> list[tuple[Any, str]]:
    """Each step's title with done, now or todo; the review comes last."""
    slugs = [one.slug for one in course.steps]
    here = slugs.index(slug) if slug in slugs else len(slugs)
    told = [
        (one.title, "done" if at < here else "now" if at == here else "todo")
        for at, one in enumerate(course.steps)
    ]
    return [*told, (gettext("Check and send"), "now" if here == len(slugs) else "todo")]


def _back(course: Course, slug: str) -> str:
    slugs = [one.slug for one in course.steps]
    at = slugs.index(slug)
    return _url("step", course, slug=slugs[at - 1]) if at else _url("start", course)


def _review_page(course: Course, wrong: str = "") -> str:
    offered = course.offer.service
    return render_template(
        "applications/review.html",
        course=course,
        offer=course.offer,
        sections=words.sections(offered, course.answers, course.draft.sources),
        shared=declared.shared_fields(offered, course.answers),
        fee=fees.quoted(course.offer, course.answers),
        judged=words.eligibility(course.offer, applying.judged(course)),
        places=_places(course, "review"),
        wrong=wrong,
    )


def _answer_page(application: Case, sheet: Sheet) -> str:
    return render_template(
        "applications/answer.html",
        application=application,
        offer=registry.version(application.version_id),
        sheet=sheet,
        wrote=words.asked_in_words(application),
    )
