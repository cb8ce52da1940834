"""bills."""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

revision: str = "0004"
down_revision: str | None = "0003"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None


def _row() -> tuple[sa.Column[object], ...]:
    return (
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
    )


def upgrade() -> None:
    op.create_table(
        "billing_sources",
        *_row(),
        sa.Column("provider_slug", sa.String(), nullable=False),
        sa.Column("url", sa.String(), nullable=False),
        sa.Column("secret_sealed", sa.LargeBinary(), nullable=False),
        sa.Column("earlier_secret_sealed", sa.LargeBinary(), nullable=True),
        sa.Column("earlier_until", sa.DateTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("id", name="pk_billing_sources"),
        sa.UniqueConstraint("provider_slug", name="uq_billing_sources_provider_slug"),
    )
    op.create_table(
        "bill_lookups",
        *_row(),
        sa.Column("person_id", sa.Uuid(), nullable=False),
        sa.Column("provider_slug", sa.String(), nullable=False),
        sa.Column("told_sealed", sa.LargeBinary(), nullable=False),
        sa.Column("subject_id", sa.Uuid(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_bill_lookups"),
    )
    op.create_index(
        "ix_bill_lookups_person_id_created_at", "bill_lookups", ["person_id", "created_at"]
    )
    op.create_index("ix_bill_lookups_subject_id", "bill_lookups", ["subject_id"])
    _bills()


def _bills() -> None:
    op.create_table(
        "bills",
        *_row(),
        sa.Column("person_id", sa.Uuid(), nullable=False),
        sa.Column("provider_slug", sa.String(), nullable=False),
        sa.Column("number_key", sa.LargeBinary(), nullable=False),
        sa.Column("told_sealed", sa.LargeBinary(), nullable=False),
        sa.Column("minor", sa.BigInteger(), nullable=False),
        sa.Column("currency", sa.String(), nullable=False),
        sa.Column("due_on", sa.Date(), nullable=True),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("held_until", sa.DateTime(timezone=True), nullable=False),
        sa.Column("payment_id", sa.Uuid(), nullable=True),
        sa.Column("paid_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("subject_id", sa.Uuid(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_bills"),
    )
    op.create_index("ix_bills_person_id_id", "bills", ["person_id", "id"])
    op.create_index("ix_bills_subject_id", "bills", ["subject_id"])
    op.create_index(
        "uq_bills_provider_slug_number_key",
        "bills",
        ["provider_slug", "number_key"],
        unique=True,
        postgresql_where="state <> 'released'",
    )


def downgrade() -> None:
    op.drop_table("bills")
    op.drop_table("bill_lookups")
    op.drop_table("billing_sources")
