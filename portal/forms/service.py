"""Drafts: begun with what is known already, saved step by step, closed when they are sent."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.dialects.postgresql import insert

from portal.forms.models import Draft
from portal.kernel import clock
from portal.kernel.db import db
from portal.kernel.errors import N_, NotFound


class NoSuchDraft(NotFound):
    message = N_("There is no such draft among yours. Begin the service again.")


@dataclass(frozen=True)
class Known:
    """A value that we have already, and the words for where it came from, by language."""

    value: Any
    source: Mapping[str, str]


Saved = Draft


def begin(
    person_id: UUID,
    subject_id: UUID,
    purpose: str,
    version_id: UUID,
    known: Mapping[str, Known],
) -> Draft:
    """The person's open draft for the purpose, else a new one that holds what is known."""
    if (draft := open_draft(person_id, purpose)) is not None:
        return draft
    draft = Draft(
        subject_id=subject_id,
        person_id=person_id,
        purpose=purpose,
        version_id=version_id,
        saved_at=clock.now(),
    )
    draft.answers = {name: one.value for name, one in known.items()}
    draft.sources = {name: dict(one.source) for name, one in known.items()}
    if not _inserted(draft):
        # Two pages were opened at once: the other one's draft is as good.
        return begin(person_id, subject_id, purpose, version_id, known)
    return find(person_id, draft.id)


def _inserted(draft: Draft) -> bool:
    table = Draft.__table__
    values = {column.name: getattr(draft, column.name) for column in table.columns}
    done = db.session.execute(insert(Draft).values(values).on_conflict_do_nothing())
    return bool(getattr(done, "rowcount", 0))


def open_draft(person_id: UUID, purpose: str) -> Draft | None:
    wanted = select(Draft).where(
        Draft.person_id == person_id, Draft.purpose == purpose, Draft.sent_at.is_(None)
    )
    return db.session.scalar(wanted)


def find(person_id: UUID, draft_id: UUID) -> Draft:
    """Raises NoSuchDraft, also for somebody else's."""
    draft = db.session.get(Draft, draft_id)
    if draft is None or draft.person_id != person_id:
        raise NoSuchDraft
    return draft


def of_person(person_id: UUID) -> Sequence[Draft]:
    """The open drafts, the newest first."""
    wanted = select(Draft).where(Draft.person_id == person_id, Draft.sent_at.is_(None))
    return db.session.scalars(wanted.order_by(Draft.saved_at.desc()).limit(50)).all()


def save(draft: Draft, answers: Mapping[str, Any], asked: Sequence[str]) -> None:
    """Keep the answers to the questions that were asked; those without an answer are emptied.

    A value that differs from what we filled in loses its source.
    """
    before = draft.answers
    sources = draft.sources
    for name in asked:
        if answers.get(name) != before.get(name):
            sources.pop(name, None)
    others = {name: value for name, value in before.items() if name not in asked}
    draft.answers = {**others, **answers}
    draft.sources = sources
    draft.saved_at = clock.now()


def close(draft: Draft) -> None:
    """It was sent: nothing of it can be changed or sent again."""
    draft.sent_at = draft.sent_at or clock.now()


def discard(person_id: UUID, draft_id: UUID) -> None:
    """Raises NoSuchDraft."""
    draft = find(person_id, draft_id)
    if draft.sent_at is not None:
        raise NoSuchDraft
    db.session.delete(draft)


def began(person_id: UUID, purpose: str) -> datetime | None:
    """When the person last saved a draft for the purpose."""
    wanted = select(Draft.saved_at).where(
        Draft.person_id == person_id, Draft.purpose == purpose, Draft.sent_at.is_(None)
    )
    return db.session.scalar(wanted)
