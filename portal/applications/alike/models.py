"""By what cases are alike: keyed hashes of single answers, never the answers."""

from uuid import UUID

from sqlalchemy import ForeignKey, Index
from sqlalchemy.orm import Mapped, mapped_column

from portal.kernel.db import Base
from portal.kernel.sealed import keyed


class CaseMark(Base):
    """The hash is keyed by service and question, so that no mark leads to another service."""

    __tablename__ = "case_marks"
    __table_args__ = (Index("ix_case_marks_hash", "hash", "application_id"),)

    application_id: Mapped[UUID] = mapped_column(ForeignKey("applications.id"), primary_key=True)
    question: Mapped[str] = mapped_column(primary_key=True)
    hash: Mapped[bytes] = keyed(nullable=False)
