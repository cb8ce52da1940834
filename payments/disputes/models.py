"""Disputes at gateways, and what each takes of which payment."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import BigInteger, CheckConstraint, ForeignKey, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from portal.kernel.db import Base, Row, append_only
from portal.kernel.money import Money


class PaymentDispute(Row, Base):
    """`number` is the company's. `beyond` is what the bank wants above all that was left."""

    __tablename__ = "payment_disputes"
    __table_args__ = (
        UniqueConstraint("gateway", "number"),
        CheckConstraint("amount_minor > 0 AND beyond_minor >= 0", name="something"),
        CheckConstraint("(state = 'open') = (ended_at IS NULL)", name="ends_once"),
    )

    gateway: Mapped[str]
    number: Mapped[str]
    attempt_id: Mapped[UUID] = mapped_column(ForeignKey("payment_attempts.id"), index=True)
    amount_minor: Mapped[int] = mapped_column(BigInteger)
    beyond_minor: Mapped[int] = mapped_column(BigInteger)
    currency: Mapped[str]
    reason: Mapped[str | None]
    state: Mapped[str]
    answer_by: Mapped[datetime | None]
    ended_at: Mapped[datetime | None]

    @property
    def amount(self) -> Money:
        return Money(self.amount_minor, self.currency)


@append_only
class DisputePart(Row, Base):
    __tablename__ = "payment_dispute_parts"
    __table_args__ = (
        UniqueConstraint("dispute_id", "payment_id"),
        CheckConstraint("amount_minor >= 0", name="no_less_than_nothing"),
    )

    dispute_id: Mapped[UUID] = mapped_column(ForeignKey("payment_disputes.id"))
    payment_id: Mapped[UUID] = mapped_column(ForeignKey("payments.id"), index=True)
    amount_minor: Mapped[int] = mapped_column(BigInteger)
