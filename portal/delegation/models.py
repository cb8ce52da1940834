"""Who lets whom act for them: grants to helpers, sessions at a counter, signed slips."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import CheckConstraint, Index, LargeBinary
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from portal.kernel.db import Base
from portal.kernel.sealed import EncryptedOrNone, PersonalRow, sealed


class Mandate(PersonalRow, Base):
    """`subject_id` is the principal, whose key seals it.

    Nobody may act before there is a `helper_id`; a code that was not used by `code_ends` never
    gives one. `contact` is whom the code was meant for. A slip has a number, and lets nothing be
    sent before its photo is kept.
    """

    __tablename__ = "mandates"
    __table_args__ = (
        Index("ix_mandates_helper_id", "helper_id", "ends"),
        CheckConstraint("(helper_id IS NULL) = (accepted_at IS NULL)", name="accepted_by_one"),
        CheckConstraint("helper_id <> subject_id", name="not_oneself"),
    )

    kind: Mapped[str]
    services: Mapped[list[str]] = mapped_column(JSONB)
    needs: Mapped[list[str]] = mapped_column(JSONB)
    ends: Mapped[datetime]
    code_hash: Mapped[bytes | None] = mapped_column(LargeBinary, unique=True)
    code_ends: Mapped[datetime | None]
    contact_sealed: Mapped[bytes | None] = sealed("personal", nullable=True)
    contact = EncryptedOrNone(str, "contact_sealed")
    helper_id: Mapped[UUID | None]
    accepted_at: Mapped[datetime | None]
    # The service centre of the operator; the only one who may use the code, if one asked for it.
    centre: Mapped[str | None]
    asked_by: Mapped[UUID | None]
    ended_at: Mapped[datetime | None]
    ended_by: Mapped[UUID | None]
    slip_number: Mapped[str | None] = mapped_column(unique=True)
    slip_file_id: Mapped[UUID | None]
