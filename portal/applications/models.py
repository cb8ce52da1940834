"""Applications, their timelines, and the documents issued on them."""

from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, Index, UniqueConstraint
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from portal.kernel.db import Base, Json, append_only
from portal.kernel.sealed import Encrypted, EncryptedOrNone, PersonalRow, sealed


class Application(PersonalRow, Base):
    """`submission` is the draft it was sent from: one draft makes one application."""

    __tablename__ = "applications"
    __table_args__ = (
        Index("ix_applications_person_id_id", "person_id", "id"),
        Index("ix_applications_desk", "provider_slug", "state", "due_on", "id"),
        CheckConstraint("(fee_minor IS NULL) = (fee_currency IS NULL)", name="fee_is_whole"),
    )

    reference: Mapped[str] = mapped_column(unique=True)
    submission: Mapped[UUID] = mapped_column(unique=True)
    person_id: Mapped[UUID]
    provider_slug: Mapped[str]
    service_slug: Mapped[str]
    version_id: Mapped[UUID]
    language: Mapped[str]
    state: Mapped[str]
    stage: Mapped[str | None]
    answers_sealed: Mapped[bytes] = sealed("identity")
    answers = Encrypted(dict[str, Any], "answers_sealed")
    fee_minor: Mapped[int | None]
    fee_currency: Mapped[str | None]
    case_number: Mapped[str | None]
    due_on: Mapped[date | None]
    # Working days that are left while the clock stands still, waiting for the person.
    days_left: Mapped[int | None]
    asked: Mapped[list[str] | None] = mapped_column(JSONB)
    entries: Mapped[int] = mapped_column(default=0)
    sequence: Mapped[int] = mapped_column(default=0)
    changed_at: Mapped[datetime]


@append_only
class TimelineEntry(PersonalRow, Base):
    """One step of an application; its words are sealed, its codes are not."""

    __tablename__ = "timeline_entries"
    __table_args__ = (UniqueConstraint("application_id", "number"),)

    application_id: Mapped[UUID] = mapped_column(ForeignKey("applications.id"))
    number: Mapped[int]
    act: Mapped[str]
    state: Mapped[str]
    stage: Mapped[str | None]
    actor: Mapped[str]
    actor_id: Mapped[str]
    fields: Mapped[Json] = mapped_column(JSONB)
    words_sealed: Mapped[bytes | None] = sealed("personal", nullable=True)
    words = EncryptedOrNone(dict[str, dict[str, str]], "words_sealed")


@append_only
class IssuedDocument(PersonalRow, Base):
    """What the provider gave out; the file itself is kept by the files room."""

    __tablename__ = "issued_documents"

    application_id: Mapped[UUID] = mapped_column(ForeignKey("applications.id"), index=True)
    file_id: Mapped[UUID]
    name_sealed: Mapped[bytes] = sealed("personal")
    name = Encrypted(str, "name_sealed")
    type: Mapped[str]
    bytes: Mapped[int]
