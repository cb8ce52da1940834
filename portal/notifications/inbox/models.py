"""Messages as their readers keep them."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import Index
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from portal.kernel.db import Base
from portal.kernel.sealed import EncryptedOrNone, PersonalRow, sealed
from portal.notifications.domain import Words


class InboxNotice(PersonalRow, Base):
    """`key` names the occasion, so that it is told once; a deleted one keeps nothing but that.

    `about` is the application that it tells of, `waits` are the ways that it goes out by at
    `send_at`.
    """

    __tablename__ = "inbox_notices"
    __table_args__ = (
        Index("ix_inbox_notices_listed", "subject_id", "id", postgresql_where="listed"),
        Index(
            "ix_inbox_notices_unread",
            "subject_id",
            postgresql_where="listed AND read_at IS NULL",
        ),
        Index("ix_inbox_notices_about", "about", postgresql_where="about IS NOT NULL"),
        Index("ix_inbox_notices_waiting", "send_at", postgresql_where="send_at IS NOT NULL"),
    )

    key: Mapped[str] = mapped_column(unique=True)
    kind: Mapped[str]
    about: Mapped[UUID | None]
    listed: Mapped[bool]
    read_at: Mapped[datetime | None]
    words_sealed: Mapped[bytes | None] = sealed("personal", nullable=True)
    words = EncryptedOrNone(Words, "words_sealed")
    waits: Mapped[list[str]] = mapped_column(JSONB)
    send_at: Mapped[datetime | None]
