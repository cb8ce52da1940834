"""Visits and appointments: when, where, who took which seat, and how it went."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, Index
from sqlalchemy.orm import Mapped, mapped_column

from portal.kernel.db import Base, append_only
from portal.kernel.sealed import EncryptedOrNone, PersonalRow, sealed


class Meeting(PersonalRow, Base):
    """Moved to another time it is another row: the old one gives its seat back.

    A `seat` is a number from 1 within its time; of two who take one, the database lets one.
    """

    __tablename__ = "meetings"
    __table_args__ = (
        Index(
            "uq_meetings_seat",
            *("provider_slug", "service_slug", "office", "starts_at", "seat"),
            unique=True,
            postgresql_where="seat IS NOT NULL",
        ),
        Index("uq_meetings_open", "application_id", unique=True, postgresql_where="state = 'set'"),
        Index("ix_meetings_starts_at", "starts_at", "provider_slug"),
        CheckConstraint("(kind = 'appointment') = (office IS NOT NULL)", name="somewhere"),
    )

    application_id: Mapped[UUID] = mapped_column(ForeignKey("applications.id"), index=True)
    provider_slug: Mapped[str]
    service_slug: Mapped[str]
    stage: Mapped[str]
    kind: Mapped[str]
    office: Mapped[str | None]
    starts_at: Mapped[datetime]
    ends_at: Mapped[datetime]
    seat: Mapped[int | None]
    state: Mapped[str]
    # Who visits, or wrote down how it went.
    officer_id: Mapped[UUID | None]
    wish_sealed: Mapped[bytes | None] = sealed("personal", nullable=True)
    # What the person says who asks for another time.
    wish = EncryptedOrNone(str, "wish_sealed")
    remarks_sealed: Mapped[bytes | None] = sealed("sensitive", nullable=True)
    # For officers alone.
    remarks = EncryptedOrNone(str, "remarks_sealed")
    changed_at: Mapped[datetime]


@append_only
class MeetingPhoto(PersonalRow, Base):
    """What an officer saw there; the file itself is kept by the files room."""

    __tablename__ = "meeting_photos"

    meeting_id: Mapped[UUID] = mapped_column(ForeignKey("meetings.id"), index=True)
    file_id: Mapped[UUID]
