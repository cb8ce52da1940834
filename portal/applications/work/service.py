"""What officers do around a case: take it, hand it over, record and note; and whether they may act.

The notes and records are this sub-room's; the case itself moves in `portal.applications.service`.
"""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import replace
from typing import Any
from uuid import UUID

from sqlalchemy import delete, select
from sqlalchemy.dialects.postgresql import insert

from portal.accounts.domain import Scope
from portal.accounts.roles import service as roles
from portal.applications import domain, workflow
from portal.applications.domain import Actor, Author, ProviderEvent, State
from portal.applications.meetings import service as meetings
from portal.applications.meetings.domain import NotMet
from portal.applications.models import Application
from portal.applications.reach.service import Reach, reached
from portal.applications.work.models import CaseNote, CaseRecord, DeskView
from portal.audit import service as audit
from portal.kernel import clock
from portal.kernel.db import db
from portal.kernel.errors import N_, BadInput, NotFound
from portal.registry import service as registry
from portal.registry.contract import Reason, Service
from portal.registry.questions import AnyField

LONGEST_NOTE = 4000
LONGEST_NAME, LONGEST_QUERY, MOST_VIEWS = 60, 500, 20
DECIDES = "applications.decide"


class NoOfficer(BadInput):
    status = 422
    message = N_("There is no officer with this name who may work on the case. Choose another.")


class EmptyNote(BadInput):
    status = 422
    message = N_("Write what the other officers should know, in up to 4,000 characters.")


class NoSuchView(NotFound):
    message = N_("There is no such view among yours. Load the queue again.")


class UnfitView(BadInput):
    status = 422
    message = N_("Give the view a name of up to 60 letters. You can keep 20 of them.")


# --- May it be done -----------------------------------------------------------------------------


def worded(application: Application, event: ProviderEvent, author: Author) -> ProviderEvent:
    """The event with the words of the reason that was chosen. Raises UnknownReason."""
    known = reasons(_service(application), event.type)
    chosen = next((one for one in known if one.slug == event.reason_code), None)
    must = bool(known) and author.kind is Actor.OFFICER
    if chosen is None and (must or event.reason_code is not None):
        raise domain.UnknownReason([one.slug for one in known])
    if chosen is None or event.reason:
        return event
    return replace(event, reason=chosen.title.texts)


def reasons(service: Service, act: str) -> tuple[Reason, ...]:
    declared = service.workflow.reasons if service.workflow else ()
    return tuple(one for one in declared if one.decision == act)


def needs_two(service: Service, act: str) -> bool:
    return service.workflow is not None and act in service.workflow.two_people


def check(
    application: Application, event: ProviderEvent, author: Author, reach: Reach
) -> workflow.Move:
    """The line of the service's table for this event.

    A program of the provider's answers for whoever works there. Raises NotInThisStage, and for
    officers SeenBefore, NotYourPost, HeldByAnother, NotRecorded, NotMet, NeedsTwo.
    """
    service, state = _service(application), State(application.state)
    move = workflow.choose(service, state, application.stage, event.type, event.stage)
    if author.kind is Actor.OFFICER:
        if event.seen not in (None, application.entries):
            raise domain.SeenBefore
        if move.to is not None:
            _check_officer(application, event, author, reach)
    return move


def _check_officer(
    application: Application, event: ProviderEvent, author: Author, reach: Reach
) -> None:
    service = _service(application)
    if event.type == "accept" and application.state == State.IN_PROGRESS:
        raise domain.MoveNotAllowed(State.IN_PROGRESS, State.IN_PROGRESS)
    check_hand(application, author, reach)
    if event.type in workflow.LEAVING and (missing := unrecorded(application)):
        raise domain.NotRecorded([one.label.texts["en"] for one in missing])
    if event.type in workflow.LEAVING and meetings.unmet(application):
        raise NotMet
    if needs_two(service, event.type) and event.proposed_by in (None, author.id):
        raise domain.NeedsTwo


def check_hand(application: Application, author: Author, reach: Reach) -> None:
    """Raises NotYourPost, HeldByAnother."""
    if not works_on(application, reach):
        raise domain.NotYourPost
    if application.officer_id is not None and f"person:{application.officer_id}" != author.id:
        raise domain.HeldByAnother


def works_on(application: Application, reach: Reach) -> bool:
    """Whether it is the work of this officer: of their post, or of one that it went up to."""
    scopes = {one if isinstance(one, Scope) else Scope(one) for one in reach}
    if application.post is None or all(one.post is None for one in scopes):
        return True
    stage = workflow.stage_of(_service(application), application.stage)
    posts = {None, application.post, stage.post if stage else None}
    fits = {one for one in scopes if one.post in posts}
    here = select(Application.id).where(Application.id == application.id, reached(fits))
    return db.session.scalar(here) is not None


def taken_up(application: Application, author: Author) -> None:
    """Whoever acts on a case that is nobody's has taken it."""
    if author.kind is Actor.OFFICER and application.officer_id is None and application.post:
        application.officer_id = UUID(author.id.removeprefix("person:"))


def _service(application: Application) -> Service:
    return registry.version(application.version_id).service


# --- Whose it is --------------------------------------------------------------------------------


def claim(application: Application, officer_id: UUID, reach: Reach) -> None:
    """Take a case, also one that another officer holds. Raises NotYourPost, OwnCase."""
    if officer_id == application.person_id:
        raise domain.OwnCase
    if not works_on(application, reach):
        raise domain.NotYourPost
    _given(application, officer_id, "claim", officer_id)


def release(application: Application, officer_id: UUID) -> None:
    """Give a case back to all. Raises HeldByAnother."""
    if application.officer_id not in (None, officer_id):
        raise domain.HeldByAnother
    _given(application, None, "release", officer_id)


def hand_over(application: Application, to: UUID, officer_id: UUID) -> None:
    """Give a case to another officer of the provider. Raises NoOfficer."""
    if to not in set(colleagues(application)):
        raise NoOfficer
    _given(application, to, "hand_over", officer_id)


def _given(application: Application, to: UUID | None, act: str, by: UUID) -> None:
    application.officer_id = to
    application.changed_at = clock.now()
    about = f"application:{application.id}"
    why = f"to {to}" if to else ""
    audit.record(
        f"application.{act}", about=about, actor=by, subject_id=application.subject_id, why=why
    )
    db.session.flush()


def colleagues(application: Application) -> Sequence[UUID]:
    """The officers who may work on the case now; the person it is about is none of them."""
    here = roles.holders(application.provider_slug, DECIDES)
    return [
        person_id
        for person_id, scopes in here.items()
        if person_id != application.person_id and _reaches(application, scopes)
    ]


def _reaches(application: Application, scopes: Collection[Scope]) -> bool:
    inside = select(Application.id).where(Application.id == application.id, reached(scopes))
    return db.session.scalar(inside) is not None and works_on(application, scopes)


# --- What they write ----------------------------------------------------------------------------


def note(application: Application, text: str, officer_id: UUID) -> None:
    """Keep a note for the officers of the provider. Raises EmptyNote."""
    if not 0 < len(text.strip()) <= LONGEST_NOTE:
        raise EmptyNote
    row = CaseNote(
        subject_id=application.subject_id, application_id=application.id, officer_id=officer_id
    )
    row.text = text.strip()
    db.session.add(row)
    _wrote(application, "note_inside", officer_id)


def notes(application: Application) -> Sequence[CaseNote]:
    mine = select(CaseNote).where(CaseNote.application_id == application.id)
    return db.session.scalars(mine.order_by(CaseNote.id)).all()


def record(application: Application, answers: Mapping[str, Any], officer_id: UUID) -> None:
    """Keep what the officer answered to the questions of the stage, beside earlier answers."""
    stage = workflow.stage_of(_service(application), application.stage)
    row = CaseRecord(
        subject_id=application.subject_id,
        application_id=application.id,
        stage=stage.slug if stage else "",
        officer_id=officer_id,
    )
    row.answers = dict(answers)
    db.session.add(row)
    _wrote(application, "record", officer_id)


def recorded(application: Application) -> dict[str, CaseRecord]:
    """The newest record of each stage, in the order in which they were first made."""
    mine = select(CaseRecord).where(CaseRecord.application_id == application.id)
    rows: Iterable[CaseRecord] = db.session.scalars(mine.order_by(CaseRecord.id))
    return {row.stage: row for row in rows}


def unrecorded(application: Application) -> list[AnyField]:
    """The questions of the stage that must be answered before the case goes on."""
    stage = workflow.stage_of(_service(application), application.stage)
    if stage is None or not stage.record:
        return []
    kept = recorded(application).get(stage.slug)
    missing = workflow.unrecorded(stage, kept.answers if kept else {})
    return [one for one in stage.record if one.name in missing]


def _wrote(application: Application, act: str, officer_id: UUID) -> None:
    application.changed_at = clock.now()
    audit.record(
        f"application.{act}",
        about=f"application:{application.id}",
        actor=officer_id,
        subject_id=application.subject_id,
    )
    db.session.flush()


# --- Views of the queue -------------------------------------------------------------------------


def views(person_id: UUID) -> Sequence[DeskView]:
    """The filters that an officer keeps, by name."""
    mine = select(DeskView).where(DeskView.person_id == person_id)
    return db.session.scalars(mine.order_by(DeskView.name, DeskView.id).limit(MOST_VIEWS)).all()


def keep_view(person_id: UUID, name: str, query: str) -> None:
    """Keep a filter under a name; the same name names the newer one. Raises UnfitView."""
    called = name.strip()
    if not 0 < len(called) <= LONGEST_NAME or len(query) > LONGEST_QUERY:
        raise UnfitView
    if len(views(person_id)) >= MOST_VIEWS:
        raise UnfitView
    row = DeskView(person_id=person_id, name=called, query=query)
    values = {column.name: getattr(row, column.name) for column in DeskView.__table__.columns}
    put = insert(DeskView).values(values)
    same = put.on_conflict_do_update(index_elements=["person_id", "name"], set_={"query": query})
    db.session.execute(same)


def drop_view(person_id: UUID, view_id: UUID) -> None:
    """Raises NoSuchView, also for somebody else's."""
    gone = delete(DeskView).where(DeskView.person_id == person_id, DeskView.id == view_id)
    if db.session.scalar(gone.returning(DeskView.id)) is None:
        raise NoSuchView
