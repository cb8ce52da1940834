"""Papers that were issued, and how some of them ended."""

from datetime import date
from typing import Any
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, Index
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from portal.kernel.db import Base, append_only
from portal.kernel.sealed import Encrypted, EncryptedOrNone, PersonalRow, sealed


@append_only
class Document(PersonalRow, Base):
    """A paper by its number. The names are those of the issuer and the kind, by language.

    `sha256` is that of the whole signed file: whoever has it can see that it is the one.
    """

    __tablename__ = "documents"

    number: Mapped[str] = mapped_column(unique=True)
    issuer: Mapped[str]
    slug: Mapped[str]
    names: Mapped[dict[str, Any]] = mapped_column(JSONB)
    good_until: Mapped[date | None]
    key: Mapped[UUID]
    sha256: Mapped[str] = mapped_column(unique=True)
    statement_sealed: Mapped[bytes] = sealed("personal")
    statement = Encrypted(str, "statement_sealed")


@append_only
class DocumentEnd(PersonalRow, Base):
    """That a paper was revoked, or replaced by another; once."""

    __tablename__ = "document_ends"
    __table_args__ = (
        CheckConstraint("how IN ('revoked', 'replaced')", name="ended_somehow"),
        CheckConstraint("(how = 'replaced') = (by_id IS NOT NULL)", name="replaced_by_one"),
        Index("ix_document_ends_by_id", "by_id"),
    )

    document_id: Mapped[UUID] = mapped_column(ForeignKey("documents.id"), unique=True)
    how: Mapped[str]
    by_id: Mapped[UUID | None] = mapped_column(ForeignKey("documents.id"))
    words_sealed: Mapped[bytes | None] = sealed("personal", nullable=True)
    words = EncryptedOrNone(dict[str, str], "words_sealed")
