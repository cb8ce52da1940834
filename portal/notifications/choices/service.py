"""Reading and keeping choices; each change leaves a row in the record. Alone at their table."""

from collections.abc import Sequence
from uuid import UUID

from sqlalchemy import delete, select
from sqlalchemy.dialects.postgresql import insert

from portal.accounts import service as accounts
from portal.audit import service as audit
from portal.kernel.db import db
from portal.kernel.keys import Erased
from portal.notifications.choices.models import NoticeChoice
from portal.notifications.domain import Choices, Digest, Quiet
from portal.notifications.kinds import kinds

NONE = Choices()


def of(person_id: UUID) -> Choices:
    """Those of the person; nobody has to choose anything."""
    return _read(
        db.session.scalar(select(NoticeChoice).where(NoticeChoice.subject_id == person_id))
    )


def keep(person_id: UUID, wanted: Choices, actor: UUID | str) -> None:
    """Put these in place of what was chosen before."""
    _there(person_id)
    row = _held(person_id)
    before = _read(row)
    row.chosen = {slug: sorted(ways) for slug, ways in wanted.chosen.items()}
    row.quiet_from = wanted.quiet.begins if wanted.quiet else None
    row.quiet_to = wanted.quiet.ends if wanted.quiet else None
    row.digest = wanted.digest
    db.session.flush()
    for slug, kind in kinds().items():
        if before.ways(kind) != wanted.ways(kind):
            _told(person_id, actor, f"{slug}: {' '.join(sorted(wanted.ways(kind))) or '-'}")


def leave(person_id: UUID, slug: str, channel: str) -> None:
    """Stop one kind of messages by one way, and leave the rest as it is.

    Whoever has left gets none anyway.
    """
    if not _is_here(person_id):
        return
    left = _held_ways(person_id, slug) - {channel}
    _put(person_id, slug, left, "link")


def add(person_id: UUID, slug: str, channel: str) -> None:
    """The person wants this way for it, too."""
    _put(person_id, slug, _held_ways(person_id, slug) | {channel}, person_id)


def _held_ways(person_id: UUID, slug: str) -> frozenset[str]:
    _there(person_id)
    return _read(_held(person_id)).ways(kinds()[slug])


def _put(person_id: UUID, slug: str, ways: frozenset[str], actor: UUID | str) -> None:
    before = _read(_held(person_id))
    chosen = {**before.chosen, slug: ways}
    keep(person_id, Choices(chosen, before.quiet, before.digest), actor)


def who_asked_for(slug: str, after: UUID | None, limit: int) -> Sequence[UUID]:
    """The people who chose any way for a kind that nobody gets unasked, in order."""
    theirs = NoticeChoice.chosen[slug].as_string().not_in(["[]"])
    wanted = select(NoticeChoice.subject_id).where(NoticeChoice.chosen.has_key(slug), theirs)
    if after is not None:
        wanted = wanted.where(NoticeChoice.subject_id > after)
    return db.session.scalars(wanted.order_by(NoticeChoice.subject_id).limit(limit)).all()


def forget(person_id: UUID) -> None:
    db.session.execute(delete(NoticeChoice).where(NoticeChoice.subject_id == person_id))


def _is_here(person_id: UUID) -> bool:
    try:
        accounts.details(person_id)
    except (accounts.NoSuchPerson, Erased):
        return False
    return True


def _there(person_id: UUID) -> None:
    """Two pages at once keep one row."""
    new = NoticeChoice(subject_id=person_id)
    row = {"id": new.id, "created_at": new.created_at, "subject_id": person_id}
    row |= {"chosen": {}, "digest": Digest.ONCE}
    db.session.execute(
        insert(NoticeChoice).values(row).on_conflict_do_nothing(index_elements=["subject_id"])
    )


def _held(person_id: UUID) -> NoticeChoice:
    mine = select(NoticeChoice).where(NoticeChoice.subject_id == person_id).with_for_update()
    return db.session.scalars(mine.execution_options(populate_existing=True)).one()


def _read(row: NoticeChoice | None) -> Choices:
    if row is None:
        return NONE
    quiet = None
    if row.quiet_from is not None and row.quiet_to is not None:
        quiet = Quiet(row.quiet_from, row.quiet_to)
    chosen = {slug: frozenset(ways) for slug, ways in row.chosen.items()}
    return Choices(chosen, quiet, Digest(row.digest))


def _told(person_id: UUID, actor: UUID | str, why: str) -> None:
    about = f"person:{person_id}"
    audit.record("notifications.chosen", about=about, actor=actor, subject_id=person_id, why=why)
