"""Correcting one's own answers before a decision. Owns no table."""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from portal.applications import domain as cases
from portal.applications import service, workflow
from portal.applications.correcting import domain
from portal.applications.deciding import service as deciding
from portal.applications.domain import Actor, Author, Behalf, State
from portal.applications.events import ApplicationAnswered
from portal.applications.fees import service as fees
from portal.applications.records import service as records
from portal.applications.service import Case
from portal.kernel import clock
from portal.kernel.events import publish
from portal.kernel.money import Money
from portal.registry import service as registry


def questions(application: Case) -> list[Any]:
    """What the person may correct now, with what another answer to it may touch; maybe nothing."""
    offered = registry.version(application.version_id).service
    stage = workflow.stage_of(offered, application.stage)
    is_held = application.officer_id is not None or deciding.waiting(application) is not None
    if not domain.is_open(State(application.state), stage, is_held=is_held):
        return []
    asked = service.may_be_asked(application)
    # What somebody declared stands as they declared it.
    plain = [one.name for one in asked if one.kind != "declaration"]
    free = {name for name in plain if domain.is_free(offered, name)}
    names = cases.touched(offered.form, {one.name for one in asked}, free) if free else set()
    kept = {one.name for one in asked} - free
    return [one for one in offered.form.fields if one.name in names - kept]


def correct(
    person_id: UUID,
    reference: str,
    corrected: Mapping[str, Any],
    seen: int | None,
    by: Behalf | None = None,
    said: Money | None = None,
) -> Case:
    """Put these answers to all of `questions` in the place of those that were sent.

    `seen` is how many lines the timeline had when the page was opened. Raises NoSuchApplication,
    MovedOn, NothingToCorrect, FeeDecided, NotReady.
    """
    fees.hold(service.find(person_id, reference, by=by))
    application = service.find(person_id, reference, lock=True, by=by)
    if seen != application.entries:
        raise domain.MovedOn
    names = {one.name for one in questions(application)}
    if not names:
        raise domain.NothingToCorrect
    before = application.answers
    offer = registry.version(application.version_id)
    now = service.merged(application, corrected, names)
    day = clock.day(application.created_at)
    if fees.quoted(offer, now, said, day) != fees.of(application):
        raise domain.FeeDecided
    if now.answers == before:
        return application
    service.take(application, now)
    application.changed_at = clock.now()
    author = by.author if by else Author(Actor.CITIZEN, str(person_id))
    changed = [one for one in now.answers if before.get(one) != now.answers[one]]
    records.tell(application, "correct", author, fields=tuple(sorted(changed)))
    records.note_change(application, before)
    publish(ApplicationAnswered(application.id))
    return application
