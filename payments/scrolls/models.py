"""Files of banks, each read once, and their lines."""

from datetime import date, datetime
from uuid import UUID

from sqlalchemy import BigInteger, CheckConstraint, ForeignKey, Index, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from portal.kernel.db import Base, Row
from portal.kernel.money import Money


class CounterFile(Row, Base):
    """Brought by one person, and let count by another."""

    __tablename__ = "counter_files"
    __table_args__ = (
        CheckConstraint("state <> 'released' OR decided_by <> brought_by", name="four_eyes"),
        CheckConstraint("(state = 'read') = (decided_by IS NULL)", name="decided_by_somebody"),
    )

    digest: Mapped[bytes] = mapped_column(unique=True)
    lines: Mapped[int]
    state: Mapped[str]
    brought_by: Mapped[UUID]
    decided_by: Mapped[UUID | None]
    decided_at: Mapped[datetime | None]


class CounterFileLine(Row, Base):
    """What a file says of one challan; `why` it is parked."""

    __tablename__ = "counter_file_lines"
    __table_args__ = (
        UniqueConstraint("file_id", "place"),
        CheckConstraint("(why IS NOT NULL) = (state IN ('parked', 'closed'))", name="named"),
        Index("ix_counter_file_lines_parked", "id", postgresql_where="state = 'parked'"),
        # A challan is paid by one line, whatever files say.
        Index(
            "uq_counter_file_lines_one_that_pays",
            "challan",
            unique=True,
            postgresql_where="state = 'paid'",
        ),
    )

    file_id: Mapped[UUID] = mapped_column(ForeignKey("counter_files.id"))
    place: Mapped[int]
    challan: Mapped[str]
    amount_minor: Mapped[int] = mapped_column(BigInteger)
    currency: Mapped[str]
    number: Mapped[str]
    paid_on: Mapped[date]
    state: Mapped[str]
    why: Mapped[str | None]

    @property
    def amount(self) -> Money:
        return Money(self.amount_minor, self.currency)
