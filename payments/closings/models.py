"""Closed periods, and what each account stood at when one closed.

An entry belongs to the period that is open when it is booked: the database says which. Whoever
books holds a lock that a closing waits for, so that none is booked into a period behind its back.
"""

from uuid import UUID

from sqlalchemy import BigInteger, CheckConstraint, ForeignKey, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from portal.kernel.db import Base, Row, append_only, guarded

NEXT = """
CREATE OR REPLACE FUNCTION ledger_closing_is_next() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  PERFORM pg_advisory_xact_lock(7305807);
  NEW.number := (SELECT coalesce(max(number), 0) + 1 FROM ledger_closings);
  RETURN NEW;
END $$
"""
# What a standing says is what all entries until then come to: the standing before and the period's.
RIGHT = """
CREATE OR REPLACE FUNCTION ledger_standings_are_right() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
  checked integer := (to_jsonb(NEW) ->> TG_ARGV[0])::integer;
BEGIN
  IF EXISTS (
    SELECT FROM (SELECT account_id, sum(minor) AS moved FROM ledger_entries
                 WHERE period = checked GROUP BY account_id) e
    FULL JOIN (SELECT account_id, minor FROM ledger_standings WHERE closing = checked) s
      USING (account_id)
    WHERE s.minor IS DISTINCT FROM e.moved + coalesce((
      SELECT before.minor FROM ledger_standings before
      WHERE before.account_id = s.account_id AND before.closing < checked
      ORDER BY before.closing DESC LIMIT 1), 0)
  ) THEN
    RAISE EXCEPTION 'the standings of closing % are not what was booked', checked
      USING ERRCODE = '23514';
  END IF;
  RETURN NULL;
END $$
"""
NO_TRIGGER = "DROP TRIGGER IF EXISTS {name} ON {table}"
IS_NEXT = """
CREATE TRIGGER is_next BEFORE INSERT ON ledger_closings
FOR EACH ROW EXECUTE FUNCTION ledger_closing_is_next()
"""
ARE_RIGHT = """
CREATE CONSTRAINT TRIGGER are_right AFTER INSERT ON {table} DEFERRABLE INITIALLY DEFERRED
FOR EACH ROW EXECUTE FUNCTION ledger_standings_are_right('{column}')
"""


def _right(table: str, column: str) -> tuple[str, ...]:
    dropped = NO_TRIGGER.format(name="are_right", table=table)
    return RIGHT, dropped, ARE_RIGHT.format(table=table, column=column)


@guarded(
    NEXT,
    NO_TRIGGER.format(name="is_next", table="ledger_closings"),
    IS_NEXT,
    *_right("ledger_closings", "number"),
)
@append_only
class LedgerClosing(Row, Base):
    """`number` is that of the period that it closes: the database counts them. `actor` did it."""

    __tablename__ = "ledger_closings"
    __table_args__ = (CheckConstraint("number > 0", name="counted_from_one"),)

    number: Mapped[int] = mapped_column(unique=True, server_default="0")
    actor: Mapped[str]


@guarded(*_right("ledger_standings", "closing"))
@append_only
class LedgerStanding(Row, Base):
    """What an account that moved in a period stood at when it closed: debits less credits."""

    __tablename__ = "ledger_standings"
    __table_args__ = (UniqueConstraint("account_id", "closing"),)

    account_id: Mapped[UUID] = mapped_column(ForeignKey("ledger_accounts.id"))
    closing: Mapped[int] = mapped_column(ForeignKey("ledger_closings.number"), index=True)
    minor: Mapped[int] = mapped_column(BigInteger)
