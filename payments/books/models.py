"""Closings of the books, and what each account stood at when they closed."""

from datetime import date, datetime
from uuid import UUID

from sqlalchemy import BigInteger, CheckConstraint, ForeignKey, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from portal.kernel.db import Base, Row, append_only, guarded

# Nobody posts while it is held, and what was posted is committed: only then can be summed.
CLOSES = """
CREATE OR REPLACE FUNCTION ledger_closes() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  PERFORM pg_advisory_xact_lock(5207701);
  IF NEW.until <= (SELECT max(until) FROM ledger_closings) THEN
    RAISE EXCEPTION 'the books are closed until then already' USING ERRCODE = '23514';
  END IF;
  RETURN NEW;
END $$
"""
CLOSES_ALONE = """
CREATE OR REPLACE TRIGGER closes BEFORE INSERT ON ledger_closings
FOR EACH ROW EXECUTE FUNCTION ledger_closes()
"""


@guarded(CLOSES, CLOSES_ALONE)
@append_only
class LedgerClosing(Row, Base):
    """Nothing is booked any more with a time before `until`."""

    __tablename__ = "ledger_closings"

    until: Mapped[datetime] = mapped_column(unique=True)


@append_only
class LedgerStanding(Row, Base):
    """What an account stood at at a closing; only those that moved since the one before it."""

    __tablename__ = "ledger_standings"
    __table_args__ = (UniqueConstraint("account_id", "until"),)

    closing_id: Mapped[UUID] = mapped_column(ForeignKey("ledger_closings.id"), index=True)
    account_id: Mapped[UUID] = mapped_column(ForeignKey("ledger_accounts.id"))
    until: Mapped[datetime]
    minor: Mapped[int] = mapped_column(BigInteger)


@append_only
class LedgerMonth(Row, Base):
    """A month that finance staff looked through and called finished; `month` is its first day."""

    __tablename__ = "ledger_months"
    __table_args__ = (CheckConstraint("extract(day FROM month) = 1", name="first_day"),)

    month: Mapped[date] = mapped_column(unique=True)
    closed_by: Mapped[UUID]
    left_open: Mapped[int]
