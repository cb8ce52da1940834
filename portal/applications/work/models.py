"""What officers write about a case for themselves, and when it went up to another post."""

from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, Index, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from portal.kernel.db import Base, Row, append_only
from portal.kernel.sealed import Encrypted, EncryptedOrNone, PersonalRow, sealed


@append_only
class CaseNote(PersonalRow, Base):
    """For officers alone: neither the person nor the provider's programs read it."""

    __tablename__ = "case_notes"

    application_id: Mapped[UUID] = mapped_column(ForeignKey("applications.id"), index=True)
    officer_id: Mapped[UUID]
    text_sealed: Mapped[bytes] = sealed("personal")
    text = Encrypted(str, "text_sealed")


@append_only
class CaseRecord(PersonalRow, Base):
    """What an officer answered to the questions of a stage; the newest of a stage counts."""

    __tablename__ = "case_records"

    application_id: Mapped[UUID] = mapped_column(ForeignKey("applications.id"), index=True)
    stage: Mapped[str]
    officer_id: Mapped[UUID]
    answers_sealed: Mapped[bytes] = sealed("sensitive")
    answers = Encrypted(dict[str, Any], "answers_sealed")


@append_only
class Rise(Row, Base):
    """A case went up to another post because its stage took too long."""

    __tablename__ = "rises"
    __table_args__ = (UniqueConstraint("application_id", "number", "level"),)

    application_id: Mapped[UUID] = mapped_column(ForeignKey("applications.id"))
    # How many lines the timeline had: a case may come to one stage more than once.
    number: Mapped[int]
    stage: Mapped[str]
    level: Mapped[int]
    post: Mapped[str]
    risen_on: Mapped[date]


class CaseProposal(PersonalRow, Base):
    """A decision that one officer wants, and another one confirms or gives back.

    `case_entries` is how many lines the timeline had: a case that moved on since is looked at anew.
    """

    __tablename__ = "case_proposals"
    __table_args__ = (
        Index(
            "uq_case_proposals_open",
            "application_id",
            unique=True,
            postgresql_where=text("decided_at IS NULL"),
        ),
        CheckConstraint("decided_by <> proposed_by", name="two_people"),
        CheckConstraint("(decided_by IS NULL) = (decided_at IS NULL)", name="decided_by_somebody"),
    )

    application_id: Mapped[UUID] = mapped_column(ForeignKey("applications.id"), index=True)
    act: Mapped[str]
    event_sealed: Mapped[bytes] = sealed("personal")
    event = Encrypted(dict[str, Any], "event_sealed")
    case_entries: Mapped[int]
    proposed_by: Mapped[UUID]
    decided_by: Mapped[UUID | None]
    decided_at: Mapped[datetime | None]
    confirmed: Mapped[bool | None]
    answer_sealed: Mapped[bytes | None] = sealed("personal", nullable=True)
    # What the second officer says who gives it back.
    answer = EncryptedOrNone(str, "answer_sealed")


class DeskView(Row, Base):
    """A filter of the queue that an officer keeps under a name of their own."""

    __tablename__ = "desk_views"
    __table_args__ = (UniqueConstraint("person_id", "name"),)

    person_id: Mapped[UUID]
    name: Mapped[str]
    query: Mapped[str]
