"""What other providers are asked about cases, and how each asking ended."""

from datetime import date
from typing import Any
from uuid import UUID

from sqlalchemy import ForeignKey, Index
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from portal.kernel.db import Base, append_only
from portal.kernel.sealed import Encrypted, EncryptedOrNone, PersonalRow, sealed


class CaseReferral(PersonalRow, Base):
    """`provider_slug` is the provider asked, and `officer_id` the officer of it who took it.

    `fields` name the answers that it may see while the referral is open.
    """

    __tablename__ = "case_referrals"
    __table_args__ = (
        Index(
            "uq_case_referrals_open",
            *("application_id", "provider_slug"),
            unique=True,
            postgresql_where="state = 'open'",
        ),
        Index(
            "ix_case_referrals_desk",
            *("provider_slug", "due_on", "id", "officer_id"),
            postgresql_where="state = 'open'",
        ),
    )

    application_id: Mapped[UUID] = mapped_column(ForeignKey("applications.id"), index=True)
    provider_slug: Mapped[str]
    asked_by: Mapped[UUID]
    question_sealed: Mapped[bytes] = sealed("sensitive")
    question = Encrypted(str, "question_sealed")
    fields: Mapped[list[str]] = mapped_column(JSONB)
    due_on: Mapped[date]
    state: Mapped[str]
    officer_id: Mapped[UUID | None]


@append_only
class ReferralEnd(PersonalRow, Base):
    """How a referral ended: once. `by` is an officer's id, or nobody where the case ended."""

    __tablename__ = "referral_ends"

    referral_id: Mapped[UUID] = mapped_column(ForeignKey("case_referrals.id"), unique=True)
    outcome: Mapped[str]
    by: Mapped[UUID | None]
    text_sealed: Mapped[bytes | None] = sealed("sensitive", nullable=True)
    text = EncryptedOrNone(str, "text_sealed")
    papers_sealed: Mapped[bytes | None] = sealed("sensitive", nullable=True)
    papers = EncryptedOrNone(list[dict[str, Any]], "papers_sealed")
