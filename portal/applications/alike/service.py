"""Marking cases, and finding those with the same marks. The only user of the table of marks."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, delete, or_, select
from sqlalchemy.dialects.postgresql import insert

from portal.applications import domain as cases
from portal.applications.alike import domain
from portal.applications.alike.models import CaseMark
from portal.applications.domain import State
from portal.applications.lists.service import LISTED
from portal.applications.models import Application
from portal.applications.reach.service import Reach, reached
from portal.applications.service import Case
from portal.kernel import clock, keys
from portal.kernel.db import db
from portal.registry import service as registry

OPEN = tuple(state for state in State if not cases.is_over(state))
# So many are looked at by each mark, and shown at most.
LOOKED_AT, MOST = 50, 10


@dataclass(frozen=True)
class Alike:
    """Another case, with the questions that were answered alike, and whether the person is one."""

    row: Any
    questions: tuple[str, ...]
    is_persons: bool


def mark(application_id: UUID) -> None:
    """Keep by what it may be like others."""
    case = db.session.get_one(Application, application_id)
    service = registry.version(case.version_id).service
    found = [
        {"application_id": case.id, "question": name, "hash": _hash(case, name, text)}
        for name, text in domain.marks(service, case.answers)
    ]
    if found:
        db.session.execute(insert(CaseMark).on_conflict_do_nothing(), found)


def mark_anew(application_id: UUID) -> None:
    """What was kept of earlier answers goes."""
    _unmark(CaseMark.application_id == application_id)
    mark(application_id)


def forget(person_id: UUID) -> None:
    """The person left: nothing leads to their cases by what they had answered."""
    theirs = select(Application.id).where(Application.person_id == person_id)
    _unmark(CaseMark.application_id.in_(theirs))


def _unmark(which: ColumnElement[bool]) -> None:
    db.session.execute(delete(CaseMark).where(which).execution_options(synchronize_session=False))


def _hash(case: Case, question: str, text: str) -> bytes:
    return keys.keyed_hash(f"alike {case.provider_slug}/{case.service_slug}/{question}", text)


def of(case: Case, reach: Reach) -> list[Alike]:
    """Other cases of the service that are open or were decided lately, the newest first.

    Those alone that the officer reaches: by a mark, or of the same person.
    """
    shared = _by_marks(case)
    ids = [*shared, *_of_person(case)]
    rows = db.session.execute(
        select(*LISTED, Application.subject_id)
        .where(Application.id.in_(ids), *_here(case, reach))
        .order_by(Application.id.desc())
        .limit(MOST)
    )
    return [
        Alike(row, tuple(sorted(shared.get(row.id, ()))), row.subject_id == case.subject_id)
        for row in rows
    ]


def _by_marks(case: Case) -> dict[UUID, set[str]]:
    """By case, the questions with the same answer; each mark is read from its part of an index."""
    mine = select(CaseMark.question, CaseMark.hash).where(CaseMark.application_id == case.id)
    found: dict[UUID, set[str]] = defaultdict(set)
    for question, digest in db.session.execute(mine).all():
        same = (
            select(CaseMark.application_id)
            .where(CaseMark.hash == digest, CaseMark.application_id != case.id)
            .order_by(CaseMark.application_id.desc())
            .limit(LOOKED_AT)
        )
        for other in db.session.scalars(same):
            found[other].add(question)
    return found


def _of_person(case: Case) -> Sequence[UUID]:
    """Of the same subject: a child's own, whoever of its guardians sent them."""
    theirs = Application.subject_id == case.subject_id, Application.id != case.id
    newest = select(Application.id).where(*theirs).order_by(Application.id.desc())
    return db.session.scalars(newest.limit(LOOKED_AT)).all()


def _here(case: Case, reach: Reach) -> Sequence[ColumnElement[bool]]:
    lately = Application.changed_at > clock.now() - domain.LATELY
    return (
        Application.provider_slug == case.provider_slug,
        Application.service_slug == case.service_slug,
        Application.submitted_at.is_not(None),
        or_(Application.state.in_(OPEN), lately),
        reached(reach),
    )
