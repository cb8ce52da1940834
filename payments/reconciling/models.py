"""Runs, what companies said in one while it is compared, and differences with their owners."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import BigInteger, CheckConstraint, ForeignKey, Index, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from portal.kernel.db import Base, Row
from portal.kernel.money import Money
from portal.kernel.sealed import EncryptedOrNone, PersonalRow, sealed


class ReconciliationRun(Row, Base):
    """One comparison with one company, by its own list or by a file, which is read once."""

    __tablename__ = "reconciliation_runs"
    __table_args__ = (UniqueConstraint("gateway", "file_hash"),)

    gateway: Mapped[str] = mapped_column(index=True)
    source: Mapped[str]
    since: Mapped[datetime]
    until: Mapped[datetime]
    state: Mapped[str]
    lines: Mapped[int]
    applied: Mapped[int]
    ended_at: Mapped[datetime | None]
    file_hash: Mapped[bytes | None]


class ReconciliationLine(Base):
    """What the company says of one order; gone when the run has ended."""

    __tablename__ = "reconciliation_lines"

    run_id: Mapped[UUID] = mapped_column(ForeignKey("reconciliation_runs.id"), primary_key=True)
    number: Mapped[int] = mapped_column(BigInteger, primary_key=True)
    order_reference: Mapped[str]
    gateway_reference: Mapped[str | None]
    status: Mapped[str]
    at: Mapped[datetime]
    amount_minor: Mapped[int | None] = mapped_column(BigInteger)
    currency: Mapped[str | None]
    refunded_minor: Mapped[int | None] = mapped_column(BigInteger)
    fee_minor: Mapped[int | None] = mapped_column(BigInteger)


class Difference(Row, Base):
    """One thing that does not agree, found again by each run until it does."""

    __tablename__ = "reconciliation_differences"
    __table_args__ = (
        UniqueConstraint("gateway", "kind", "order_reference"),
        Index("ix_reconciliation_differences_open", "id", postgresql_where="state = 'open'"),
        CheckConstraint("(state = 'open') = (settled_at IS NULL)", name="settled_or_open"),
    )

    gateway: Mapped[str]
    kind: Mapped[str]
    order_reference: Mapped[str]
    run_id: Mapped[UUID | None] = mapped_column(ForeignKey("reconciliation_runs.id"))
    at: Mapped[datetime]
    seen_at: Mapped[datetime]
    ours_minor: Mapped[int | None] = mapped_column(BigInteger)
    theirs_minor: Mapped[int | None] = mapped_column(BigInteger)
    currency: Mapped[str | None]
    state: Mapped[str]
    settled_at: Mapped[datetime | None]

    @property
    def ours(self) -> Money | None:
        return self._money(self.ours_minor)

    @property
    def theirs(self) -> Money | None:
        return self._money(self.theirs_minor)

    def _money(self, minor: int | None) -> Money | None:
        return None if minor is None or self.currency is None else Money(minor, self.currency)


class DifferenceNote(PersonalRow, Base):
    """Why somebody called it settled; `subject_id` is who did."""

    __tablename__ = "reconciliation_notes"

    difference_id: Mapped[UUID] = mapped_column(
        ForeignKey("reconciliation_differences.id"), index=True
    )
    text_sealed: Mapped[bytes | None] = sealed("personal", nullable=True)
    text = EncryptedOrNone(str, "text_sealed")
