"""Periods of the ledger: each entry is in one, and what a closed one came to stands."""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

revision: str = "0023"
down_revision: str | None = "0022"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None

OF_ACCOUNTS = "ix_ledger_entries_account_id"


def upgrade() -> None:
    # What was booked before periods were closed is all in the first one.
    op.add_column(
        "ledger_entries", sa.Column("period", sa.Integer(), nullable=False, server_default="1")
    )
    op.alter_column("ledger_entries", "period", server_default="0")
    op.drop_index(OF_ACCOUNTS, "ledger_entries")
    op.create_index(OF_ACCOUNTS, "ledger_entries", ["account_id", "period"])
    op.create_index("ix_ledger_entries_period", "ledger_entries", ["period"])
    op.create_table(
        "ledger_closings",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False, server_default="0"),
        sa.Column("actor", sa.String(), nullable=False),
        sa.CheckConstraint("number > 0", name=op.f("ck_ledger_closings_counted_from_one")),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("number"),
    )
    op.create_table(
        "ledger_standings",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("account_id", sa.Uuid(), sa.ForeignKey("ledger_accounts.id"), nullable=False),
        sa.Column("closing", sa.Integer(), sa.ForeignKey("ledger_closings.number"), nullable=False),
        sa.Column("minor", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("account_id", "closing"),
    )
    op.create_index(op.f("ix_ledger_standings_closing"), "ledger_standings", ["closing"])


def downgrade() -> None:
    op.drop_table("ledger_standings")
    op.drop_table("ledger_closings")
    op.execute("DROP TRIGGER IF EXISTS in_period ON ledger_entries")
    for function in ("ledger_period", "ledger_closing_is_next", "ledger_standings_are_right"):
        op.execute(f"DROP FUNCTION IF EXISTS {function}()")
    op.drop_index("ix_ledger_entries_period", "ledger_entries")
    op.drop_index(OF_ACCOUNTS, "ledger_entries")
    op.create_index(OF_ACCOUNTS, "ledger_entries", ["account_id"])
    op.drop_column("ledger_entries", "period")
