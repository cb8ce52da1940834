"""Applications, their timelines, and the documents issued on them."""

from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import BigInteger, CheckConstraint, ForeignKey, Index, UniqueConstraint, text
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from portal.kernel.db import Base, Json, append_only
from portal.kernel.sealed import Encrypted, EncryptedOrNone, PersonalRow, sealed

# The day that a queue is sorted by; whatever has no running clock comes last.
CLOCK = "coalesce(CASE WHEN days_left IS NULL THEN due_on END, '9999-12-31'::date)"
FILTERED = ("service_slug", "stage", "submitted_at", "post", "officer_id", "area")
NEWEST = ("submitted_at", "id", "service_slug", "stage", "post", "officer_id", "area")


class Application(PersonalRow, Base):
    """`submission` is the draft it was sent from: one draft makes one application.

    `submitted_at` is when the provider got it: a fee that comes before may not be paid yet.
    `acted_by` sent it for the person, as `acted_as`, under the mandate; None: the person did.
    """

    __tablename__ = "applications"
    __table_args__ = (
        Index("ix_applications_person_id_id", "person_id", "id"),
        # The desk's two orders, with what its filters ask; said as lists/service.py says it.
        Index("ix_applications_desk", "provider_slug", "state", text(CLOCK), "id", *FILTERED),
        Index("ix_applications_newest", "provider_slug", "state", *NEWEST),
        Index(
            "ix_applications_case_number",
            text("lower(case_number)"),
            "provider_slug",
            postgresql_where="case_number IS NOT NULL",
        ),
        Index("ix_applications_version_id", "version_id", "id"),
        Index(
            "ix_applications_officer_id",
            "officer_id",
            "state",
            postgresql_where="officer_id IS NOT NULL",
        ),
        Index("ix_applications_rises_on", "rises_on", postgresql_where="rises_on IS NOT NULL"),
        Index("ix_applications_appeal_on", "appeal_on", postgresql_where="appeal_on IS NOT NULL"),
        Index("ix_applications_reminders", "remind_on", postgresql_where="remind_on IS NOT NULL"),
        Index(
            "ix_applications_unpaid",
            "created_at",
            postgresql_where="state = 'awaiting_payment' AND submitted_at IS NULL",
        ),
        Index("ix_applications_bundle_id", "bundle_id", postgresql_where="bundle_id IS NOT NULL"),
        CheckConstraint("(fee_minor IS NULL) = (fee_currency IS NULL)", name="fee_is_whole"),
        CheckConstraint("(acted_by IS NULL) = (acted_as IS NULL)", name="acted_as_somebody"),
    )

    reference: Mapped[str] = mapped_column(unique=True)
    submission: Mapped[UUID] = mapped_column(unique=True)
    person_id: Mapped[UUID]
    provider_slug: Mapped[str]
    service_slug: Mapped[str]
    version_id: Mapped[UUID]
    # Of those that were sent together, from one set of answers.
    bundle_id: Mapped[UUID | None] = mapped_column(ForeignKey("bundles.id"))
    acted_by: Mapped[UUID | None]
    acted_as: Mapped[str | None]
    mandate_id: Mapped[UUID | None]
    # Of the first address among the answers, for officers of one area.
    area: Mapped[str | None]
    language: Mapped[str]
    state: Mapped[str]
    stage: Mapped[str | None]
    answers_sealed: Mapped[bytes] = sealed("identity")
    answers = Encrypted(dict[str, Any], "answers_sealed")
    fee_minor: Mapped[int | None] = mapped_column(BigInteger)
    fee_currency: Mapped[str | None]
    paid_at: Mapped[datetime | None]
    submitted_at: Mapped[datetime | None]
    judged_sealed: Mapped[bytes | None] = sealed("sensitive", nullable=True)
    # What the rule of eligibility said when it was sent: answer, used, missing.
    judged = EncryptedOrNone(dict[str, Any], "judged_sealed")
    good_until: Mapped[date | None]
    remind_on: Mapped[date | None]
    case_number: Mapped[str | None]
    due_on: Mapped[date | None]
    # Working days that are left while the clock stands still, waiting for the person.
    days_left: Mapped[int | None]
    asked: Mapped[list[str] | None] = mapped_column(JSONB)
    # Whose work it is now: a post of the provider, and the officer who took it.
    post: Mapped[str | None]
    officer_id: Mapped[UUID | None]
    # When the stage began, the last day that it may take, the working days that are left of it
    # while its clock stands still, the day on which the case goes up, and how often it has.
    stage_since: Mapped[datetime | None]
    stage_due_on: Mapped[date | None]
    stage_days_left: Mapped[int | None]
    rises_on: Mapped[date | None]
    level: Mapped[int] = mapped_column(default=0, server_default="0")
    # The day on which the first appeal opens by itself, when nobody has decided until then.
    appeal_on: Mapped[date | None]
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
    # What let the helper or operator do it.
    mandate_id: Mapped[UUID | None]
    fields: Mapped[Json] = mapped_column(JSONB)
    words_sealed: Mapped[bytes | None] = sealed("personal", nullable=True)
    words = EncryptedOrNone(dict[str, dict[str, str]], "words_sealed")


@append_only
class AnswerChange(PersonalRow, Base):
    """What the person's answers were before they changed them; `number` is that of the entry."""

    __tablename__ = "answer_changes"
    __table_args__ = (UniqueConstraint("application_id", "number"),)

    application_id: Mapped[UUID] = mapped_column(ForeignKey("applications.id"))
    number: Mapped[int]
    before_sealed: Mapped[bytes] = sealed("identity")
    # By question; None where there was no answer.
    before = Encrypted(dict[str, Any], "before_sealed")


@append_only
class IssuedDocument(PersonalRow, Base):
    """What the provider gave out; the file itself is kept by the files room.

    `kind` is that of the declared documents, and `paper_id` names the paper, if the portal made it.
    """

    __tablename__ = "issued_documents"

    application_id: Mapped[UUID] = mapped_column(ForeignKey("applications.id"), index=True)
    file_id: Mapped[UUID]
    name_sealed: Mapped[bytes] = sealed("personal")
    name = Encrypted(str, "name_sealed")
    type: Mapped[str]
    bytes: Mapped[int]
    kind: Mapped[str | None]
    paper_id: Mapped[UUID | None] = mapped_column(unique=True)
