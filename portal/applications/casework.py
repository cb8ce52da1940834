"""What an officer sees of the work on a case: whose it is, what was written and proposed."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from portal.accounts import service as accounts
from portal.applications import domain, words, workflow
from portal.applications.deciding import service as deciding
from portal.applications.domain import State
from portal.applications.fees import service as fees
from portal.applications.forms import WORDS
from portal.applications.reach.service import Reach
from portal.applications.records import service as records
from portal.applications.service import Case
from portal.applications.work import service as work
from portal.forms.words import in_words
from portal.i18n import gettext, say
from portal.registry import service as registry
from portal.registry.contract import Letter, Notice, Service
from portal.registry.questions import AnyField


@dataclass(frozen=True)
class Written:
    """A note, or a proposal that was given back: who wrote it, and when."""

    who: str
    at: datetime
    text: str


@dataclass(frozen=True)
class Recorded:
    """What was recorded in a stage, in words."""

    stage: str
    who: str
    at: datetime
    rows: tuple[tuple[AnyField, Any, str], ...]


@dataclass(frozen=True)
class Proposed:
    """A decision that waits for a second officer."""

    who: str
    at: datetime
    act: str
    said: str
    is_mine: bool


@dataclass(frozen=True)
class Work:
    """`works` says whether the reader may act, `is_mine` whether they hold the case."""

    works: bool
    is_mine: bool
    holder: str
    post: str
    stage_left: tuple[str, str]
    colleagues: tuple[tuple[UUID, str], ...]
    notes: tuple[Written, ...]
    recorded: tuple[Recorded, ...]
    to_record: bool
    missing: tuple[str, ...]
    proposed: Proposed | None
    given_back: tuple[Written, ...]
    was: Mapping[str, str]

    @property
    def may_act(self) -> bool:
        return self.works and (self.is_mine or not self.holder) and self.proposed is None


def work_of(application: Case, reach: Reach, officer: UUID, *, may_act: bool) -> Work:
    offer = registry.version(application.version_id)
    kept, noted = work.recorded(application), work.notes(application)
    waiting, returned = deciding.waiting(application), deciding.given_back(application)
    colleagues = work.colleagues(application) if may_act else ()
    ids = {one.officer_id for one in kept.values()} | {one.officer_id for one in noted}
    ids |= set(colleagues)
    ids |= {one.decided_by for one in returned if one.decided_by}
    ids |= {waiting.proposed_by} if waiting else set()
    ids |= {application.officer_id} if application.officer_id else set()
    names = accounts.names(ids)
    return Work(
        works=may_act and work.works_on(application, reach),
        is_mine=application.officer_id == officer,
        holder=_name(names, application.officer_id) if application.officer_id else "",
        post=_post(offer, application.post),
        stage_left=words.stage_left(application.stage_due_on, application.stage_days_left),
        colleagues=tuple((one, _name(names, one)) for one in colleagues if one != officer),
        notes=tuple(
            Written(_name(names, one.officer_id), one.created_at, one.text) for one in noted
        ),
        recorded=tuple(
            Recorded(
                _stage(offer.service, slug),
                _name(names, one.officer_id),
                one.created_at,
                _rows(offer.service, slug, one.answers),
            )
            for slug, one in kept.items()
        ),
        to_record=_asks(offer.service, application),
        missing=tuple(say(one.label) for one in work.unrecorded(application)),
        proposed=_proposed(waiting, names, officer) if waiting else None,
        given_back=tuple(
            Written(
                _name(names, one.decided_by), one.decided_at or one.created_at, one.answer or ""
            )
            for one in returned
        ),
        was=_was(application),
    )


def _name(names: Mapping[UUID, str], person_id: UUID | None) -> str:
    known = names.get(person_id) if person_id else None
    return known or gettext("an officer who left")


def _post(offer: registry.Offer, slug: str | None) -> str:
    titles = [say(post.title) for post in offer.provider.posts or () if post.slug == slug]
    return titles[0] if titles else ""


def _stage(service_: Service, slug: str) -> str:
    stage = service_.stage(slug)
    return say(stage.title) if stage else slug


def _rows(
    service_: Service, slug: str, answers: Mapping[str, Any]
) -> tuple[tuple[AnyField, Any, str], ...]:
    stage = service_.stage(slug)
    asked = (stage.record or ()) if stage else ()
    return tuple(
        (one, answers.get(one.name), in_words(one, answers.get(one.name)))
        for one in asked
        if not isinstance(one, Notice)
    )


def _asks(service_: Service, application: Case) -> bool:
    """Whether the stage has questions that can be answered now."""
    if application.state not in (State.SUBMITTED, State.IN_PROGRESS):
        return False
    stage = workflow.stage_of(service_, application.stage)
    return bool(stage and stage.record)


def _proposed(waiting: Any, names: Mapping[UUID, str], officer: UUID) -> Proposed:
    said = waiting.event.get("reason") or waiting.event.get("message") or {}
    return Proposed(
        who=_name(names, waiting.proposed_by),
        at=waiting.created_at,
        act=str(WORDS[waiting.act]),
        said=say(said) or next(iter(said.values()), ""),
        is_mine=waiting.proposed_by == officer,
    )


def _was(application: Case) -> dict[str, str]:
    """What each answer was before the person changed it last, in words."""
    before = records.changed(application)
    form = registry.version(application.version_id).service.form
    known = {name: form.field(name) for name in before}
    return {
        name: in_words(declared, before[name]) or gettext("No answer")
        for name, declared in known.items()
        if declared is not None
    }


def letters(offer: registry.Offer, acts: list[str]) -> list[Letter]:
    """The letters that fit what may be done now."""
    declared = offer.service.workflow.letters if offer.service.workflow else ()
    return [one for one in declared if one.act in acts]


def allowed(application: Case, offer: registry.Offer) -> list[str]:
    """The acts that the case may see now; noting alone is nothing to do in a case that is over."""
    state = State(application.state)
    if domain.is_over(state):
        return []
    if state is State.AWAITING_PAYMENT:
        return ["note"]
    # Nobody accepts twice.
    left_out = {"accept"} if state is State.IN_PROGRESS else set()
    if state is not State.IN_PROGRESS:
        left_out.add("progress")
    if domain.owes_with(offer.service.payment, fees.of(application), application.paid_at):
        left_out.add("approve")
    offered = {move.act for move in workflow.here(offer.service, state, application.stage)}
    return [kind for kind in WORDS if kind in offered - left_out]


def next_stages(application: Case, offer: registry.Offer) -> list[tuple[str, str]]:
    """Where the case may be moved, with words."""
    moves = workflow.here(offer.service, State(application.state), application.stage)
    slugs = [one.to_stage for one in moves if one.act == "progress" and one.to_stage]
    return [(slug, _stage(offer.service, slug)) for slug in slugs if slug != application.stage]
