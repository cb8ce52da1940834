"""The ways that messages of the inbox went out by."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import Index, UniqueConstraint
from sqlalchemy.orm import Mapped

from portal.kernel.db import Base
from portal.kernel.sealed import PersonalRow


class NoticeSending(PersonalRow, Base):
    """`name` is what went out: a key of the post, or a call to browsers.

    One of them carries many where messages come together. How mails and text messages fare, the
    post knows; `state` is of browsers alone.
    """

    __tablename__ = "notice_sendings"
    __table_args__ = (
        UniqueConstraint("notice_id", "way"),
        Index("ix_notice_sendings_name", "name"),
        Index("ix_notice_sendings_state", "created_at", postgresql_where="state IS NOT NULL"),
    )

    notice_id: Mapped[UUID]
    kind: Mapped[str]
    way: Mapped[str]
    name: Mapped[str]
    state: Mapped[str | None]
    changed_at: Mapped[datetime | None]
