"""Telling a person what changed since they began, and taking their draft over to the new form."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from portal.applications import carrying
from portal.applications.applying import Course
from portal.applications.fees import service as fees
from portal.applications.outdated import domain
from portal.audit import service as audit
from portal.forms import engine, prefilling
from portal.forms import service as drafts
from portal.forms.words import in_words
from portal.i18n import gettext, money, say
from portal.registry import service as registry
from portal.registry.back_office import reports
from portal.registry.changes import Change
from portal.registry.questions import AnyField


@dataclass(frozen=True)
class Lost:
    """An answer that the new form does not take: the question, and what was answered, in words."""

    label: str
    words: str


@dataclass(frozen=True)
class Report:
    """`changes` are sentences; `gone` is no longer asked, `anew` is asked again."""

    changes: tuple[str, ...]
    kept: int
    gone: tuple[Lost, ...]
    anew: tuple[Lost, ...]


def report(course: Course, offer: registry.Offer) -> Report:
    """What is different for whoever began this, in the language spoken now."""
    old, new = course.offer.service, offer.service
    kept = domain.fitting(old.form, new.form, course.answers, engine.accepted)
    found = domain.for_person(old, new, course.answers, kept, fees.here())
    still = {one.name for one in new.form.fields}
    lost = [one for one in _answered(course) if one.name not in kept]
    return Report(
        changes=tuple(_said(one, course, offer, kept) for one in found),
        kept=len(kept),
        gone=tuple(_lost(one, course) for one in lost if one.name not in still),
        anew=tuple(_lost(one, course) for one in lost if one.name in still),
    )


def _answered(course: Course) -> Iterator[AnyField]:
    return (one for one in course.form.fields if course.answers.get(one.name) is not None)


def _lost(question: AnyField, course: Course) -> Lost:
    return Lost(say(question.label), in_words(question, course.answers[question.name]))


def _said(change: Change, course: Course, offer: registry.Offer, kept: Mapping[str, Any]) -> str:
    services = course.offer.service, offer.service
    if change.code in ("fee", "tariff"):
        before, after = domain.prices(services, (course.answers, kept), fees.here())
        if before and after:
            told = {"before": money(before), "after": money(after)}
            return gettext("The fee is %(after)s; before it was %(before)s.", **told)
    return gettext(change.sentence, **reports.told(change, offer.service, course.offer.service))


def took_over(course: Course | None, shown: str) -> bool:
    """Go on with the version that was shown; False when another one is offered by now.

    Raises NoSuchDraft.
    """
    if course is None:
        raise drafts.NoSuchDraft
    offer = registry.offered(course.offer.provider.slug, course.offer.service.slug)
    if shown != str(offer.version_id):
        return False
    take_over(course, offer)
    return True


def take_over(course: Course, offer: registry.Offer) -> None:
    """Go on with the version that is offered now; done already, it is done. Raises NoSuchDraft.

    Answers that fit are kept, and what the profile knows is filled into questions that are new.
    """
    old, new = course.form, offer.service.form
    before = {one.name for one in old.fields}
    person_id, subject_id = course.draft.person_id, course.draft.subject_id
    known = prefilling.known(person_id, new) | carrying.papers(person_id, subject_id, new, before)
    fresh = {name: one for name, one in known.items() if name not in before}

    def fit(answers: Mapping[str, Any]) -> Mapping[str, Any]:
        return domain.fitting(old, new, answers, engine.accepted)

    if drafts.take_over(course.draft, (course.offer.version_id, offer.version_id), fit, fresh):
        audit.record(
            "draft.taken_over",
            about=f"draft:{course.draft.id}",
            actor=course.draft.person_id,
            subject_id=course.draft.subject_id,
        )
