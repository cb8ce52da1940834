"""Keeping, reading and deleting messages of the inbox. Alone at their table."""

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, delete, func, select, update
from sqlalchemy.dialects.postgresql import insert

from portal.kernel import clock, ids
from portal.kernel.db import db
from portal.notifications.domain import NoSuchNotice, Words
from portal.notifications.inbox.models import InboxNotice

A_PAGE, A_BATCH = 20, 200
# Counted up to here: whoever has more does not need to know how many.
MOST = 99
UNREAD = "inbox.unread"
Kept = InboxNotice


def keep(
    person_id: UUID,
    kind: str,
    key: str,
    words: Words,
    *,
    listed: bool,
    about: UUID | None = None,
) -> InboxNotice | None:
    """The new row; None when the occasion was told before."""
    row = InboxNotice(subject_id=person_id, key=key, kind=kind, listed=listed, about=about)
    row.words, row.waits, row.send_at, row.read_at = words, [], None, None
    values = {column.key: getattr(row, column.key) for column in InboxNotice.__table__.columns}
    put = insert(InboxNotice).values(values).on_conflict_do_nothing(index_elements=["key"])
    return db.session.scalar(put.returning(InboxNotice))


def by_key(key: str) -> InboxNotice | None:
    return db.session.scalar(select(InboxNotice).where(InboxNotice.key == key))


def hold_back(row: InboxNotice, ways: Collection[str], until: datetime) -> None:
    row.waits, row.send_at = sorted(ways), until
    db.session.flush()


def people_waiting() -> Sequence[UUID]:
    """A batch of people to whom something is due to go out."""
    due = select(InboxNotice.subject_id).where(InboxNotice.send_at <= clock.now())
    return db.session.scalars(due.group_by(InboxNotice.subject_id).limit(A_BATCH)).all()


def waiting(person_id: UUID) -> Sequence[InboxNotice]:
    """All that is due to go out to the person, the oldest first; locked until that is noted."""
    due = InboxNotice.subject_id == person_id, InboxNotice.send_at <= clock.now()
    rows = select(InboxNotice).where(*due).order_by(InboxNotice.id).with_for_update()
    return db.session.scalars(rows.execution_options(populate_existing=True)).all()


def gone_out(rows: Collection[InboxNotice]) -> None:
    for row in rows:
        row.waits, row.send_at = [], None
    db.session.flush()


def unread(person: Any) -> Any:
    """How many the person, named by a column or parameter, has not read; MOST at the most.

    A scalar subquery, read from an index alone.
    """
    mine = select(InboxNotice.id).where(
        InboxNotice.subject_id == person, InboxNotice.listed, InboxNotice.read_at.is_(None)
    )
    return select(func.count()).select_from(mine.limit(MOST).subquery()).scalar_subquery()


def listed(person_id: UUID, after: UUID | None = None) -> Sequence[InboxNotice]:
    """A page of the person's messages and one more, the newest first."""
    mine = select(InboxNotice).where(InboxNotice.subject_id == person_id, InboxNotice.listed)
    if after is not None:
        mine = mine.where(InboxNotice.id < after)
    return db.session.scalars(mine.order_by(InboxNotice.id.desc()).limit(A_PAGE + 1)).all()


def one(person_id: UUID, notice_id: UUID) -> InboxNotice:
    """Raises NoSuchNotice, also for somebody else's."""
    row = db.session.scalar(select(InboxNotice).where(*_mine(person_id, notice_id)))
    if row is None or row.words is None:
        raise NoSuchNotice
    return row


def about(application_id: UUID, most: int) -> Sequence[InboxNotice]:
    """The newest that tell of an application, whoever reads them."""
    rows = select(InboxNotice).where(InboxNotice.about == application_id)
    return db.session.scalars(rows.order_by(InboxNotice.id.desc()).limit(most)).all()


def listed_since(at: datetime) -> Mapping[str, int]:
    """How many messages were laid into an inbox, by kind."""
    rows = select(InboxNotice.kind, func.count().label("n")).where(
        InboxNotice.listed, InboxNotice.id >= ids.first_at(at)
    )
    found = db.session.execute(rows.group_by(InboxNotice.kind))
    return {row.kind: row.n for row in found}


def mark(person_id: UUID, notice_id: UUID, *, read: bool) -> None:
    """Raises NoSuchNotice."""
    row = one(person_id, notice_id)
    row.read_at = (row.read_at or clock.now()) if read else None
    db.session.flush()


def read_all(person_id: UUID) -> None:
    mine = update(InboxNotice).where(
        InboxNotice.subject_id == person_id, InboxNotice.listed, InboxNotice.read_at.is_(None)
    )
    db.session.execute(mine.values(read_at=clock.now()))


def remove(person_id: UUID, notice_id: UUID) -> None:
    """Its words are gone for good, also where they wait to be sent. Raises NoSuchNotice."""
    row = one(person_id, notice_id)
    row.listed, row.words, row.waits, row.send_at = False, None, [], None
    db.session.flush()


def forget(person_id: UUID) -> None:
    db.session.execute(delete(InboxNotice).where(InboxNotice.subject_id == person_id))


def _mine(person_id: UUID, notice_id: UUID) -> tuple[ColumnElement[bool], ...]:
    return (
        InboxNotice.id == notice_id,
        InboxNotice.subject_id == person_id,
        InboxNotice.listed.is_(True),
    )
