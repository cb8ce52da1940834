"""Messages of a thread, and how far each side has read."""

from typing import Any
from uuid import UUID

from sqlalchemy import ForeignKey, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from portal.kernel.db import Base, Row, append_only
from portal.kernel.sealed import Encrypted, EncryptedOrNone, PersonalRow, sealed


@append_only
class CaseMessage(PersonalRow, Base):
    """One message; `number` counts those of an application from 1."""

    __tablename__ = "case_messages"
    __table_args__ = (UniqueConstraint("application_id", "number"),)

    application_id: Mapped[UUID] = mapped_column(ForeignKey("applications.id"))
    number: Mapped[int]
    side: Mapped[str]
    author: Mapped[str]
    author_id: Mapped[str]
    # What let a helper or operator write for the person.
    mandate_id: Mapped[UUID | None]
    text_sealed: Mapped[bytes] = sealed("sensitive")
    text = Encrypted(str, "text_sealed")
    papers_sealed: Mapped[bytes | None] = sealed("sensitive", nullable=True)
    papers = EncryptedOrNone(list[dict[str, Any]], "papers_sealed")


class CaseReading(Row, Base):
    """Up to which message a side has read a thread."""

    __tablename__ = "case_readings"
    __table_args__ = (UniqueConstraint("application_id", "side"),)

    application_id: Mapped[UUID] = mapped_column(ForeignKey("applications.id"))
    side: Mapped[str]
    number: Mapped[int]
