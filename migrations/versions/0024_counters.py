"""Counters: challans, what cashiers enter, bank files; and lists of money that is sent out."""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision: str = "0024"
down_revision: str | None = "0023"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None


def upgrade() -> None:
    op.execute("ALTER TYPE role ADD VALUE IF NOT EXISTS 'CASHIER'")
    op.add_column("payment_attempts", sa.Column("printed", postgresql.JSONB(none_as_null=True)))
    _challans()
    _entries()
    _returns()
    _files()
    _lists()


def _challans() -> None:
    op.create_table(
        "counter_challans",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("reference", sa.String(), nullable=False),
        sa.Column("number", sa.String(), nullable=False),
        sa.Column("payees", postgresql.JSONB(), nullable=False),
        sa.Column("amount_minor", sa.BigInteger(), nullable=False),
        sa.Column("currency", sa.String(), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("taken_minor", sa.BigInteger()),
        sa.Column("returned_minor", sa.BigInteger(), nullable=False),
        sa.Column("settled_at", sa.DateTime(timezone=True)),
        sa.CheckConstraint("amount_minor > 0", name=op.f("ck_counter_challans_something")),
        sa.CheckConstraint(
            "(state = 'paid') = (taken_minor IS NOT NULL)",
            name=op.f("ck_counter_challans_paid_by_money"),
        ),
        sa.CheckConstraint(
            "returned_minor BETWEEN 0 AND coalesce(taken_minor, 0)",
            name=op.f("ck_counter_challans_no_more_back_than_came"),
        ),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("reference"),
        sa.UniqueConstraint("number"),
    )


def _entries() -> None:
    op.create_table(
        "counter_entries",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("challan_id", sa.Uuid(), sa.ForeignKey("counter_challans.id"), nullable=False),
        sa.Column("counter", sa.String(), nullable=False),
        sa.Column("amount_minor", sa.BigInteger(), nullable=False),
        sa.Column("currency", sa.String(), nullable=False),
        sa.Column("number", sa.String(), nullable=False),
        sa.Column("paid_on", sa.Date(), nullable=False),
        sa.Column("entered_by", sa.Uuid(), nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("decided_by", sa.Uuid()),
        sa.Column("decided_at", sa.DateTime(timezone=True)),
        sa.CheckConstraint("amount_minor > 0", name=op.f("ck_counter_entries_something")),
        sa.CheckConstraint(
            "state <> 'confirmed' OR decided_by <> entered_by",
            name=op.f("ck_counter_entries_four_eyes"),
        ),
        sa.CheckConstraint(
            "(state = 'entered') = (decided_by IS NULL)",
            name=op.f("ck_counter_entries_decided_by_somebody"),
        ),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index(op.f("ix_counter_entries_challan_id"), "counter_entries", ["challan_id"])
    counts = sa.text("state <> 'struck'")
    for name, columns in (("that_counts", ["challan_id"]), ("receipt", ["counter", "number"])):
        op.create_index(
            f"uq_counter_entries_one_{name}",
            "counter_entries",
            columns,
            unique=True,
            postgresql_where=counts,
        )
    op.create_index(
        "ix_counter_entries_waiting",
        "counter_entries",
        ["id"],
        postgresql_where=sa.text("state = 'entered'"),
    )


def _returns() -> None:
    op.create_table(
        "counter_returns",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("key", sa.Uuid(), nullable=False),
        sa.Column("challan_id", sa.Uuid(), sa.ForeignKey("counter_challans.id"), nullable=False),
        sa.Column("amount_minor", sa.BigInteger(), nullable=False),
        sa.Column("currency", sa.String(), nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("number", sa.String()),
        sa.CheckConstraint("amount_minor > 0", name=op.f("ck_counter_returns_something")),
        sa.CheckConstraint(
            "(state = 'done') = (number IS NOT NULL)",
            name=op.f("ck_counter_returns_done_by_number"),
        ),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("key"),
    )
    op.create_index(op.f("ix_counter_returns_challan_id"), "counter_returns", ["challan_id"])


def _files() -> None:
    op.create_table(
        "counter_files",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("digest", sa.LargeBinary(), nullable=False),
        sa.Column("lines", sa.Integer(), nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("brought_by", sa.Uuid(), nullable=False),
        sa.Column("decided_by", sa.Uuid()),
        sa.Column("decided_at", sa.DateTime(timezone=True)),
        sa.CheckConstraint(
            "state <> 'released' OR decided_by <> brought_by",
            name=op.f("ck_counter_files_four_eyes"),
        ),
        sa.CheckConstraint(
            "(state = 'read') = (decided_by IS NULL)",
            name=op.f("ck_counter_files_decided_by_somebody"),
        ),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("digest"),
    )
    op.create_table(
        "counter_file_lines",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("file_id", sa.Uuid(), sa.ForeignKey("counter_files.id"), nullable=False),
        sa.Column("place", sa.Integer(), nullable=False),
        sa.Column("challan", sa.String(), nullable=False),
        sa.Column("amount_minor", sa.BigInteger(), nullable=False),
        sa.Column("currency", sa.String(), nullable=False),
        sa.Column("number", sa.String(), nullable=False),
        sa.Column("paid_on", sa.Date(), nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("why", sa.String()),
        sa.CheckConstraint(
            "(why IS NOT NULL) = (state IN ('parked', 'closed'))",
            name=op.f("ck_counter_file_lines_named"),
        ),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("file_id", "place"),
    )
    op.create_index(
        "ix_counter_file_lines_parked",
        "counter_file_lines",
        ["id"],
        postgresql_where=sa.text("state = 'parked'"),
    )
    op.create_index(
        "uq_counter_file_lines_one_that_pays",
        "counter_file_lines",
        ["challan"],
        unique=True,
        postgresql_where=sa.text("state = 'paid'"),
    )


def _lists() -> None:
    op.create_table(
        "payout_accounts",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("subject_id", sa.Uuid(), nullable=False),
        sa.Column("about", sa.Uuid(), nullable=False),
        sa.Column("holder_sealed", sa.LargeBinary()),
        sa.Column("number_sealed", sa.LargeBinary()),
        sa.Column("branch_sealed", sa.LargeBinary()),
        sa.Column("is_over", sa.Boolean(), nullable=False),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index(op.f("ix_payout_accounts_subject_id"), "payout_accounts", ["subject_id"])
    op.create_index(
        "uq_payout_accounts_one_of_each",
        "payout_accounts",
        ["about"],
        unique=True,
        postgresql_where=sa.text("NOT is_over"),
    )
    op.create_table(
        "payment_lists",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("number", sa.String(), nullable=False),
        sa.Column("disburser", sa.String(), nullable=False),
        sa.Column("currency", sa.String(), nullable=False),
        sa.Column("send_on", sa.Date(), nullable=False),
        sa.Column("lines", sa.Integer(), nullable=False),
        sa.Column("total_minor", sa.BigInteger(), nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("prepared_by", sa.Uuid(), nullable=False),
        sa.Column("decided_by", sa.Uuid()),
        sa.Column("decided_at", sa.DateTime(timezone=True)),
        sa.CheckConstraint(
            "lines > 0 AND total_minor > 0", name=op.f("ck_payment_lists_something")
        ),
        sa.CheckConstraint(
            "state <> 'approved' OR decided_by <> prepared_by",
            name=op.f("ck_payment_lists_four_eyes"),
        ),
        sa.CheckConstraint(
            "(state = 'prepared') = (decided_by IS NULL)",
            name=op.f("ck_payment_lists_decided_by_somebody"),
        ),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("number"),
    )
    _list_lines()


def _list_lines() -> None:
    op.create_table(
        "payment_list_lines",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("list_id", sa.Uuid(), sa.ForeignKey("payment_lists.id"), nullable=False),
        sa.Column("place", sa.Integer(), nullable=False),
        sa.Column("number", sa.String(), nullable=False),
        sa.Column("about", sa.Uuid(), nullable=False),
        sa.Column("account_id", sa.Uuid(), sa.ForeignKey("payout_accounts.id"), nullable=False),
        sa.Column("amount_minor", sa.BigInteger(), nullable=False),
        sa.Column("currency", sa.String(), nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("code", sa.String()),
        sa.Column("settled_at", sa.DateTime(timezone=True)),
        sa.CheckConstraint("amount_minor > 0", name=op.f("ck_payment_list_lines_something")),
        sa.CheckConstraint(
            "(state = 'waiting') = (settled_at IS NULL)",
            name=op.f("ck_payment_list_lines_settled_or_waiting"),
        ),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("list_id", "place"),
        sa.UniqueConstraint("number"),
    )
    op.create_index(
        "uq_payment_list_lines_sent_once",
        "payment_list_lines",
        ["about"],
        unique=True,
        postgresql_where=sa.text("state IN ('waiting', 'sent')"),
    )
    op.create_table(
        "payment_list_files",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("list_id", sa.Uuid(), sa.ForeignKey("payment_lists.id"), nullable=False),
        sa.Column("digest", sa.LargeBinary(), nullable=False),
        sa.Column("brought_by", sa.Uuid(), nullable=False),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("list_id", "digest"),
    )


def downgrade() -> None:
    for table in ("payment_list_files", "payment_list_lines", "payment_lists", "payout_accounts"):
        op.drop_table(table)
    op.execute("DROP FUNCTION list_is_its_lines()")
    for table in ("counter_file_lines", "counter_files"):
        op.drop_table(table)
    for table in ("counter_returns", "counter_entries", "counter_challans"):
        op.drop_table(table)
    op.drop_column("payment_attempts", "printed")
