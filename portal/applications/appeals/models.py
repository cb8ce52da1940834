"""Appeals, one row for each level that was asked."""

from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, Index, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from portal.kernel.db import Base
from portal.kernel.sealed import EncryptedOrNone, PersonalRow, sealed


class Appeal(PersonalRow, Base):
    """`since`: the line of the timeline with which the work began that it is about; 0: the sending.

    Each level decides once on each of them. `passes_on` is the day on which the next one has it.
    """

    __tablename__ = "appeals"
    __table_args__ = (
        UniqueConstraint("application_id", "since", "ground", "level"),
        Index("uq_appeals_open", "application_id", unique=True, postgresql_where="state = 'open'"),
        Index(
            "ix_appeals_desk",
            *("provider_slug", "post", "due_on", "id"),
            postgresql_where="state = 'open'",
        ),
        Index("ix_appeals_passes_on", "passes_on", postgresql_where="passes_on IS NOT NULL"),
        CheckConstraint("(decided_by IS NULL) = (reasons_sealed IS NULL)", name="with_reasons"),
    )

    application_id: Mapped[UUID] = mapped_column(ForeignKey("applications.id"))
    provider_slug: Mapped[str]
    since: Mapped[int]
    ground: Mapped[str]
    level: Mapped[int]
    post: Mapped[str]
    state: Mapped[str]
    # Who asked, as the timeline has it; the clock is the portal.
    asked_as: Mapped[str]
    asked_by: Mapped[str]
    text_sealed: Mapped[bytes | None] = sealed("sensitive", nullable=True)
    text = EncryptedOrNone(str, "text_sealed")
    papers_sealed: Mapped[bytes | None] = sealed("sensitive", nullable=True)
    papers = EncryptedOrNone(list[dict[str, Any]], "papers_sealed")
    due_on: Mapped[date]
    passes_on: Mapped[date | None]
    decided_by: Mapped[UUID | None]
    ended_at: Mapped[datetime | None]
    reasons_sealed: Mapped[bytes | None] = sealed("sensitive", nullable=True)
    # By language, as the officer wrote them.
    reasons = EncryptedOrNone(dict[str, str], "reasons_sealed")
