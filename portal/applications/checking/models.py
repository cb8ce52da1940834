"""What was looked into when an application was sent, for the officer who decides."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import ForeignKey
from sqlalchemy.orm import Mapped, mapped_column

from portal.kernel.db import Base, append_only
from portal.kernel.sealed import Encrypted, PersonalRow, sealed


class DraftCheck(Base):
    """What the provider's own check came to when a draft was sent: passed, wrong, or silent."""

    __tablename__ = "draft_checks"

    draft_id: Mapped[UUID] = mapped_column(primary_key=True)
    outcome: Mapped[str]
    checked_at: Mapped[datetime]


@append_only
class VouchedAnswers(PersonalRow, Base):
    """The answers that somebody vouched for when it was sent: value, and source, by question."""

    __tablename__ = "vouched_answers"

    application_id: Mapped[UUID] = mapped_column(ForeignKey("applications.id"), unique=True)
    told_sealed: Mapped[bytes] = sealed("identity")
    told = Encrypted(dict[str, dict[str, Any]], "told_sealed")
