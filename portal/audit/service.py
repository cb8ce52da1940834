"""Recording acts, and proving that no record was changed, moved, added or cut from the middle."""

from collections.abc import Sequence
from dataclasses import asdict
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import select, text
from sqlalchemy.orm import Session

from portal.audit.domain import BEGINNING, Entry, first_break, link
from portal.audit.models import AuditEntry
from portal.kernel import clock
from portal.kernel.db import at_commit, db, unit

# One writer at a time: the lock is taken as the very last thing of a transaction, since holding it
# through a whole request made everybody wait.
LOCK = text("SELECT pg_advisory_xact_lock(7305806)")
NEWEST = select(AuditEntry.number, AuditEntry.hash).order_by(AuditEntry.number.desc()).limit(1)


def record(
    act: str, *, about: str, actor: UUID | str, subject_id: UUID | None = None, why: str = ""
) -> None:
    """Write one entry when this transaction commits. Codes and ids only, never personal text."""
    said = {"act": act, "about": about, "actor": str(actor), "subject_id": subject_id, "why": why}
    unit().setdefault("audit", []).append(said | {"at": clock.now()})
    at_commit(_append)


def _append(session: Session, notes: dict[str, Any]) -> None:
    session.execute(LOCK)
    number, before = session.execute(NEWEST).first() or (0, BEGINNING)
    for one in notes["audit"]:
        number += 1
        entry = Entry(number=number, **one)
        before = link(entry, before)
        session.add(AuditEntry(**asdict(entry), hash=before))
    session.flush()


def moments(subject_id: UUID, act: str, about: str, most: int = 20) -> Sequence[datetime]:
    """When an act was done to a thing of the subject, the newest first."""
    done = select(AuditEntry.at).where(
        AuditEntry.subject_id == subject_id, AuditEntry.act == act, AuditEntry.about == about
    )
    return db.session.scalars(done.order_by(AuditEntry.number.desc()).limit(most)).all()


def broken_at() -> int | None:
    """The number of the first entry that breaks the chain, None when it holds."""
    entries = select(AuditEntry).order_by(AuditEntry.number).execution_options(yield_per=1000)
    with db.session.scalars(entries) as rows:
        return first_break((_entry(row), row.hash) for row in rows)


def _entry(row: AuditEntry) -> Entry:
    names = ("number", "at", "actor", "act", "about", "subject_id", "why")
    return Entry(**{name: getattr(row, name) for name in names})
