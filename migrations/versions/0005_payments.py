"""payments."""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision: str = "0005"
down_revision: str | None = "0004"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None

TABLES = (
    "payments",
    "payment_attempts",
    "payment_notices",
    "payment_refunds",
    "receipt_counters",
    "ledger_accounts",
    "ledger_transactions",
    "ledger_entries",
    "sandbox_orders",
    "sandbox_notices",
    "sandbox_returns",
)


def upgrade() -> None:
    payments()
    ledger()
    sandbox()


def downgrade() -> None:
    for name in reversed(TABLES):
        op.drop_table(name)
    op.execute("DROP FUNCTION ledger_balances()")


def payments() -> None:
    op.create_table(
        "payments",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("reference", sa.String(), nullable=False),
        sa.Column("purpose", sa.String(), nullable=False),
        sa.Column("about", sa.Uuid(), nullable=False),
        sa.Column("person_id", sa.Uuid(), nullable=False),
        sa.Column("provider", sa.String(), nullable=False),
        sa.Column("payee", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("title", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("amount_minor", sa.BigInteger(), nullable=False),
        sa.Column("currency", sa.String(), nullable=False),
        sa.Column("back", sa.String(), nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("paid_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("receipt_number", sa.String(), nullable=True),
        sa.Column("subject_id", sa.Uuid(), nullable=False),
        sa.CheckConstraint(
            "(paid_at IS NULL) = (state IN ('due', 'cancelled'))",
            name=op.f("ck_payments_paid_once"),
        ),
        sa.CheckConstraint("amount_minor > 0", name=op.f("ck_payments_something")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_payments")),
        sa.UniqueConstraint(
            "provider", "receipt_number", name=op.f("uq_payments_provider_receipt_number")
        ),
        sa.UniqueConstraint("purpose", "about", name=op.f("uq_payments_purpose_about")),
        sa.UniqueConstraint("reference", name=op.f("uq_payments_reference")),
    )
    op.create_index(op.f("ix_payments_person_id"), "payments", ["person_id"], unique=False)
    op.create_index(op.f("ix_payments_subject_id"), "payments", ["subject_id"], unique=False)
    op.create_table(
        "payment_attempts",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("payment_id", sa.Uuid(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("reference", sa.String(), nullable=False),
        sa.Column("gateway", sa.String(), nullable=False),
        sa.Column("gateway_reference", sa.String(), nullable=True),
        sa.Column("language", sa.String(), nullable=False),
        sa.Column("amount_minor", sa.BigInteger(), nullable=False),
        sa.Column("currency", sa.String(), nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("code", sa.String(), nullable=True),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("settled_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("asked", sa.Integer(), nullable=False),
        sa.Column("ask_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("captured_minor", sa.BigInteger(), nullable=False),
        sa.Column("refunded_minor", sa.BigInteger(), nullable=False),
        sa.CheckConstraint("amount_minor > 0", name=op.f("ck_payment_attempts_something")),
        sa.CheckConstraint(
            "refunded_minor BETWEEN 0 AND captured_minor",
            name=op.f("ck_payment_attempts_no_more_back_than_came"),
        ),
        sa.ForeignKeyConstraint(
            ["payment_id"], ["payments.id"], name=op.f("fk_payment_attempts_payment_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_payment_attempts")),
        sa.UniqueConstraint(
            "gateway",
            "gateway_reference",
            name=op.f("uq_payment_attempts_gateway_gateway_reference"),
        ),
        sa.UniqueConstraint(
            "payment_id", "number", name=op.f("uq_payment_attempts_payment_id_number")
        ),
        sa.UniqueConstraint("reference", name=op.f("uq_payment_attempts_reference")),
    )
    op.create_index(
        "ix_payment_attempts_open",
        "payment_attempts",
        ["ask_at"],
        unique=False,
        postgresql_where="state IN ('created', 'started', 'pending')",
    )
    op.create_index(
        "ix_payment_attempts_given_up",
        "payment_attempts",
        ["expires_at"],
        unique=False,
        postgresql_where="state IN ('cancelled', 'expired') AND captured_minor = 0",
    )
    op.create_index(
        "uq_payment_attempts_one_success",
        "payment_attempts",
        ["payment_id"],
        unique=True,
        postgresql_where="state = 'succeeded'",
    )
    op.create_table(
        "payment_notices",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("gateway", sa.String(), nullable=False),
        sa.Column("notice_id", sa.String(), nullable=False),
        sa.Column("order_reference", sa.String(), nullable=False),
        sa.Column("status", sa.String(), nullable=False),
        sa.Column("amount_minor", sa.BigInteger(), nullable=True),
        sa.Column("currency", sa.String(), nullable=True),
        sa.Column("gateway_reference", sa.String(), nullable=True),
        sa.Column("code", sa.String(), nullable=True),
        sa.Column("applied_at", sa.DateTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_payment_notices")),
        sa.UniqueConstraint(
            "gateway", "notice_id", name=op.f("uq_payment_notices_gateway_notice_id")
        ),
    )
    op.create_index(
        "ix_payment_notices_parked",
        "payment_notices",
        ["order_reference"],
        unique=False,
        postgresql_where="applied_at IS NULL",
    )
    op.create_table(
        "payment_refunds",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("payment_id", sa.Uuid(), nullable=False),
        sa.Column("attempt_id", sa.Uuid(), nullable=False),
        sa.Column("amount_minor", sa.BigInteger(), nullable=False),
        sa.Column("currency", sa.String(), nullable=False),
        sa.Column("reason_sealed", sa.LargeBinary(), nullable=True),
        sa.Column("actor", sa.String(), nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("tries", sa.Integer(), nullable=False),
        sa.Column("gateway_reference", sa.String(), nullable=True),
        sa.Column("code", sa.String(), nullable=True),
        sa.Column("settled_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("subject_id", sa.Uuid(), nullable=False),
        sa.CheckConstraint("amount_minor > 0", name=op.f("ck_payment_refunds_something")),
        sa.ForeignKeyConstraint(
            ["attempt_id"], ["payment_attempts.id"], name=op.f("fk_payment_refunds_attempt_id")
        ),
        sa.ForeignKeyConstraint(
            ["payment_id"], ["payments.id"], name=op.f("fk_payment_refunds_payment_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_payment_refunds")),
    )
    op.create_index(
        op.f("ix_payment_refunds_attempt_id"), "payment_refunds", ["attempt_id"], unique=False
    )
    op.create_index(
        op.f("ix_payment_refunds_payment_id"), "payment_refunds", ["payment_id"], unique=False
    )
    op.create_index(
        op.f("ix_payment_refunds_subject_id"), "payment_refunds", ["subject_id"], unique=False
    )
    op.create_table(
        "receipt_counters",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("provider", sa.String(), nullable=False),
        sa.Column("year", sa.Integer(), nullable=False),
        sa.Column("last", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_receipt_counters")),
        sa.UniqueConstraint("provider", "year", name=op.f("uq_receipt_counters_provider_year")),
    )


def ledger() -> None:
    op.create_table(
        "ledger_accounts",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("owner", sa.String(), nullable=False),
        sa.Column("currency", sa.String(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_ledger_accounts")),
        sa.UniqueConstraint("id", "currency", name=op.f("uq_ledger_accounts_id_currency")),
        sa.UniqueConstraint(
            "kind", "owner", "currency", name=op.f("uq_ledger_accounts_kind_owner_currency")
        ),
    )
    op.create_table(
        "ledger_transactions",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("payment_id", sa.Uuid(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("source_id", sa.Uuid(), nullable=False),
        sa.Column("entries", sa.Integer(), nullable=False),
        sa.CheckConstraint("entries >= 2", name=op.f("ck_ledger_transactions_two_sides")),
        sa.ForeignKeyConstraint(
            ["payment_id"], ["payments.id"], name=op.f("fk_ledger_transactions_payment_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_ledger_transactions")),
        sa.UniqueConstraint(
            "payment_id",
            "kind",
            "source_id",
            name=op.f("uq_ledger_transactions_payment_id_kind_source_id"),
        ),
    )
    op.create_table(
        "ledger_entries",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("transaction_id", sa.Uuid(), nullable=False),
        sa.Column("account_id", sa.Uuid(), nullable=False),
        sa.Column("minor", sa.BigInteger(), nullable=False),
        sa.Column("currency", sa.String(), nullable=False),
        sa.CheckConstraint("minor <> 0", name=op.f("ck_ledger_entries_something")),
        sa.ForeignKeyConstraint(
            ["account_id", "currency"],
            ["ledger_accounts.id", "ledger_accounts.currency"],
            name=op.f("fk_ledger_entries_account_id_currency"),
        ),
        sa.ForeignKeyConstraint(
            ["transaction_id"],
            ["ledger_transactions.id"],
            name=op.f("fk_ledger_entries_transaction_id"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_ledger_entries")),
    )
    op.create_index("ix_ledger_entries_account_id", "ledger_entries", ["account_id"], unique=False)
    op.create_index(
        op.f("ix_ledger_entries_transaction_id"), "ledger_entries", ["transaction_id"], unique=False
    )


def sandbox() -> None:
    op.create_table(
        "sandbox_orders",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("reference", sa.String(), nullable=False),
        sa.Column("number", sa.String(), nullable=False),
        sa.Column("page_hash", sa.LargeBinary(), nullable=False),
        sa.Column("title", sa.String(), nullable=False),
        sa.Column("amount_minor", sa.BigInteger(), nullable=False),
        sa.Column("currency", sa.String(), nullable=False),
        sa.Column("returned_minor", sa.BigInteger(), nullable=False),
        sa.Column("return_url", sa.String(), nullable=False),
        sa.Column("notice_url", sa.String(), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.CheckConstraint(
            "returned_minor BETWEEN 0 AND amount_minor",
            name=op.f("ck_sandbox_orders_no_more_back_than_came"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_sandbox_orders")),
        sa.UniqueConstraint("number", name=op.f("uq_sandbox_orders_number")),
        sa.UniqueConstraint("page_hash", name=op.f("uq_sandbox_orders_page_hash")),
        sa.UniqueConstraint("reference", name=op.f("uq_sandbox_orders_reference")),
    )
    op.create_table(
        "sandbox_notices",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("order_id", sa.Uuid(), nullable=False),
        sa.Column("body", sa.String(), nullable=False),
        sa.Column("tries", sa.Integer(), nullable=False),
        sa.Column("taken_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["order_id"], ["sandbox_orders.id"], name=op.f("fk_sandbox_notices_order_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_sandbox_notices")),
    )
    op.create_index(
        op.f("ix_sandbox_notices_order_id"), "sandbox_notices", ["order_id"], unique=False
    )
    op.create_table(
        "sandbox_returns",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("key", sa.String(), nullable=False),
        sa.Column("order_id", sa.Uuid(), nullable=False),
        sa.Column("number", sa.String(), nullable=False),
        sa.Column("amount_minor", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(
            ["order_id"], ["sandbox_orders.id"], name=op.f("fk_sandbox_returns_order_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_sandbox_returns")),
        sa.UniqueConstraint("key", name=op.f("uq_sandbox_returns_key")),
    )
    op.create_index(
        op.f("ix_sandbox_returns_order_id"), "sandbox_returns", ["order_id"], unique=False
    )
