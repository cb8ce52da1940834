"""Accounts that people named, lists and their lines, and the bank's files about them.

A list is its lines, and what is owed goes out by one of them: both are the database's own rules.
"""

from datetime import date, datetime
from uuid import UUID

from sqlalchemy import BigInteger, CheckConstraint, ForeignKey, Index, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from portal.kernel.db import Base, Row, guarded
from portal.kernel.money import Money
from portal.kernel.sealed import EncryptedOrNone, PersonalRow, sealed

SUMS = """
CREATE OR REPLACE FUNCTION list_is_its_lines() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
  checked uuid := (to_jsonb(NEW) ->> TG_ARGV[0])::uuid;
BEGIN
  IF EXISTS (
    SELECT FROM payment_lists l
    LEFT JOIN payment_list_lines n ON n.list_id = l.id AND n.currency = l.currency
    WHERE l.id = checked GROUP BY l.id
    HAVING count(n.id) <> l.lines OR coalesce(sum(n.amount_minor), 0) <> l.total_minor
  ) THEN
    RAISE EXCEPTION 'the lines of list % are not what it says of them', checked
      USING ERRCODE = '23514';
  END IF;
  RETURN NULL;
END $$
"""
NO_SUM = "DROP TRIGGER IF EXISTS sums ON {table}"
SUM = """
CREATE CONSTRAINT TRIGGER sums AFTER INSERT OR UPDATE ON {table} DEFERRABLE INITIALLY DEFERRED
FOR EACH ROW EXECUTE FUNCTION list_is_its_lines('{column}')
"""


def summed(table: str, column: str) -> tuple[str, ...]:
    names = {"table": table, "column": column}
    return SUMS, NO_SUM.format(**names), SUM.format(**names)


class PayoutAccount(PersonalRow, Base):
    """Where a refund is to go; `about` is its key.

    One that a bank refused, or that its person changed, is over.
    """

    __tablename__ = "payout_accounts"
    __table_args__ = (
        Index(
            "uq_payout_accounts_one_of_each",
            "about",
            unique=True,
            postgresql_where="NOT is_over",
        ),
    )

    about: Mapped[UUID]
    holder_sealed: Mapped[bytes | None] = sealed("personal", nullable=True)
    holder = EncryptedOrNone(str, "holder_sealed")
    number_sealed: Mapped[bytes | None] = sealed("identity", nullable=True)
    number = EncryptedOrNone(str, "number_sealed")
    branch_sealed: Mapped[bytes | None] = sealed("personal", nullable=True)
    branch = EncryptedOrNone(str, "branch_sealed")
    is_over: Mapped[bool]


@guarded(*summed("payment_lists", "id"))
class PaymentListRow(Row, Base):
    """Prepared by one person, approved by another."""

    __tablename__ = "payment_lists"
    __table_args__ = (
        CheckConstraint("lines > 0 AND total_minor > 0", name="something"),
        CheckConstraint("state <> 'approved' OR decided_by <> prepared_by", name="four_eyes"),
        CheckConstraint("(state = 'prepared') = (decided_by IS NULL)", name="decided_by_somebody"),
    )

    number: Mapped[str] = mapped_column(unique=True)
    disburser: Mapped[str]
    currency: Mapped[str]
    send_on: Mapped[date]
    lines: Mapped[int]
    total_minor: Mapped[int] = mapped_column(BigInteger)
    state: Mapped[str]
    prepared_by: Mapped[UUID]
    decided_by: Mapped[UUID | None]
    decided_at: Mapped[datetime | None]

    @property
    def total(self) -> Money:
        return Money(self.total_minor, self.currency)


@guarded(*summed("payment_list_lines", "list_id"))
class PaymentListLine(Row, Base):
    """A transfer; `about` is the key of what it pays, which is sent once."""

    __tablename__ = "payment_list_lines"
    __table_args__ = (
        UniqueConstraint("list_id", "place"),
        CheckConstraint("amount_minor > 0", name="something"),
        CheckConstraint("(state = 'waiting') = (settled_at IS NULL)", name="settled_or_waiting"),
        Index(
            "uq_payment_list_lines_sent_once",
            "about",
            unique=True,
            postgresql_where="state IN ('waiting', 'sent')",
        ),
    )

    list_id: Mapped[UUID] = mapped_column(ForeignKey("payment_lists.id"))
    place: Mapped[int]
    number: Mapped[str] = mapped_column(unique=True)
    about: Mapped[UUID]
    account_id: Mapped[UUID] = mapped_column(ForeignKey("payout_accounts.id"))
    amount_minor: Mapped[int] = mapped_column(BigInteger)
    currency: Mapped[str]
    state: Mapped[str]
    code: Mapped[str | None]
    settled_at: Mapped[datetime | None]

    @property
    def amount(self) -> Money:
        return Money(self.amount_minor, self.currency)


class PaymentListFile(Row, Base):
    """What a bank said of a list, each file once."""

    __tablename__ = "payment_list_files"
    __table_args__ = (UniqueConstraint("list_id", "digest"),)

    list_id: Mapped[UUID] = mapped_column(ForeignKey("payment_lists.id"))
    digest: Mapped[bytes]
    brought_by: Mapped[UUID]
