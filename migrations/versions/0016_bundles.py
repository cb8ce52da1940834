"""Several applications are sent together, from one set of answers."""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision: str = "0016"
down_revision: str | None = "0015"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None


def upgrade() -> None:
    op.create_table(
        "bundles",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("draft_id", sa.Uuid(), nullable=False),
        sa.Column("person_id", sa.Uuid(), nullable=False),
        sa.Column("life_event", sa.String(), nullable=False),
        sa.Column("title", postgresql.JSONB(), nullable=False),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("draft_id"),
    )
    op.create_index(op.f("ix_bundles_person_id"), "bundles", ["person_id"])
    op.add_column("applications", sa.Column("bundle_id", sa.Uuid()))
    op.create_foreign_key(None, "applications", "bundles", ["bundle_id"], ["id"])
    op.create_index(
        "ix_applications_bundle_id",
        "applications",
        ["bundle_id"],
        postgresql_where="bundle_id IS NOT NULL",
    )


def downgrade() -> None:
    op.drop_index("ix_applications_bundle_id", table_name="applications")
    op.drop_column("applications", "bundle_id")
    op.drop_table("bundles")
