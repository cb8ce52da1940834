"""The books of counters: challans, what cashiers entered, and what goes back."""

from datetime import date, datetime
from uuid import UUID

from sqlalchemy import BigInteger, CheckConstraint, ForeignKey, Index
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from portal.kernel.db import Base, Row
from portal.kernel.money import Money


class CounterChallan(Row, Base):
    """An order to pay at a counter, by our reference; `number` is what the person brings."""

    __tablename__ = "counter_challans"
    __table_args__ = (
        CheckConstraint("amount_minor > 0", name="something"),
        CheckConstraint("(state = 'paid') = (taken_minor IS NOT NULL)", name="paid_by_money"),
        CheckConstraint(
            "returned_minor BETWEEN 0 AND coalesce(taken_minor, 0)", name="no_more_back_than_came"
        ),
    )

    reference: Mapped[str] = mapped_column(unique=True)
    number: Mapped[str] = mapped_column(unique=True)
    payees: Mapped[list[str]] = mapped_column(JSONB)
    amount_minor: Mapped[int] = mapped_column(BigInteger)
    currency: Mapped[str]
    expires_at: Mapped[datetime]
    state: Mapped[str]
    taken_minor: Mapped[int | None] = mapped_column(BigInteger)
    returned_minor: Mapped[int] = mapped_column(BigInteger)
    settled_at: Mapped[datetime | None]

    @property
    def amount(self) -> Money:
        return Money(self.amount_minor, self.currency)

    @property
    def taken(self) -> Money | None:
        return None if self.taken_minor is None else Money(self.taken_minor, self.currency)


class CounterEntry(Row, Base):
    """What a cashier took, and who confirmed it: never the same person."""

    __tablename__ = "counter_entries"
    __table_args__ = (
        CheckConstraint("amount_minor > 0", name="something"),
        CheckConstraint("state <> 'confirmed' OR decided_by <> entered_by", name="four_eyes"),
        CheckConstraint("(state = 'entered') = (decided_by IS NULL)", name="decided_by_somebody"),
        Index(
            "uq_counter_entries_one_that_counts",
            "challan_id",
            unique=True,
            postgresql_where="state <> 'struck'",
        ),
        Index(
            "uq_counter_entries_one_receipt",
            *("counter", "number"),
            unique=True,
            postgresql_where="state <> 'struck'",
        ),
        Index(
            "ix_counter_entries_waiting",
            "id",
            postgresql_where="state = 'entered'",
        ),
    )

    challan_id: Mapped[UUID] = mapped_column(ForeignKey("counter_challans.id"), index=True)
    counter: Mapped[str]
    amount_minor: Mapped[int] = mapped_column(BigInteger)
    currency: Mapped[str]
    number: Mapped[str]
    paid_on: Mapped[date]
    entered_by: Mapped[UUID]
    state: Mapped[str]
    decided_by: Mapped[UUID | None]
    decided_at: Mapped[datetime | None]

    @property
    def amount(self) -> Money:
        return Money(self.amount_minor, self.currency)


class CounterReturn(Row, Base):
    """Money to give back, once for each key of whoever asked."""

    __tablename__ = "counter_returns"
    __table_args__ = (
        CheckConstraint("amount_minor > 0", name="something"),
        CheckConstraint("(state = 'done') = (number IS NOT NULL)", name="done_by_number"),
    )

    key: Mapped[UUID] = mapped_column(unique=True)
    challan_id: Mapped[UUID] = mapped_column(ForeignKey("counter_challans.id"), index=True)
    amount_minor: Mapped[int] = mapped_column(BigInteger)
    currency: Mapped[str]
    state: Mapped[str]
    number: Mapped[str | None]

    @property
    def amount(self) -> Money:
        return Money(self.amount_minor, self.currency)
