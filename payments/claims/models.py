"""Claims, and each step of theirs."""

from datetime import date, datetime
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, Index
from sqlalchemy.orm import Mapped, mapped_column

from portal.kernel.db import Base, append_only
from portal.kernel.sealed import EncryptedOrNone, PersonalRow, sealed


class PaymentClaim(PersonalRow, Base):
    """What a person says of a payment. `answer_by` is the department's last day, once asked."""

    __tablename__ = "payment_claims"
    __table_args__ = (
        CheckConstraint("(state = 'settled') = (outcome IS NOT NULL)", name="settled_by_outcome"),
        CheckConstraint("answered_by <> contested_from", name="another_person"),
        Index(
            "uq_payment_claims_one_open",
            "payment_id",
            unique=True,
            postgresql_where="state <> 'settled'",
        ),
        Index("ix_payment_claims_open", "due_on", postgresql_where="state <> 'settled'"),
    )

    reference: Mapped[str] = mapped_column(unique=True)
    payment_id: Mapped[UUID] = mapped_column(ForeignKey("payments.id"), index=True)
    person_id: Mapped[UUID] = mapped_column(index=True)
    kind: Mapped[str]
    words_sealed: Mapped[bytes | None] = sealed("personal", nullable=True)
    words = EncryptedOrNone(str, "words_sealed")
    state: Mapped[str]
    outcome: Mapped[str | None]
    due_on: Mapped[date]
    answer_by: Mapped[date | None]
    cannot: Mapped[bool]
    answer_sealed: Mapped[bytes | None] = sealed("personal", nullable=True)
    answer = EncryptedOrNone(str, "answer_sealed")
    answered_by: Mapped[UUID | None]
    settled_at: Mapped[datetime | None]
    contest_sealed: Mapped[bytes | None] = sealed("personal", nullable=True)
    contest = EncryptedOrNone(str, "contest_sealed")
    contested_at: Mapped[datetime | None]
    contested_from: Mapped[UUID | None]


@append_only
class ClaimStep(PersonalRow, Base):
    """When a claim went where, and who let it: an id, or a part of the house."""

    __tablename__ = "payment_claim_steps"

    claim_id: Mapped[UUID] = mapped_column(ForeignKey("payment_claims.id"), index=True)
    act: Mapped[str]
    actor: Mapped[str]
