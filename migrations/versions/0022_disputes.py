"""Disputes, and orders whose money is authorised before it is captured."""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

revision: str = "0022"
down_revision: str | None = "0021"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None

NO_MORE = "ck_payment_attempt_parts_no_more_back_than_came"
OPEN = "ix_payment_attempts_open"


def upgrade() -> None:
    op.add_column(
        "payment_attempt_parts",
        sa.Column("disputed_minor", sa.BigInteger(), nullable=False, server_default="0"),
    )
    _bound(
        "refunded_minor >= 0 AND disputed_minor >= 0"
        " AND refunded_minor + disputed_minor <= captured_minor"
    )
    _open_in("created", "started", "pending", "authorised")
    op.create_table(
        "payment_disputes",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("gateway", sa.String(), nullable=False),
        sa.Column("number", sa.String(), nullable=False),
        sa.Column("attempt_id", sa.Uuid(), sa.ForeignKey("payment_attempts.id"), nullable=False),
        sa.Column("amount_minor", sa.BigInteger(), nullable=False),
        sa.Column("beyond_minor", sa.BigInteger(), nullable=False),
        sa.Column("currency", sa.String(), nullable=False),
        sa.Column("reason", sa.String()),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("answer_by", sa.DateTime(timezone=True)),
        sa.Column("ended_at", sa.DateTime(timezone=True)),
        sa.CheckConstraint(
            "amount_minor > 0 AND beyond_minor >= 0", name=op.f("ck_payment_disputes_something")
        ),
        sa.CheckConstraint(
            "(state = 'open') = (ended_at IS NULL)", name=op.f("ck_payment_disputes_ends_once")
        ),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("gateway", "number"),
    )
    op.create_index(op.f("ix_payment_disputes_attempt_id"), "payment_disputes", ["attempt_id"])
    op.create_table(
        "payment_dispute_parts",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("dispute_id", sa.Uuid(), sa.ForeignKey("payment_disputes.id"), nullable=False),
        sa.Column("payment_id", sa.Uuid(), sa.ForeignKey("payments.id"), nullable=False),
        sa.Column("amount_minor", sa.BigInteger(), nullable=False),
        sa.CheckConstraint(
            "amount_minor >= 0", name=op.f("ck_payment_dispute_parts_no_less_than_nothing")
        ),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("dispute_id", "payment_id"),
    )
    name = op.f("ix_payment_dispute_parts_payment_id")
    op.create_index(name, "payment_dispute_parts", ["payment_id"])


def downgrade() -> None:
    op.drop_table("payment_dispute_parts")
    op.drop_table("payment_disputes")
    _open_in("created", "started", "pending")
    _bound("refunded_minor BETWEEN 0 AND captured_minor")
    op.drop_column("payment_attempt_parts", "disputed_minor")


def _bound(rule: str) -> None:
    op.drop_constraint(op.f(NO_MORE), "payment_attempt_parts", type_="check")
    op.create_check_constraint(op.f(NO_MORE), "payment_attempt_parts", rule)


def _open_in(*states: str) -> None:
    op.drop_index(OPEN, "payment_attempts")
    named = ", ".join(f"'{state}'" for state in states)
    where = sa.text(f"state IN ({named})")
    op.create_index(OPEN, "payment_attempts", ["ask_at"], postgresql_where=where)
