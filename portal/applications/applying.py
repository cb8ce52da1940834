"""Applying, as one course: the draft, its steps, what is filled in, and the sending."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any
from uuid import UUID

from portal.applications import carrying, domain, looking, service
from portal.applications.checking import service as checking
from portal.applications.fees import service as fees
from portal.applications.looking import Found
from portal.applications.quotes import service as quotes
from portal.applications.service import Behalf, Case, Sender
from portal.audit import service as audit
from portal.delegation.domain import covers
from portal.files import service as files
from portal.forms import engine, prefilling
from portal.forms import service as drafts
from portal.forms.engine import Page, Posted, Sheet
from portal.forms.sending import Sending, stamp
from portal.forms.service import Saved
from portal.forms.sources import PATH, written
from portal.i18n import gettext, language
from portal.interfaces import service as interfaces
from portal.interfaces.domain import NotAnswering
from portal.kernel.errors import N_, Conflict, NotFound
from portal.kernel.money import Money
from portal.profile import service as profile
from portal.registry import domain as declared
from portal.registry import service as registry
from portal.registry.contract import Form, Step
from portal.registry.hooks import Draft, Objection

# The purpose of a draft that holds corrections, before the id of its application.
CORRECTION = "answer:"
# The purpose of a draft for several services, before the slug of its life event.
TOGETHER = "life-event:"
# Nothing is nothing in any currency.
FREE_IN = "INR"


class NoSuchStep(NotFound):
    message = N_("This form has no such page. Go on from the list of your applications.")


class ServicePaused(Conflict):
    message = N_("This service is paused now. Your draft is kept.")


@dataclass(frozen=True)
class Course:
    """A draft with the version that it was begun on, and where it goes.

    `owner` names the person for whom somebody else fills it in, `offered_id` the version that
    people are offered now, where it was looked for.
    """

    draft: Saved
    offer: registry.Offer
    answers: Mapping[str, Any]
    owner: str | None = None
    offered_id: UUID | None = None

    @property
    def is_outdated(self) -> bool:
        """Whether another version is offered now than the one it was begun on."""
        return self.offered_id not in (None, self.offer.version_id)

    @property
    def form(self) -> Form:
        return self.offer.service.form

    @cached_property
    def asked(self) -> declared.Asked:
        return declared.look(self.form, self.answers)

    @cached_property
    def _open(self) -> frozenset[str]:
        """The questions that still need a right answer."""
        places = (*self.asked.missing(), *self.asked.failed())
        return frozenset(place.on_page.name for place in places)

    @property
    def steps(self) -> Sequence[Step]:
        return self.asked.steps

    def step(self, slug: str) -> Step:
        """The whole step, hidden questions included. Raises NoSuchStep."""
        step = self.form.step(slug)
        if step is None or slug not in [one.slug for one in self.steps]:
            raise NoSuchStep
        return step

    def page(self, slug: str) -> Page:
        """Raises NoSuchStep."""
        return Page(self.form, self.step(slug), self.answers, self.sources)

    @property
    def sources(self) -> Mapping[str, Mapping[str, str]]:
        """Where filled-in answers came from, as the reader calls it."""
        known = self.draft.sources
        if self.owner is None:
            return known
        theirs = {language(): gettext("the profile of %(name)s", name=self.owner)}
        looked_up = self.offer.provider.name.texts
        return {name: words if words == looked_up else theirs for name, words in known.items()}

    @property
    def origins(self) -> Mapping[str, Mapping[str, str]]:
        """The same as they are kept, with who vouches for what."""
        return self.draft.sources or {}

    @property
    def stamp(self) -> str:
        """Changes with every answer: what the review page showed is what is sent."""
        return self.draft.saved_at.isoformat()

    def after(self, slug: str) -> str | None:
        """The next step; None when the review comes."""
        slugs = [one.slug for one in self.steps]
        rest = slugs[slugs.index(slug) + 1 :] if slug in slugs else []
        return rest[0] if rest else None

    def unfinished(self) -> str | None:
        """The first step with a question that still needs a right answer."""
        for step in self.steps:
            if self._open & {one.name for one in step.fields}:
                return step.slug
        return None


def purpose(provider: str, service_slug: str) -> str:
    return f"{provider}/{service_slug}"


def begin(person_id: UUID, provider: str, service_slug: str) -> Course:
    """The person's open draft, else a new one with what the profile knows.

    Raises NoSuchService, ServicePaused.
    """
    offer = registry.offered(provider, service_slug)
    if offer.state == "paused":
        raise ServicePaused
    meant, subject_id = purpose(provider, service_slug), subject_of(person_id)
    if (begun := drafts.open_draft(person_id, meant)) is not None:
        return _course(begun)
    form = offer.service.form
    found = prefilling.known(person_id, form) | carrying.papers(person_id, subject_id, form)
    return _course(drafts.begin(person_id, subject_id, meant, offer.version_id, found))


def resume(person_id: UUID, provider: str, service_slug: str) -> Course | None:
    """The person's open draft. Raises NoSuchService."""
    offer = registry.offered(provider, service_slug)
    draft = drafts.open_draft(person_id, purpose(provider, service_slug))
    return None if draft is None else replace(_course(draft), offered_id=offer.version_id)


def subject_of(person_id: UUID) -> UUID:
    return profile.subject_of(person_id)


def _course(draft: Saved) -> Course:
    return Course(draft, registry.version(draft.version_id), draft.answers)


def _again(course: Course) -> Course:
    """With what was saved meanwhile."""
    return replace(course, answers=course.draft.answers)


def shown(course: Course, slug: str) -> Sheet:
    """Raises NoSuchStep."""
    return engine.show(course.page(slug))


def refreshed(course: Course, slug: str, posted: Posted, by: UUID) -> tuple[Course, Sheet]:
    """The page with what was typed, and what was looked up; files that came along are kept.

    `by` is whoever fills it in. Raises NoSuchStep, NoSuchDraft.
    """
    page = course.page(slug)
    found = looking.look_up(page, posted, course.offer, by)
    if found and found.changed:
        keep_found(course.draft, course.offer, found, stamp(posted.texts).by)
        course = _again(course)
        page, posted = course.page(slug), posted.without(found.replaced, page.questions)
    sheet = engine.refresh(page, posted, keeper(course.draft.person_id, course.draft.subject_id))
    if sheet.kept:
        drafts.save(course.draft, sheet.kept, list(sheet.kept), by=stamp(posted.texts).by)
    if found:
        found.say_on(sheet)
    return course, sheet


def keep_found(
    draft: Saved, offer: registry.Offer, found: Found, by: Sending | None = None
) -> None:
    sources = dict.fromkeys(found.filled, offer.provider.name.texts)
    drafts.save(draft, found.answers, found.changed, sources, by)


def taken(course: Course, slug: str, posted: Posted) -> tuple[Course, Sheet]:
    """Check a page and keep what is right of it. Raises NoSuchStep, NoSuchDraft."""
    keep = keeper(course.draft.person_id, course.draft.subject_id)
    sheet = engine.take(course.page(slug), posted, keep)
    drafts.save(course.draft, sheet.answers, sheet.answered, by=stamp(posted.texts).by)
    return _again(course), sheet


def keeper(person_id: UUID, subject_id: UUID) -> engine.Keep:
    whose = {"subject_id": subject_id, "person_id": person_id}

    def keep(question: Any, upload: Any) -> Mapping[str, Any]:
        asked = whose | {"most_bytes": question.most_bytes}
        if question.kind == "audio":
            asked |= {"most_seconds": question.most_seconds}
            kept = files.keep_audio(upload.stream, upload.filename, **asked)
        else:
            kept = files.keep(upload.stream, upload.filename, accepts=question.accepts, **asked)
        told = {name: getattr(kept, name) for name in ("name", "type", "bytes", "sha256")}
        length = {} if kept.seconds is None else {"seconds": kept.seconds}
        return {"file": str(kept.id), **told, **length}

    return keep


def find(person_id: UUID, provider: str, service_slug: str, draft_id: UUID) -> Course:
    """A draft of this service, sent or not. Raises NoSuchDraft."""
    draft = drafts.find(person_id, draft_id)
    if draft.purpose != purpose(provider, service_slug):
        raise drafts.NoSuchDraft
    return _course(draft)


def sent(course: Course) -> Case | None:
    """What became of the draft, if it was sent."""
    if course.draft.sent_at is None:
        return None
    return service.find_submission(course.draft.person_id, course.draft.id)


def price(course: Course) -> Money | None:
    """What it costs as the answers stand now; None when it is free.

    Where the provider says it, the running transaction is committed before it is asked. Raises
    NotReady, NotAnswering.
    """
    if interfaces.asks(course.offer, "quote"):
        told = _told(course, course.offer.service.quote_by or ())
        return quotes.of(course.draft, course.offer, told) or None
    return fees.quoted(course.offer, course.asked)


def seen(course: Course, fee: Money | None) -> str:
    """Changes with every answer, and with the fee: what the review page showed is what is sent."""
    return f"{course.stamp} {fee.amount} {fee.currency}" if fee else course.stamp


def objections(course: Course) -> Sequence[Objection]:
    """What the provider finds wrong, where its service asks it to look.

    The person has agreed by now that it gets the answers. A check that cannot be had holds nobody
    up: whoever decides looks as well. The running transaction is committed before it is asked.
    """
    if not interfaces.asks(course.offer, "check"):
        return ()
    shared = declared.shared_fields(course.offer.service, course.asked)
    papers = {path.partition(".")[0] for path, _ in declared.file_answers(course.form, shared)}
    told = _told(course, shared.keys() - papers)
    audit.record(
        "draft.checked",
        about=f"draft:{course.draft.id}",
        actor=course.draft.person_id,
        subject_id=course.draft.subject_id,
        why=course.offer.provider.slug,
    )
    try:
        found = interfaces.check(course.offer, told)
    except NotAnswering:
        checking.looked_into(course.draft.id, checking.SILENT)
        return ()
    checking.looked_into(course.draft.id, checking.WRONG if found else checking.PASSED)
    return found


def _told(course: Course, names: Collection[str]) -> Draft:
    """The draft as the provider is told of it: these answers of those that count."""
    shared = declared.shared_fields(course.offer.service, course.asked)
    told = {name: value for name, value in shared.items() if name in names}
    return Draft(course.offer.service.slug, told, language())


def send(course: Course, by: Behalf | None = None, fee: Money | None = None) -> Case:
    """Send what was reviewed, by the person or for them; sent before, it is the same application.

    `fee` is the `price` that was shown. Raises NotReady, ServicePaused.
    """
    # A draft that was sent holds no answers any more.
    if course.unfinished() is not None and (before := sent(course)):
        return before
    application = hand_in(course, by, fee)
    drafts.close(course.draft)
    return application


def hand_in(
    course: Course, by: Behalf | None, fee: Money | None, bundle_id: UUID | None = None
) -> Case:
    """Make the application, of a bundle or alone. Raises NotReady, ServicePaused."""
    if course.unfinished() is not None:
        raise fees.NotReady
    if registry.offered(course.offer.provider.slug, course.offer.service.slug).state == "paused":
        raise ServicePaused
    author = by.author if by else None
    person_id, subject_id = course.draft.person_id, course.draft.subject_id
    sender = Sender(person_id, subject_id, language(), author, bundle_id)
    found = judged(course)
    told = None if found is None else domain.judgement(found)
    said = said_by(course.offer, fee)
    made = service.submit(course.draft.id, sender, course.offer, course.asked, told, said)
    checking.vouch(made, course.origins)
    return made


def said_by(offer: registry.Offer, fee: Money | None) -> Money | None:
    """A fee of nothing is a word too, where the provider is asked for it."""
    free = Money(0, FREE_IN) if interfaces.asks(offer, "quote") else None
    return fee or free


def judged(course: Course) -> declared.Eligibility | None:
    """What the service's rule of eligibility says of the person; None where there is none."""
    return judged_for(course.draft.person_id, course.offer, course.asked)


def judged_for(
    person_id: UUID, offer: registry.Offer, answers: Mapping[str, Any] | declared.Asked
) -> declared.Eligibility | None:
    if offer.service.eligibility is None:
        return None
    return declared.eligibility(offer.service, profile.facts(person_id), answers)


def refill(person_id: UUID) -> None:
    """What is known otherwise now reaches drafts that still hold what was filled in before."""
    held = drafts.held_of_person(person_id)
    # A draft of several services has a form of its own, and corrections are not filled in.
    for draft in (one for one in held if not one.purpose.startswith((CORRECTION, TOGETHER))):
        refill_draft(draft, registry.version(draft.version_id).service.form)


def refill_draft(draft: Saved, form: Form) -> None:
    told = prefilling.known(draft.person_id, form)
    before, was = draft.sources, draft.answers
    fresh = {
        name: one
        for name, one in told.items()
        if PATH in before.get(name, {})
        and (before[name], was.get(name)) != (written(one), one.value)
    }
    if fresh:
        answers = {name: one.value for name, one in fresh.items()}
        origins = {name: written(one) for name, one in fresh.items()}
        drafts.save(draft, answers, list(fresh), origins)


def saved(person_id: UUID, by: Behalf | None = None) -> list[Saved]:
    """The person's drafts of applications; corrections stand with their application."""
    return [
        one
        for one in drafts.of_person(person_id)
        if not one.purpose.startswith((CORRECTION, TOGETHER))
        and (by is None or covers(by.services, *one.purpose.split("/", 1)))
    ]


def answer_page(application: Case) -> Page:
    """The questions that the provider asked about again, as one page. Raises NothingAsked."""
    if application.state != "needs_information":
        raise service.NothingAsked
    return reopened(application, service.to_correct(application))


def reopened(application: Case, questions: Sequence[Any]) -> Page:
    offer = registry.version(application.version_id)
    step = Step(offer.service.title, *questions, slug="answer")
    draft = drafts.open_draft(application.person_id, f"{CORRECTION}{application.id}")
    corrected, sources = (draft.answers, draft.sources) if draft else ({}, {})
    return Page(offer.service.form, step, {**application.answers, **corrected}, sources)


def answered(application: Case, posted: Posted) -> Sheet:
    """Check the corrected page and keep what is right of it. Raises NothingAsked."""
    return taken_on(application, answer_page(application), posted)


def taken_on(application: Case, page: Page, posted: Posted) -> Sheet:
    person_id, subject_id = application.person_id, application.subject_id
    sheet = engine.take(page, posted, keeper(person_id, subject_id))
    _keep_correction(application, sheet.answers, sheet.answered)
    return sheet


def answer_refreshed(application: Case, posted: Posted, by: UUID) -> Sheet:
    """The page with what was typed, and what was looked up; files that came along are kept.

    Raises NothingAsked.
    """
    return refreshed_on(application, answer_page(application), posted, by)


def refreshed_on(application: Case, page: Page, posted: Posted, by: UUID) -> Sheet:
    offer = registry.version(application.version_id)
    found = looking.look_up(page, posted, offer, by)
    if found and found.changed:
        keep_found(correction(application), offer, found)
        posted = posted.without(found.replaced, page.questions)
        page = reopened(application, page.questions)
    keep = keeper(application.person_id, application.subject_id)
    sheet = engine.refresh(page, posted, keep)
    if sheet.kept:
        _keep_correction(application, sheet.kept, list(sheet.kept))
    if found:
        found.say_on(sheet)
    return sheet


def _keep_correction(application: Case, right: Mapping[str, Any], asked: Sequence[str]) -> None:
    drafts.save(correction(application), right, asked)
    # A file that the draft lets go is still the application's until the correction is sent.
    files.use(drafts.files_in(application.answers))


def corrected(application: Case, sheet: Sheet) -> Course:
    """The application as it would stand with this page, for the provider to price and check."""
    offer = registry.version(application.version_id)
    answers = {**application.answers, **sheet.answers}
    return Course(correction(application), offer, answers)


def send_answer(
    application: Case, sheet: Sheet, by: Behalf | None = None, fee: Money | None = None
) -> Case:
    """`fee` is the price of what was `corrected`. Raises NothingAsked."""
    said = said_by(registry.version(application.version_id), fee)
    moved = service.answer(application.person_id, application.reference, sheet.answers, by, said)
    drafts.close(correction(application))
    return moved


def correction(application: Case) -> Saved:
    return drafts.begin(
        application.person_id,
        application.subject_id,
        f"{CORRECTION}{application.id}",
        application.version_id,
        {},
    )
