"""Applying, as one course: the draft, its steps, what is filled in, and the sending."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from portal.applications import service
from portal.applications.service import Case, Sender
from portal.files import service as files
from portal.forms import engine
from portal.forms import service as drafts
from portal.forms.engine import Sheet
from portal.forms.service import Known, Saved
from portal.i18n import language
from portal.kernel.errors import N_, Conflict, NotFound
from portal.profile import service as profile
from portal.registry import domain as declared
from portal.registry import service as registry
from portal.registry.contract import Declaration, Form, Step


class NotBegun(NotFound):
    message = N_("You have no draft of this service. Begin on its page.")


class NoSuchStep(NotFound):
    message = N_("This form has no such page. Go on from the list of your applications.")


class ServicePaused(Conflict):
    message = N_("This service is paused now. Your draft is kept.")


@dataclass(frozen=True)
class Course:
    """A draft with the version that it was begun on, and where it goes."""

    draft: Saved
    offer: registry.Offer
    answers: Mapping[str, Any]

    @property
    def form(self) -> Form:
        return self.offer.service.form

    @property
    def steps(self) -> Sequence[Step]:
        return declared.visible_steps(self.form, self.answers)

    def step(self, slug: str) -> Step:
        """The whole step, hidden questions included. Raises NoSuchStep."""
        if slug not in [one.slug for one in self.steps]:
            raise NoSuchStep
        step = self.form.step(slug)
        if step is None:
            raise NoSuchStep
        return step

    def after(self, slug: str) -> str | None:
        """The next step; None when the review comes."""
        slugs = [one.slug for one in self.steps]
        rest = slugs[slugs.index(slug) + 1 :] if slug in slugs else []
        return rest[0] if rest else None

    def unfinished(self) -> str | None:
        """The first step with a question that still needs a right answer."""
        open_ = {one.name for one in declared.missing_fields(self.form, self.answers)}
        open_ |= {one.name for one in declared.failed_checks(self.form, self.answers)}
        for step in self.steps:
            if open_ & {one.name for one in step.fields}:
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
    known = _known(person_id, offer.service.form)
    draft = drafts.begin(
        person_id, subject_of(person_id), purpose(provider, service_slug), offer.version_id, known
    )
    return _course(draft)


def resume(person_id: UUID, provider: str, service_slug: str) -> Course:
    """Raises NotBegun."""
    draft = drafts.open_draft(person_id, purpose(provider, service_slug))
    if draft is None:
        raise NotBegun
    return _course(draft)


def subject_of(person_id: UUID) -> UUID:
    return profile.subject_of(person_id)


def _course(draft: Saved) -> Course:
    return Course(draft, registry.version(draft.version_id), draft.answers)


def _known(person_id: UUID, form: Form) -> dict[str, Known]:
    wanted = {
        one.name: one.prefill
        for one in form.fields
        if one.prefill and not one.never_prefill and not isinstance(one, Declaration)
    }
    found = profile.prefill(person_id, set(wanted.values()))
    return {
        name: Known(found[path].value, found[path].source.texts)
        for name, path in wanted.items()
        if path in found
    }


def shown(course: Course, slug: str) -> Sheet:
    """Raises NoSuchStep."""
    return engine.show(course.form, course.step(slug), course.answers, course.draft.sources)


def refreshed(course: Course, slug: str, posted: Any) -> Sheet:
    return engine.refresh(course.form, course.step(slug), course.answers, posted)


def taken(course: Course, slug: str, posted: Any) -> tuple[Course, Sheet]:
    """Check a page and keep what is right of it. Raises NoSuchStep."""
    keep = _keeper(course.draft.person_id, course.draft.subject_id)
    sheet = engine.take(course.form, course.step(slug), course.answers, posted, keep)
    drafts.save(course.draft, sheet.answers, sheet.names)
    return _course(course.draft), sheet


def _keeper(person_id: UUID, subject_id: UUID) -> engine.Keep:
    def keep(question: Any, upload: Any) -> Mapping[str, Any]:
        kept = files.keep(
            upload.stream,
            upload.filename,
            subject_id=subject_id,
            person_id=person_id,
            accepts=question.accepts,
            most_bytes=question.most_bytes,
        )
        told = {name: getattr(kept, name) for name in ("name", "type", "bytes", "sha256")}
        return {"file": str(kept.id), **told}

    return keep


def send(person_id: UUID, draft_id: UUID) -> Case:
    """Send a draft; sent before, it gives the same application.

    Raises NoSuchDraft, NotReady, ServicePaused.
    """
    draft = drafts.find(person_id, draft_id)
    if (before := service.find_submission(person_id, draft_id)) is not None:
        return before
    course = _course(draft)
    if course.unfinished() is not None:
        raise service.NotReady
    if registry.offered(course.offer.provider.slug, course.offer.service.slug).state == "paused":
        raise ServicePaused
    sender = Sender(person_id, draft.subject_id, language())
    application = service.submit(draft_id, sender, course.offer, course.answers)
    drafts.close(draft)
    return application


def asked_step(application: Case) -> Step:
    """The questions that the provider asked about again, as one page. Raises NothingAsked."""
    form = registry.version(application.version_id).service.form
    wanted = [one for one in form.fields if one.name in (application.asked or ())]
    if application.state != "needs_information" or not wanted:
        raise service.NothingAsked
    first = next(step for step in form.steps if wanted[0] in step.fields)
    return Step(first.title, *wanted, slug="answer")


def one_page(form: Form, asked: Step) -> Form:
    """The form with the asked questions moved to a page of their own, at the end.

    Conditions look at questions further up, so those stay where they are.
    """
    names = {one.name for one in asked.fields}
    others = [
        step.model_copy(
            update={"fields": tuple(one for one in step.fields if one.name not in names)}
        )
        for step in form.steps
    ]
    return Form(*others, asked)


def answered(application: Case, posted: Any, *, refresh: bool) -> Sheet:
    """Check the corrected page. Raises NothingAsked."""
    asked = asked_step(application)
    form = one_page(registry.version(application.version_id).service.form, asked)
    if refresh:
        return engine.refresh(form, asked, application.answers, posted)
    keep = _keeper(application.person_id, application.subject_id)
    return engine.take(form, asked, application.answers, posted, keep)
