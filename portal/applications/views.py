"""The pages on which a person applies, reviews, sends, and then follows the application."""

from collections.abc import Sequence
from dataclasses import replace
from typing import Any
from uuid import UUID

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from portal.applications import applying, domain, following, reviewing, service, words
from portal.applications.applying import Course
from portal.applications.calling import panels
from portal.applications.fees import service as fees
from portal.applications.issuing import service as issuing
from portal.applications.lists import service as lists
from portal.applications.mine import by, mine, named
from portal.applications.mine import course as course_of
from portal.applications.outdated import service as outdated
from portal.applications.renewals import service as renewals
from portal.applications.service import Case
from portal.applications.together import filling
from portal.applications.tracking import service as tracking
from portal.delegation import visitors
from portal.delegation.domain import Need
from portal.delegation.visitors import Whose, whose
from portal.files import service as files
from portal.forms import engine
from portal.forms import service as drafts
from portal.forms.engine import Posted, Sheet
from portal.i18n import gettext, ngettext, say
from portal.i18n.formats import listed
from portal.interfaces.domain import NotAnswering
from portal.kernel.db import db
from portal.kernel.errors import N_, DomainError
from portal.registry import domain as declared
from portal.registry import service as registry
from portal.registry.hooks import Objection
from portal.web.access import signed_in, visitor
from portal.web.edge import takes

pages = Blueprint("applications", __name__, template_folder="templates")
UPLOADS = 64 * 1024 * 1024
PAGE = 20
CHANGED = N_("Your answers changed after this page was opened. Check them again, then send.")


@pages.context_processor
def _acting() -> dict[str, Any]:
    return {"whose": visitors.shown()}


@pages.get("/apply/<provider>/<name>")
@signed_in
def start(provider: str, name: str) -> ResponseReturnValue:
    offer = registry.offered(provider, name)
    person_id = whose(provider, name, Need.FILL).person_id
    course = applying.resume(person_id, provider, name)
    known = (course.offer, course.answers) if course else (offer, {})
    found = applying.judged_for(person_id, *known)
    return render_template(
        "applications/start.html",
        offer=offer,
        saved=course.draft.saved_at if course else None,
        outdated=outdated.report(course, offer) if course and course.is_outdated else None,
        judged=_judged(known[0], found),
    )


@pages.post("/apply/<provider>/<name>")
@signed_in
def begin(provider: str, name: str) -> ResponseReturnValue:
    person_id = whose(provider, name, Need.FILL).person_id
    wanted = request.form.get("take")
    if wanted and not outdated.took_over(course_of(provider, name), wanted):
        return redirect(url_for(".start", provider=provider, name=name))
    return redirect(_go_on(applying.begin(person_id, provider, name)))


@pages.get("/apply/<provider>/<name>/<slug>")
@signed_in
def step(provider: str, name: str, slug: str) -> ResponseReturnValue:
    course = course_of(provider, name)
    if course is None:
        return redirect(url_for(".start", provider=provider, name=name))
    return _step_page(course, slug, applying.shown(course, slug))


@pages.post("/apply/<provider>/<name>/<slug>")
@takes(UPLOADS)
@signed_in
def save_step(provider: str, name: str, slug: str) -> ResponseReturnValue:
    course = course_of(provider, name)
    if course is None:
        raise drafts.NoSuchDraft
    if "refresh" in request.form:
        course, sheet = applying.refreshed(course, slug, _posted(), visitor().id)
        return _step_page(course, slug, sheet)
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
    course = course_of(provider, name)
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
    here = whose(provider, name, Need.SEND)
    course = named(applying.find(here.person_id, provider, name, draft_id), here)
    application = applying.sent(course)
    if application is None:
        if (slug := course.unfinished()) is not None:
            return redirect(_url("step", course, slug=slug))
        try:
            fee = applying.price(course)
        except NotAnswering as error:
            return _review_page(course), error.status
        if request.form.get("seen") != applying.seen(course, fee):
            return _review_page(course, wrong=gettext(CHANGED)), 409
        if "agree" not in request.form:
            return _review_page(course, wrong=gettext("Tick the box to agree, then send.")), 422
        if objections := applying.objections(course):
            return _review_page(course, objections=objections), 422
        application = applying.send(course, by(here), fee)
    return _sent(application, here)


@pages.post("/apply/<provider>/<name>/discard")
@signed_in
def discard(provider: str, name: str) -> ResponseReturnValue:
    course = course_of(provider, name)
    if course is None:
        raise drafts.NoSuchDraft
    drafts.discard(course.draft.person_id, course.draft.id)
    flash(gettext("The draft is deleted."), "ok")
    return redirect(url_for(".index"))


@pages.get("/applications")
@signed_in
def index() -> ResponseReturnValue:
    here, after = whose(need=Need.FILL), request.args.get("after", type=UUID)
    on_behalf = by(here)
    follows = here.may(Need.FOLLOW)
    found = lists.of_person(here.person_id, after=after, limit=PAGE, by=on_behalf)
    rows = found if follows else []
    saved = [] if "after" in request.args else applying.saved(here.person_id, on_behalf)
    offers = registry.versions({row.version_id for row in (*rows, *saved)})
    return render_template(
        "applications/index.html",
        rows=rows,
        drafts=saved,
        together=[] if "after" in request.args else filling.saved(here.person_id, on_behalf),
        goes=drafts.ends_at,
        offers=offers,
        state=words.state,
        clock_left=_clock,
        next=url_for(".index", after=rows[-1].id) if len(rows) == PAGE else None,
    )


@pages.get("/applications/<reference>")
@signed_in
def show(reference: str) -> ResponseReturnValue:
    application = mine(reference)
    offer = registry.version(application.version_id)
    return render_template(
        "applications/show.html",
        application=application,
        offer=offer,
        state=words.state(application.state),
        clock_left=_clock(application),
        holder=gettext(words.HOLDERS.get(application.state, "-")),
        fee=fees.of(application),
        fee_made_of=fees.lines_of(application),
        payment=fees.payment(application),
        may_pay=domain.takes_money(domain.State(application.state)),
        renewal=renewals.of(application),
        moments=words.timeline(application, visitor().id) + following.to_come(application),
        **following.parts(application),
        issued=service.issued(application),
        papers=issuing.standings(service.issued(application)),
        asked=_asked_labels(application),
        wrote=words.asked_in_words(application),
        promised=tracking.promised(application),
        stood_still=tracking.stood_still(application),
        forecast=None if _is_decided(application) else tracking.forecast(application),
        meeting=panels.of(application),
        may_withdraw=domain.may_withdraw(domain.State(application.state)),
    )


@pages.get("/applications/<reference>/answers")
@signed_in
def answers(reference: str) -> ResponseReturnValue:
    application = mine(reference)
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
    application = mine(reference)
    return _answer_page(application, engine.show(applying.answer_page(application)))


@pages.post("/applications/<reference>/answer")
@takes(UPLOADS)
@signed_in
def send_answer(reference: str) -> ResponseReturnValue:
    application = mine(reference)
    if "refresh" in request.form:
        sheet = applying.answer_refreshed(application, _posted(), visitor().id)
        return _answer_page(application, sheet)
    sheet = applying.answered(application, _posted())
    if sheet.errors or sheet.revealed:
        return _answer_page(application, sheet), 422
    try:
        course = applying.corrected(application, sheet)
        fee = applying.price(course)
        if objections := applying.objections(course):
            for one in objections:
                flash(one.sentence, "bad")
            return _answer_page(application, sheet), 422
        with db.session.begin_nested():
            applying.send_answer(application, sheet, by(whose(need=Need.FOLLOW)), fee)
    except DomainError as refusal:
        # What was typed is in the draft of the correction already.
        flash(gettext(refusal.message, **refusal.params), "bad")
        return _answer_page(application, sheet), refusal.status
    flash(gettext("Your answer is sent. The clock of the provider goes on."), "ok")
    return redirect(url_for(".show", reference=reference))


@pages.get("/applications/<reference>/withdraw")
@signed_in
def ask_withdraw(reference: str) -> ResponseReturnValue:
    application = mine(reference, Need.WITHDRAW)
    offer = registry.version(application.version_id)
    return render_template("applications/withdraw.html", application=application, offer=offer)


@pages.post("/applications/<reference>/withdraw")
@signed_in
def withdraw(reference: str) -> ResponseReturnValue:
    here = whose(need=Need.WITHDRAW)
    service.withdraw(here.person_id, reference, by(here))
    flash(gettext("You have withdrawn this application."), "ok")
    return redirect(_followed(here, reference))


@pages.get("/applications/<reference>/documents/<uuid:document_id>")
@signed_in
def download(reference: str, document_id: UUID) -> ResponseReturnValue:
    application = mine(reference)
    return files.download_response(service.issued_document(application, document_id).file_id)


@pages.get("/applications/<reference>/papers/<uuid:file_id>")
@signed_in
def paper(reference: str, file_id: UUID) -> ResponseReturnValue:
    application = mine(reference)
    return files.download_response(service.paper(application, file_id))


def _judged(offer: registry.Offer, found: declared.Eligibility | None) -> words.Judged | None:
    """Whoever acts for another reads which values were looked at, and none of them."""
    if found is not None and visitors.acting() is not None:
        told = words.kept_eligibility(offer, domain.judgement(found))
        # Nor are they led to a profile, which would be their own.
        return told and replace(told, by_profile=False)
    return words.eligibility(offer, found)


def _followed(here: Whose, reference: str) -> str:
    """To the application, for those who may follow it."""
    if here.may(Need.FOLLOW):
        return url_for(".show", reference=reference)
    return url_for(".index")


def _sent(application: Case, here: Whose) -> ResponseReturnValue:
    """To the payment of what is due now, else to the application."""
    if application.submitted_at is not None:
        flash(gettext("Sent. The provider has your application now."), "ok")
    payment = fees.payment(application)
    if payment is not None and application.paid_at is None and here.may(Need.PAY):
        return redirect(url_for("payments.show", payment_id=payment.id))
    return redirect(_followed(here, application.reference))


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


def _is_decided(application: Case) -> bool:
    state = domain.State(application.state)
    return domain.is_over(state) or state is domain.State.APPROVED


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


def _review_page(course: Course, wrong: str = "", objections: Sequence[Objection] = ()) -> str:
    offered = course.offer.service
    fee, unpriced = reviewing.priced(course)
    return render_template(
        "applications/review.html",
        course=course,
        offer=course.offer,
        sections=words.sections(offered, course.answers, course.sources),
        shared=declared.shared_fields(offered, course.answers),
        fee=fee,
        lines=fees.lines(course.offer, course.asked),
        unpriced=unpriced,
        quoted_by=listed(say(one.label) for one in reviewing.quoted_by(course)),
        seen=applying.seen(course, fee),
        objections=reviewing.objections(course, objections),
        judged=_judged(course.offer, applying.judged(course)),
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
        remarks=words.remarks(application),
    )
