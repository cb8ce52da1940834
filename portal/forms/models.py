"""Drafts, for every room that asks questions."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Index, text
from sqlalchemy.orm import Mapped, mapped_column

from portal.kernel.db import Base
from portal.kernel.sealed import Encrypted, PersonalRow, sealed


class Draft(PersonalRow, Base):
    """Answers that were not sent yet; one open draft for each person and purpose."""

    __tablename__ = "drafts"
    __table_args__ = (
        Index(
            "uq_drafts_open",
            "person_id",
            "purpose",
            unique=True,
            postgresql_where=text("sent_at IS NULL"),
        ),
        Index("ix_drafts_open", "purpose", postgresql_where=text("sent_at IS NULL")),
        Index("ix_drafts_left", "saved_at", postgresql_where=text("sent_at IS NULL")),
    )

    person_id: Mapped[UUID]
    purpose: Mapped[str]
    version_id: Mapped[UUID]
    saved_at: Mapped[datetime]
    sent_at: Mapped[datetime | None]
    saves: Mapped[int] = mapped_column(server_default="0")
    # The page in a browser that saved it last, and which of the page's sendings that was.
    saved_by: Mapped[UUID | None]
    turn: Mapped[int] = mapped_column(server_default="0")
    answers_sealed: Mapped[bytes] = sealed("identity")
    answers = Encrypted(dict[str, Any], "answers_sealed")
    # Field name -> where the value came from, for those that nobody has changed since.
    sources_sealed: Mapped[bytes] = sealed("personal")
    sources = Encrypted(dict[str, dict[str, str]], "sources_sealed")
