"""Refunds that staff decided on, or proposed to a second person."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import BigInteger, CheckConstraint, ForeignKey, Index
from sqlalchemy.orm import Mapped, mapped_column

from portal.kernel.db import Base
from portal.kernel.money import Money
from portal.kernel.sealed import EncryptedOrNone, PersonalRow, sealed


class RefundProposal(PersonalRow, Base):
    """`proposed_by` is empty for what the clock proposes. Nobody decides on their own proposal."""

    __tablename__ = "payment_refund_proposals"
    __table_args__ = (
        CheckConstraint("amount_minor > 0", name="something"),
        CheckConstraint("decided_by <> proposed_by", name="four_eyes"),
        CheckConstraint("(state = 'done') = (refund_id IS NOT NULL)", name="done_by_refund"),
        CheckConstraint("state <> 'done' OR is_alone OR decided_by IS NOT NULL", name="decided"),
        Index(
            "uq_payment_refund_proposals_one_open",
            "payment_id",
            unique=True,
            postgresql_where="state = 'open'",
        ),
    )

    payment_id: Mapped[UUID] = mapped_column(ForeignKey("payments.id"), index=True)
    amount_minor: Mapped[int] = mapped_column(BigInteger)
    currency: Mapped[str]
    reason_sealed: Mapped[bytes | None] = sealed("personal", nullable=True)
    reason = EncryptedOrNone(str, "reason_sealed")
    proposed_by: Mapped[UUID | None]
    is_alone: Mapped[bool]
    state: Mapped[str]
    decided_by: Mapped[UUID | None]
    decided_at: Mapped[datetime | None]
    refund_id: Mapped[UUID | None] = mapped_column(ForeignKey("payment_refunds.id"), unique=True)

    @property
    def amount(self) -> Money:
        return Money(self.amount_minor, self.currency)
