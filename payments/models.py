"""Payments, the attempts at them, notices, refunds, and the ledger.

What must hold whatever the code does stands here as constraints: one payment for a thing, one
success for a payment, no notice twice, no more back than came, and books that balance.
"""

from datetime import datetime
from uuid import UUID

from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    ForeignKey,
    ForeignKeyConstraint,
    Index,
    UniqueConstraint,
)
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from payments.domain import Line
from portal.kernel.db import Base, Row, append_only, guarded
from portal.kernel.money import Money
from portal.kernel.sealed import EncryptedOrNone, PersonalRow, sealed

BALANCES = """
CREATE OR REPLACE FUNCTION ledger_balances() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
  checked uuid := (to_jsonb(NEW) ->> TG_ARGV[0])::uuid;
  promised integer := (SELECT entries FROM ledger_transactions WHERE id = checked);
BEGIN
  IF (SELECT count(*) FROM ledger_entries WHERE transaction_id = checked)
     IS DISTINCT FROM promised THEN
    RAISE EXCEPTION 'transaction % has not the number of entries that it names', checked
      USING ERRCODE = '23514';
  END IF;
  IF EXISTS (SELECT FROM ledger_entries WHERE transaction_id = checked
             GROUP BY currency HAVING sum(minor) <> 0) THEN
    RAISE EXCEPTION 'the entries of transaction % do not sum to zero', checked
      USING ERRCODE = '23514';
  END IF;
  RETURN NULL;
END $$
"""
# Checked at commit, when all entries are there. A constraint trigger cannot be replaced.
NO_CHECK = "DROP TRIGGER IF EXISTS balances ON {table}"
CHECK = """
CREATE CONSTRAINT TRIGGER balances AFTER INSERT ON {table} DEFERRABLE INITIALLY DEFERRED
FOR EACH ROW EXECUTE FUNCTION ledger_balances('{column}')
"""


SUMS = """
CREATE OR REPLACE FUNCTION attempt_is_its_parts() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
  checked uuid := (to_jsonb(NEW) ->> TG_ARGV[0])::uuid;
BEGIN
  IF EXISTS (
    SELECT FROM payment_attempts a
    LEFT JOIN payment_attempt_parts p ON p.attempt_id = a.id AND p.currency = a.currency
    WHERE a.id = checked GROUP BY a.id
    HAVING coalesce(sum(p.amount_minor), 0) <> a.amount_minor
        OR coalesce(sum(p.captured_minor), 0) <> a.captured_minor
  ) THEN
    RAISE EXCEPTION 'the parts of attempt % do not sum to what it asks for or took', checked
      USING ERRCODE = '23514';
  END IF;
  RETURN NULL;
END $$
"""
NO_SUM = "DROP TRIGGER IF EXISTS sums ON {table}"
SUM = """
CREATE CONSTRAINT TRIGGER sums AFTER INSERT OR UPDATE ON {table} DEFERRABLE INITIALLY DEFERRED
FOR EACH ROW EXECUTE FUNCTION attempt_is_its_parts('{column}')
"""


# Whoever posts holds this lock in share mode until commit, whoever closes holds it alone: all that
# was booked before a closing is there to be summed, and nothing comes after it.
IS_OPEN = """
CREATE OR REPLACE FUNCTION ledger_is_open() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  PERFORM pg_advisory_xact_lock_shared(5207701);
  IF NEW.created_at < (SELECT max(until) FROM ledger_closings) THEN
    RAISE EXCEPTION 'the books are closed for the time of transaction %', NEW.id
      USING ERRCODE = '23514';
  END IF;
  RETURN NEW;
END $$
"""
ONLY_OPEN = """
CREATE OR REPLACE TRIGGER is_open BEFORE INSERT ON ledger_transactions
FOR EACH ROW EXECUTE FUNCTION ledger_is_open()
"""
# An entry is of the moment of its transaction, so that both stand on one side of every closing.
SAME_MOMENT = """
CREATE OR REPLACE FUNCTION ledger_same_moment() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  NEW.created_at := (SELECT created_at FROM ledger_transactions WHERE id = NEW.transaction_id);
  RETURN NEW;
END $$
"""
OF_ITS_MOMENT = """
CREATE OR REPLACE TRIGGER same_moment BEFORE INSERT ON ledger_entries
FOR EACH ROW EXECUTE FUNCTION ledger_same_moment()
"""


def balanced(table: str, column: str) -> tuple[str, ...]:
    names = {"table": table, "column": column}
    return BALANCES, NO_CHECK.format(**names), CHECK.format(**names)


def summed(table: str, column: str) -> tuple[str, ...]:
    names = {"table": table, "column": column}
    return SUMS, NO_SUM.format(**names), SUM.format(**names)


class Payment(PersonalRow, Base):
    """What somebody owes, or has paid. Its words are those of a published service or bill.

    Why an amount is what it is may tell of a person, so `lines` are sealed.
    """

    __tablename__ = "payments"
    __table_args__ = (
        UniqueConstraint("purpose", "about"),
        UniqueConstraint("provider", "receipt_number"),
        CheckConstraint("amount_minor > 0", name="something"),
        CheckConstraint("(paid_at IS NULL) = (state IN ('due', 'cancelled'))", name="paid_once"),
    )

    reference: Mapped[str] = mapped_column(unique=True)
    purpose: Mapped[str]
    about: Mapped[UUID]
    person_id: Mapped[UUID] = mapped_column(index=True)
    provider: Mapped[str]
    payee: Mapped[dict[str, str]] = mapped_column(JSONB)
    title: Mapped[dict[str, str]] = mapped_column(JSONB)
    amount_minor: Mapped[int] = mapped_column(BigInteger)
    currency: Mapped[str]
    lines_sealed: Mapped[bytes | None] = sealed("personal", nullable=True)
    lines = EncryptedOrNone(tuple[Line, ...], "lines_sealed")
    back: Mapped[str]
    state: Mapped[str]
    paid_at: Mapped[datetime | None]
    receipt_number: Mapped[str | None]

    @property
    def amount(self) -> Money:
        return Money(self.amount_minor, self.currency)


@guarded(*summed("payment_attempts", "id"))
class Attempt(Row, Base):
    """One order at one gateway, for one payment or several. `captured` is what came of it.

    `fee` is what the company kept of that, once it has said so. `printed` says how to pay, by
    language, where a person pays with a paper.
    """

    __tablename__ = "payment_attempts"
    __table_args__ = (
        UniqueConstraint("gateway", "gateway_reference"),
        CheckConstraint("amount_minor > 0", name="something"),
        Index(
            "ix_payment_attempts_open",
            "ask_at",
            postgresql_where="state IN ('created', 'started', 'pending', 'authorised')",
        ),
        Index(
            "ix_payment_attempts_given_up",
            "expires_at",
            postgresql_where="state IN ('cancelled', 'expired') AND captured_minor = 0",
        ),
    )

    reference: Mapped[str] = mapped_column(unique=True)
    gateway: Mapped[str]
    gateway_reference: Mapped[str | None]
    language: Mapped[str]
    amount_minor: Mapped[int] = mapped_column(BigInteger)
    currency: Mapped[str]
    state: Mapped[str]
    code: Mapped[str | None]
    expires_at: Mapped[datetime]
    settled_at: Mapped[datetime | None]
    asked: Mapped[int]
    ask_at: Mapped[datetime]
    captured_minor: Mapped[int] = mapped_column(BigInteger)
    fee_minor: Mapped[int | None] = mapped_column(BigInteger)
    printed: Mapped[dict[str, str] | None] = mapped_column(JSONB(none_as_null=True))

    @property
    def amount(self) -> Money:
        return Money(self.amount_minor, self.currency)


@guarded(*summed("payment_attempt_parts", "attempt_id"))
class Part(Row, Base):
    """What an order asks for one payment; `number` counts the tries at that payment.

    `succeeded`: it is this that paid the payment. Money that came and did not is on its way back.
    """

    __tablename__ = "payment_attempt_parts"
    __table_args__ = (
        UniqueConstraint("attempt_id", "payment_id"),
        UniqueConstraint("payment_id", "number"),
        CheckConstraint("amount_minor > 0", name="something"),
        CheckConstraint("captured_minor IN (0, amount_minor)", name="all_or_nothing"),
        CheckConstraint(
            "refunded_minor >= 0 AND disputed_minor >= 0"
            " AND refunded_minor + disputed_minor <= captured_minor",
            name="no_more_back_than_came",
        ),
        CheckConstraint("NOT succeeded OR captured_minor > 0", name="paid_by_money"),
        Index(
            "uq_payment_attempt_parts_one_success",
            "payment_id",
            unique=True,
            postgresql_where="succeeded",
        ),
    )

    attempt_id: Mapped[UUID] = mapped_column(ForeignKey("payment_attempts.id"))
    payment_id: Mapped[UUID] = mapped_column(ForeignKey("payments.id"))
    number: Mapped[int]
    amount_minor: Mapped[int] = mapped_column(BigInteger)
    currency: Mapped[str]
    captured_minor: Mapped[int] = mapped_column(BigInteger)
    refunded_minor: Mapped[int] = mapped_column(BigInteger)
    # What a bank wants back, or got.
    disputed_minor: Mapped[int] = mapped_column(BigInteger, default=0, server_default="0")
    succeeded: Mapped[bool]

    @property
    def amount(self) -> Money:
        return Money(self.amount_minor, self.currency)

    @property
    def left(self) -> Money:
        """What may still be given back."""
        gone = self.refunded_minor + self.disputed_minor
        return Money(self.captured_minor - gone, self.currency)


class ReceivedNotice(Row, Base):
    """What a gateway told us, once for each id of its own; `applied_at` is empty while parked."""

    __tablename__ = "payment_notices"
    __table_args__ = (
        UniqueConstraint("gateway", "notice_id"),
        Index(
            "ix_payment_notices_parked",
            "order_reference",
            postgresql_where="applied_at IS NULL",
        ),
    )

    gateway: Mapped[str]
    notice_id: Mapped[str]
    order_reference: Mapped[str]
    status: Mapped[str]
    amount_minor: Mapped[int | None] = mapped_column(BigInteger)
    currency: Mapped[str | None]
    gateway_reference: Mapped[str | None]
    code: Mapped[str | None]
    applied_at: Mapped[datetime | None]


class Refund(PersonalRow, Base):
    """Money on its way back through the gateway that took it."""

    __tablename__ = "payment_refunds"
    __table_args__ = (CheckConstraint("amount_minor > 0", name="something"),)

    payment_id: Mapped[UUID] = mapped_column(ForeignKey("payments.id"), index=True)
    attempt_id: Mapped[UUID] = mapped_column(ForeignKey("payment_attempts.id"), index=True)
    amount_minor: Mapped[int] = mapped_column(BigInteger)
    currency: Mapped[str]
    reason_sealed: Mapped[bytes | None] = sealed("personal", nullable=True)
    reason = EncryptedOrNone(str, "reason_sealed")
    actor: Mapped[str]
    state: Mapped[str]
    tries: Mapped[int]
    gateway_reference: Mapped[str | None]
    code: Mapped[str | None]
    settled_at: Mapped[datetime | None]

    @property
    def amount(self) -> Money:
        return Money(self.amount_minor, self.currency)


class ReceiptCounter(Row, Base):
    """The last receipt number of a provider in a year: counted in the transaction that uses it."""

    __tablename__ = "receipt_counters"
    __table_args__ = (UniqueConstraint("provider", "year"),)

    provider: Mapped[str]
    year: Mapped[int]
    last: Mapped[int]


@append_only
class LedgerAccount(Row, Base):
    __tablename__ = "ledger_accounts"
    __table_args__ = (
        UniqueConstraint("kind", "owner", "currency"),
        # For the entries' foreign key: an entry has the currency of its account.
        UniqueConstraint("id", "currency"),
    )

    kind: Mapped[str]
    owner: Mapped[str]
    currency: Mapped[str]


@guarded(*balanced("ledger_transactions", "id"), IS_OPEN, ONLY_OPEN)
@append_only
class LedgerTransaction(Row, Base):
    """`source_id` is the attempt, refund or payout that it books; `entries` says how many it has.

    What a company pays out is of no single payment.
    """

    __tablename__ = "ledger_transactions"
    __table_args__ = (
        UniqueConstraint("payment_id", "kind", "source_id", postgresql_nulls_not_distinct=True),
        CheckConstraint("entries >= 2", name="two_sides"),
        Index("ix_ledger_transactions_created_at", "created_at"),
    )

    payment_id: Mapped[UUID | None] = mapped_column(ForeignKey("payments.id"))
    kind: Mapped[str]
    source_id: Mapped[UUID]
    entries: Mapped[int]


@guarded(*balanced("ledger_entries", "transaction_id"), SAME_MOMENT, OF_ITS_MOMENT)
@append_only
class LedgerEntry(Row, Base):
    """A debit is above zero, a credit below."""

    __tablename__ = "ledger_entries"
    __table_args__ = (
        ForeignKeyConstraint(
            ["account_id", "currency"], ["ledger_accounts.id", "ledger_accounts.currency"]
        ),
        CheckConstraint("minor <> 0", name="something"),
        Index(
            "ix_ledger_entries_account_id", "account_id", "created_at", postgresql_include=["minor"]
        ),
    )

    transaction_id: Mapped[UUID] = mapped_column(ForeignKey("ledger_transactions.id"), index=True)
    account_id: Mapped[UUID]
    minor: Mapped[int] = mapped_column(BigInteger)
    currency: Mapped[str]
