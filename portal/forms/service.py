"""Drafts: begun with what is known already, saved step by step, closed when they are sent."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import suppress
from datetime import datetime, timedelta
from types import MappingProxyType
from typing import Any, cast
from uuid import UUID

from sqlalchemy import Select, Table, bindparam, func, select, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm.attributes import set_committed_value

from portal.files import service as files
from portal.forms.models import Draft
from portal.forms.sending import Sending
from portal.forms.sources import written
from portal.kernel import clock, keys
from portal.kernel.db import db
from portal.kernel.errors import N_, Conflict, NotFound
from portal.kernel.room import Filled


class NoSuchDraft(NotFound):
    message = N_("There is no such draft among yours. Begin the service again.")


class ChangedMeanwhile(Conflict):
    message = N_("You changed an answer in another window. Check your answers again, then send.")


class SavedElsewhere(Conflict):
    message = N_(
        "This draft was saved in another window or on another device after this page was opened. "
        "Nothing is lost: say which answers count on this page."
    )


Saved = Draft
# A draft that nobody saves for so long is removed.
KEPT, A_BATCH = timedelta(days=90), 200
# Put together once: that costs more than sending them, and every page of a form does.
NOWHERE: Mapping[str, Mapping[str, str]] = MappingProxyType({})
MINE = (
    select(Draft, keys.SubjectKey)
    .join(keys.SubjectKey, keys.SubjectKey.id == Draft.subject_id)
    .where(Draft.person_id == bindparam("person"))
)
FIND = MINE.where(Draft.id == bindparam("id"))
OPEN = MINE.where(Draft.purpose == bindparam("purpose"), Draft.sent_at.is_(None))
TABLE = cast("Table", Draft.__table__)
SENT = ("answers_sealed", "sources_sealed", "sent_at")
CLOSE = (
    update(TABLE)
    .where(TABLE.c.id == bindparam("mine"), TABLE.c.saved_at == bindparam("read"))
    .where(TABLE.c.sent_at.is_(None))
    .values({name: bindparam(name) for name in SENT})
    .returning(TABLE.c.id)
)


def begin(
    person_id: UUID,
    subject_id: UUID,
    purpose: str,
    version_id: UUID,
    known: Mapping[str, Filled],
) -> Draft:
    """The person's open draft for the purpose, else a new one that holds what is known."""
    if (draft := open_draft(person_id, purpose)) is not None:
        return draft
    now = clock.now()
    draft = Draft(
        subject_id=subject_id,
        created_at=now,
        person_id=person_id,
        purpose=purpose,
        version_id=version_id,
        saved_at=now,
        saves=0,
        turn=0,
    )
    draft.answers = {name: one.value for name, one in known.items()}
    draft.sources = {name: written(one) for name, one in known.items()}
    made = _inserted(draft)
    # Two pages were opened at once: the other one's draft is as good.
    return made or begin(person_id, subject_id, purpose, version_id, known)


def _inserted(draft: Draft) -> Draft | None:
    """None when the person has an open draft for the purpose meanwhile."""
    values = {column.name: getattr(draft, column.name) for column in Draft.__table__.columns}
    put = insert(Draft).values(values).on_conflict_do_nothing().returning(Draft)
    return db.session.scalar(put)


def is_new(draft: Draft) -> bool:
    """Nothing was saved in it yet."""
    return draft.saved_at == draft.created_at


def open_draft(person_id: UUID, purpose: str) -> Draft | None:
    return _opened(OPEN, {"person": person_id, "purpose": purpose})


def find(person_id: UUID, draft_id: UUID) -> Draft:
    """Raises NoSuchDraft, also for somebody else's."""
    draft = _opened(FIND, {"person": person_id, "id": draft_id})
    if draft is None:
        raise NoSuchDraft
    return draft


def _opened(wanted: Select[*tuple[Any, ...]], told: dict[str, Any]) -> Draft | None:
    """The draft, with the key that opens it, by one query."""
    row = db.session.execute(wanted, told).first()
    if row is None:
        return None
    draft, key = row
    keys.remember([key])
    return cast("Draft", draft)


def of_person(person_id: UUID) -> Sequence[Draft]:
    """The open drafts, the newest first."""
    wanted = select(Draft).where(Draft.person_id == person_id, Draft.sent_at.is_(None))
    return db.session.scalars(wanted.order_by(Draft.saved_at.desc()).limit(50)).all()


def held_of_person(person_id: UUID) -> Sequence[Draft]:
    """The open drafts as they are now, locked until this transaction ends."""
    wanted = select(Draft).where(Draft.person_id == person_id, Draft.sent_at.is_(None))
    held = wanted.order_by(Draft.id).limit(50).with_for_update()
    return db.session.scalars(held.execution_options(populate_existing=True)).all()


def open_for(purpose: str) -> int:
    """How many people have begun and not sent."""
    count = select(func.count()).where(Draft.purpose == purpose, Draft.sent_at.is_(None))
    return db.session.scalar(count) or 0


def save(
    draft: Draft,
    answers: Mapping[str, Any],
    asked: Sequence[str],
    sources: Mapping[str, Mapping[str, str]] = NOWHERE,
    by: Sending | None = None,
) -> None:
    """Keep the answers to the questions that were asked; those without an answer are emptied.

    What another page saved meanwhile stays. A value that differs from what we filled in loses its
    source, but for what is filled in now, from these `sources`. A file that no answer names any
    more is let go. Raises NoSuchDraft when the draft was sent or deleted meanwhile.
    """
    _lock(draft)
    _keep(draft, answers, asked, sources)
    _note(draft, by)


def save_unless_changed(
    draft: Draft, answers: Mapping[str, Any], asked: Sequence[str], by: Sending, version: int
) -> None:
    """Save what a page sends by itself, that was drawn from this version of the draft.

    What is saved already is not saved again, so that a sending may be repeated. What the same page
    saved before stands in nobody's way. Raises SavedElsewhere, NoSuchDraft.
    """
    _lock(draft)
    before = draft.answers
    if all(answers.get(name) == before.get(name) for name in asked):
        return
    if draft.saves != version and not (draft.saved_by == by.page and draft.turn < by.turn):
        raise SavedElsewhere
    _keep(draft, answers, asked, NOWHERE)
    _note(draft, by)


def _keep(
    draft: Draft,
    answers: Mapping[str, Any],
    asked: Sequence[str],
    sources: Mapping[str, Mapping[str, str]],
) -> None:
    before, known = draft.answers, draft.sources
    others = {name: value for name, value in before.items() if name not in asked}
    kept = {name: value for name, value in answers.items() if name in asked}
    for name in asked:
        if kept.get(name) != before.get(name):
            known.pop(name, None)
    draft.answers = {**others, **kept}
    draft.sources = known | {name: dict(words) for name, words in sources.items()}
    _let_go(files_in(before) - files_in(draft.answers))


def _note(draft: Draft, by: Sending | None) -> None:
    draft.saved_at = clock.now()
    draft.saves += 1
    draft.saved_by, draft.turn = (by.page, by.turn) if by else (None, 0)
    db.session.flush()


def take_over(
    draft: Draft,
    versions: tuple[UUID, UUID],
    fit: Callable[[Mapping[str, Any]], Mapping[str, Any]],
    known: Mapping[str, Filled],
) -> bool:
    """Let it go on with the second version instead of the first; whether it was not so before.

    `fit` gives the answers that stay, `known` what is filled in beside them. Raises NoSuchDraft.
    """
    _lock(draft)
    if draft.version_id != versions[0]:
        return False
    before, sources = draft.answers, draft.sources
    kept = dict(fit(before))
    draft.version_id = versions[1]
    draft.answers = {name: one.value for name, one in known.items()} | kept
    draft.sources = {name: written(one) for name, one in known.items() if name not in kept} | {
        name: words for name, words in sources.items() if kept.get(name) == before.get(name)
    }
    _let_go(files_in(before) - files_in(draft.answers))
    _note(draft, None)
    return True


def _lock(draft: Draft) -> None:
    """Raises NoSuchDraft."""
    if not _is_open_now(draft):
        raise NoSuchDraft


def _is_open_now(draft: Draft) -> bool:
    """Read it again, locked until this transaction ends."""
    wanted = select(Draft).where(Draft.id == draft.id, Draft.sent_at.is_(None)).with_for_update()
    fresh = wanted.execution_options(populate_existing=True)
    return db.session.scalar(fresh) is not None


def _let_go(file_ids: set[UUID]) -> None:
    if file_ids:
        files.release(file_ids)


def files_in(answers: Mapping[str, Any]) -> set[UUID]:
    """The files that answers name, those in rows of groups too."""
    return {UUID(file_id) for answer in answers.values() for file_id in _files_of(answer)}


def _files_of(answer: Any) -> Iterator[str]:
    if isinstance(answer, Mapping) and "file" in answer:
        yield answer["file"]
    rows = answer if isinstance(answer, list) else ()
    for row in rows:
        for inner in row.values() if isinstance(row, Mapping) else ():
            yield from _files_of(inner)


def close(draft: Draft) -> None:
    """It was sent: nothing of it can be changed or sent again, and its answers are kept no more.

    Raises ChangedMeanwhile when another page saved it after it was read for sending.
    """
    empty = Draft(id=draft.id, subject_id=draft.subject_id)
    empty.answers, empty.sources = {}, {}
    empty.sent_at = clock.now()
    put = {name: getattr(empty, name) for name in SENT}
    as_read = {"mine": draft.id, "read": draft.saved_at}
    if db.session.scalar(CLOSE, as_read | put) is not None:
        for name, value in put.items():
            set_committed_value(draft, name, value)
    elif _is_open_now(draft):
        raise ChangedMeanwhile


def discard(person_id: UUID, draft_id: UUID) -> None:
    """Raises NoSuchDraft."""
    draft = find(person_id, draft_id)
    _lock(draft)
    _let_go(files_in(draft.answers))
    db.session.delete(draft)
    db.session.flush()


def ends_at(saved_at: datetime) -> datetime:
    """When a draft goes that nobody saves any more."""
    return saved_at + KEPT


def sweep() -> bool:
    """Remove a batch of drafts that nobody saved for so long; whether there may be more.

    Their files go with the next sweep of the files room.
    """
    left = Draft.sent_at.is_(None), Draft.saved_at < clock.now() - KEPT
    old = select(Draft).where(*left).order_by(Draft.saved_at).limit(A_BATCH)
    rows = db.session.scalars(old.with_for_update(skip_locked=True)).all()
    keys.preload(row.subject_id for row in rows)
    for draft in rows:
        # Who was erased has no files any more.
        with suppress(keys.Erased):
            _let_go(files_in(draft.answers))
        db.session.delete(draft)
    db.session.flush()
    return len(rows) == A_BATCH


def left_between(first: datetime, last: datetime) -> Sequence[tuple[UUID, str, UUID, datetime]]:
    """Person, purpose, version and moment of the open drafts that were saved last between these."""
    wanted = select(Draft.person_id, Draft.purpose, Draft.version_id, Draft.saved_at).where(
        Draft.sent_at.is_(None), Draft.saved_at.between(first, last)
    )
    rows = db.session.execute(wanted.order_by(Draft.id))
    return [(person, purpose, version, at) for person, purpose, version, at in rows]
