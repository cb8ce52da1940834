"""The record. Each row holds the hash of the row before it."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import BigInteger, Index, LargeBinary
from sqlalchemy.orm import Mapped, mapped_column

from portal.kernel.db import Base, append_only


@append_only
class AuditEntry(Base):
    __tablename__ = "audit_entries"
    __table_args__ = (Index("ix_audit_entries_subject_id_number", "subject_id", "number"),)

    number: Mapped[int] = mapped_column(BigInteger, primary_key=True, autoincrement=False)
    at: Mapped[datetime]
    actor: Mapped[str]
    act: Mapped[str]
    about: Mapped[str]
    subject_id: Mapped[UUID | None]
    why: Mapped[str]
    hash: Mapped[bytes] = mapped_column(LargeBinary)
