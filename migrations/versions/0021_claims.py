"""Refunds that a second person decides on, and claims about payments."""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

revision: str = "0021"
down_revision: str | None = "0020"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None


def upgrade() -> None:
    op.execute("ALTER TYPE role ADD VALUE IF NOT EXISTS 'FINANCE'")
    op.create_table(
        "payment_refund_proposals",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("subject_id", sa.Uuid(), nullable=False),
        sa.Column("payment_id", sa.Uuid(), sa.ForeignKey("payments.id"), nullable=False),
        sa.Column("amount_minor", sa.BigInteger(), nullable=False),
        sa.Column("currency", sa.String(), nullable=False),
        sa.Column("reason_sealed", sa.LargeBinary()),
        sa.Column("proposed_by", sa.Uuid()),
        sa.Column("is_alone", sa.Boolean(), nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("decided_by", sa.Uuid()),
        sa.Column("decided_at", sa.DateTime(timezone=True)),
        sa.Column("refund_id", sa.Uuid(), sa.ForeignKey("payment_refunds.id")),
        sa.CheckConstraint("amount_minor > 0", name=op.f("ck_payment_refund_proposals_something")),
        sa.CheckConstraint(
            "decided_by <> proposed_by", name=op.f("ck_payment_refund_proposals_four_eyes")
        ),
        sa.CheckConstraint(
            "(state = 'done') = (refund_id IS NOT NULL)",
            name=op.f("ck_payment_refund_proposals_done_by_refund"),
        ),
        sa.CheckConstraint(
            "state <> 'done' OR is_alone OR decided_by IS NOT NULL",
            name=op.f("ck_payment_refund_proposals_decided"),
        ),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("refund_id"),
    )
    for column in ("subject_id", "payment_id"):
        name = f"ix_payment_refund_proposals_{column}"
        op.create_index(op.f(name), "payment_refund_proposals", [column])
    op.create_index(
        "uq_payment_refund_proposals_one_open",
        "payment_refund_proposals",
        ["payment_id"],
        unique=True,
        postgresql_where=sa.text("state = 'open'"),
    )
    _claims()


def _claims() -> None:
    op.create_table(
        "payment_claims",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("subject_id", sa.Uuid(), nullable=False),
        sa.Column("reference", sa.String(), nullable=False),
        sa.Column("payment_id", sa.Uuid(), sa.ForeignKey("payments.id"), nullable=False),
        sa.Column("person_id", sa.Uuid(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("words_sealed", sa.LargeBinary()),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("outcome", sa.String()),
        sa.Column("due_on", sa.Date(), nullable=False),
        sa.Column("answer_by", sa.Date()),
        sa.Column("cannot", sa.Boolean(), nullable=False),
        sa.Column("answer_sealed", sa.LargeBinary()),
        sa.Column("answered_by", sa.Uuid()),
        sa.Column("settled_at", sa.DateTime(timezone=True)),
        sa.Column("contest_sealed", sa.LargeBinary()),
        sa.Column("contested_at", sa.DateTime(timezone=True)),
        sa.Column("contested_from", sa.Uuid()),
        sa.CheckConstraint(
            "(state = 'settled') = (outcome IS NOT NULL)",
            name=op.f("ck_payment_claims_settled_by_outcome"),
        ),
        sa.CheckConstraint(
            "answered_by <> contested_from", name=op.f("ck_payment_claims_another_person")
        ),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("reference"),
    )
    for column in ("subject_id", "payment_id", "person_id"):
        op.create_index(op.f(f"ix_payment_claims_{column}"), "payment_claims", [column])
    is_open = sa.text("state <> 'settled'")
    op.create_index(
        "uq_payment_claims_one_open",
        "payment_claims",
        ["payment_id"],
        unique=True,
        postgresql_where=is_open,
    )
    op.create_index(
        "ix_payment_claims_open", "payment_claims", ["due_on"], postgresql_where=is_open
    )
    op.create_table(
        "payment_claim_steps",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("subject_id", sa.Uuid(), nullable=False),
        sa.Column("claim_id", sa.Uuid(), sa.ForeignKey("payment_claims.id"), nullable=False),
        sa.Column("act", sa.String(), nullable=False),
        sa.Column("actor", sa.String(), nullable=False),
        sa.PrimaryKeyConstraint("id"),
    )
    for column in ("subject_id", "claim_id"):
        op.create_index(op.f(f"ix_payment_claim_steps_{column}"), "payment_claim_steps", [column])


def downgrade() -> None:
    op.drop_table("payment_claim_steps")
    op.drop_table("payment_claims")
    op.drop_table("payment_refund_proposals")
