"""The books close: standings of accounts, months; and what gateways say is compared and kept."""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

revision: str = "0023"
down_revision: str | None = "0022"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None

ONE_MOMENT = """
UPDATE ledger_entries SET created_at = ledger_transactions.created_at
FROM ledger_transactions WHERE ledger_transactions.id = ledger_entries.transaction_id
"""
ONCE = "uq_ledger_transactions_payment_id_kind_source_id"
COLUMNS = ["payment_id", "kind", "source_id"]


def upgrade() -> None:
    op.alter_column("ledger_transactions", "payment_id", nullable=True)
    op.drop_constraint(op.f(ONCE), "ledger_transactions")
    op.create_unique_constraint(
        op.f(ONCE), "ledger_transactions", COLUMNS, postgresql_nulls_not_distinct=True
    )
    op.execute("ALTER TABLE ledger_entries DISABLE TRIGGER USER")
    op.execute(ONE_MOMENT)
    op.execute("ALTER TABLE ledger_entries ENABLE TRIGGER USER")
    op.drop_index("ix_ledger_entries_account_id", "ledger_entries")
    op.create_index(
        "ix_ledger_entries_account_id",
        "ledger_entries",
        ["account_id", "created_at"],
        postgresql_include=["minor"],
    )
    op.create_index("ix_ledger_transactions_created_at", "ledger_transactions", ["created_at"])
    _closings()
    _reconciling()


def _closings() -> None:
    op.create_table(
        "ledger_closings",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("until", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("until"),
    )
    op.create_table(
        "ledger_standings",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("closing_id", sa.Uuid(), sa.ForeignKey("ledger_closings.id"), nullable=False),
        sa.Column("account_id", sa.Uuid(), sa.ForeignKey("ledger_accounts.id"), nullable=False),
        sa.Column("until", sa.DateTime(timezone=True), nullable=False),
        sa.Column("minor", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("account_id", "until"),
    )
    op.create_index(op.f("ix_ledger_standings_closing_id"), "ledger_standings", ["closing_id"])
    op.create_table(
        "ledger_months",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("month", sa.Date(), nullable=False),
        sa.Column("closed_by", sa.Uuid(), nullable=False),
        sa.Column("left_open", sa.Integer(), nullable=False),
        sa.CheckConstraint("extract(day FROM month) = 1", name=op.f("ck_ledger_months_first_day")),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("month"),
    )


def _reconciling() -> None:
    op.create_table(
        "reconciliation_runs",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("gateway", sa.String(), nullable=False),
        sa.Column("source", sa.String(), nullable=False),
        sa.Column("since", sa.DateTime(timezone=True), nullable=False),
        sa.Column("until", sa.DateTime(timezone=True), nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("lines", sa.Integer(), nullable=False),
        sa.Column("applied", sa.Integer(), nullable=False),
        sa.Column("ended_at", sa.DateTime(timezone=True)),
        sa.Column("file_hash", sa.LargeBinary()),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("gateway", "file_hash"),
    )
    op.create_index(op.f("ix_reconciliation_runs_gateway"), "reconciliation_runs", ["gateway"])
    op.create_table(
        "reconciliation_lines",
        sa.Column("run_id", sa.Uuid(), sa.ForeignKey("reconciliation_runs.id"), nullable=False),
        sa.Column("number", sa.BigInteger(), nullable=False),
        sa.Column("order_reference", sa.String(), nullable=False),
        sa.Column("gateway_reference", sa.String()),
        sa.Column("status", sa.String(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("amount_minor", sa.BigInteger()),
        sa.Column("currency", sa.String()),
        sa.Column("refunded_minor", sa.BigInteger()),
        sa.PrimaryKeyConstraint("run_id", "number"),
    )
    op.create_table(
        "reconciliation_differences",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("gateway", sa.String(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("order_reference", sa.String(), nullable=False),
        sa.Column("run_id", sa.Uuid(), sa.ForeignKey("reconciliation_runs.id")),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("seen_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ours_minor", sa.BigInteger()),
        sa.Column("theirs_minor", sa.BigInteger()),
        sa.Column("currency", sa.String()),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("settled_at", sa.DateTime(timezone=True)),
        sa.CheckConstraint(
            "(state = 'open') = (settled_at IS NULL)",
            name=op.f("ck_reconciliation_differences_settled_or_open"),
        ),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("gateway", "kind", "order_reference"),
    )
    op.create_index(
        "ix_reconciliation_differences_open",
        "reconciliation_differences",
        ["id"],
        postgresql_where=sa.text("state = 'open'"),
    )
    op.create_table(
        "reconciliation_notes",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("subject_id", sa.Uuid(), nullable=False),
        sa.Column(
            "difference_id",
            sa.Uuid(),
            sa.ForeignKey("reconciliation_differences.id"),
            nullable=False,
        ),
        sa.Column("text_sealed", sa.LargeBinary()),
        sa.PrimaryKeyConstraint("id"),
    )
    for column in ("subject_id", "difference_id"):
        op.create_index(op.f(f"ix_reconciliation_notes_{column}"), "reconciliation_notes", [column])


def downgrade() -> None:
    for table in ("notes", "differences", "lines", "runs"):
        op.drop_table(f"reconciliation_{table}")
    op.drop_table("ledger_months")
    op.drop_table("ledger_standings")
    op.drop_table("ledger_closings")
    op.execute("DROP TRIGGER is_open ON ledger_transactions")
    op.execute("DROP FUNCTION ledger_is_open()")
    op.execute("DROP TRIGGER same_moment ON ledger_entries")
    op.execute("DROP FUNCTION ledger_same_moment()")
    op.execute("DROP FUNCTION ledger_closes()")
    op.drop_index("ix_ledger_transactions_created_at", "ledger_transactions")
    op.drop_index("ix_ledger_entries_account_id", "ledger_entries")
    op.create_index("ix_ledger_entries_account_id", "ledger_entries", ["account_id"])
    op.drop_constraint(op.f(ONCE), "ledger_transactions")
    op.create_unique_constraint(op.f(ONCE), "ledger_transactions", COLUMNS)
    op.alter_column("ledger_transactions", "payment_id", nullable=False)
