"""fees and renewals of applications."""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

revision: str = "0002"
down_revision: str | None = "0001"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None


def upgrade() -> None:
    op.alter_column("applications", "fee_minor", type_=sa.BigInteger())
    op.add_column("applications", sa.Column("paid_at", sa.DateTime(timezone=True), nullable=True))
    op.add_column(
        "applications", sa.Column("submitted_at", sa.DateTime(timezone=True), nullable=True)
    )
    op.add_column("applications", sa.Column("judged_sealed", sa.LargeBinary(), nullable=True))
    op.add_column("applications", sa.Column("good_until", sa.Date(), nullable=True))
    op.add_column("applications", sa.Column("remind_on", sa.Date(), nullable=True))
    # Whatever was sent until now went to its provider at once.
    op.execute("UPDATE applications SET submitted_at = created_at")
    op.create_index(
        "ix_applications_reminders",
        "applications",
        ["remind_on"],
        unique=False,
        postgresql_where="remind_on IS NOT NULL",
    )
    op.create_index(
        "ix_applications_unpaid",
        "applications",
        ["created_at"],
        unique=False,
        postgresql_where="state = 'awaiting_payment' AND submitted_at IS NULL",
    )


def downgrade() -> None:
    op.drop_index(
        "ix_applications_unpaid",
        table_name="applications",
        postgresql_where="state = 'awaiting_payment' AND submitted_at IS NULL",
    )
    op.drop_index(
        "ix_applications_reminders",
        table_name="applications",
        postgresql_where="remind_on IS NOT NULL",
    )
    op.drop_column("applications", "remind_on")
    op.drop_column("applications", "good_until")
    op.drop_column("applications", "judged_sealed")
    op.drop_column("applications", "submitted_at")
    op.drop_column("applications", "paid_at")
    op.alter_column("applications", "fee_minor", type_=sa.Integer())
