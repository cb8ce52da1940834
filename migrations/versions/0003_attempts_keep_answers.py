"""attempts keep answers."""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision: str = "0003"
down_revision: str | None = "0002"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None

# Constraints are called after the column; before PostgreSQL 18 that it is not null was none.
RENAMED = """
DO $$ DECLARE was text; BEGIN
  FOR was IN SELECT conname FROM pg_constraint
    WHERE conrelid = 'deliveries'::regclass AND conname LIKE '%deliveries_{was}_%'
  LOOP
    EXECUTE format('ALTER TABLE deliveries RENAME CONSTRAINT %I TO %I',
                   was, replace(was, '{was}', '{now}'));
  END LOOP;
END $$
"""
# What was tried until now did not note where it went.
KNOWN = (
    "UPDATE delivery_attempts SET provider_slug = deliveries.provider_slug, url = '', sent = '{}'"
    " FROM deliveries WHERE deliveries.id = delivery_id"
)
OF_TRIES = {
    "ix_delivery_attempts_arrived": "error IS NULL",
    "ix_delivery_attempts_failed": "error IS NOT NULL",
}


def upgrade() -> None:
    op.alter_column("deliveries", "application_id", new_column_name="about_id")
    op.execute(RENAMED.format(was="application_id", now="about_id"))
    op.add_column(
        "deliveries",
        sa.Column("kept_back", sa.Boolean(), server_default=sa.false(), nullable=False),
    )
    op.drop_index("ix_deliveries_provider_slug_id", table_name="deliveries")
    op.create_index("ix_deliveries_provider_slug_id", "deliveries", ["provider_slug", "id", "type"])
    op.create_index("ix_deliveries_reference", "deliveries", ["provider_slug", "reference", "id"])
    op.create_index(
        "ix_deliveries_open",
        "deliveries",
        ["provider_slug", "state", "id"],
        postgresql_where="state <> 'delivered'",
    )
    _keep_more_of_tries()


def _keep_more_of_tries() -> None:
    op.add_column("delivery_attempts", sa.Column("provider_slug", sa.String(), nullable=True))
    op.add_column("delivery_attempts", sa.Column("url", sa.String(), nullable=True))
    op.add_column("delivery_attempts", sa.Column("sent", postgresql.JSONB(), nullable=True))
    op.add_column("delivery_attempts", sa.Column("detail", sa.String(), nullable=True))
    op.add_column("delivery_attempts", sa.Column("told_sealed", sa.LargeBinary(), nullable=True))
    op.execute("ALTER TABLE delivery_attempts DISABLE TRIGGER USER")
    op.execute(KNOWN)
    op.execute("ALTER TABLE delivery_attempts ENABLE TRIGGER USER")
    for name in ("provider_slug", "url", "sent"):
        op.alter_column("delivery_attempts", name, nullable=False)
    for name, where in OF_TRIES.items():
        op.create_index(name, "delivery_attempts", ["provider_slug", "at"], postgresql_where=where)


def downgrade() -> None:
    for name in OF_TRIES:
        op.drop_index(name, table_name="delivery_attempts")
    for name in ("told_sealed", "detail", "sent", "url", "provider_slug"):
        op.drop_column("delivery_attempts", name)
    for name in ("ix_deliveries_open", "ix_deliveries_reference", "ix_deliveries_provider_slug_id"):
        op.drop_index(name, table_name="deliveries")
    op.create_index("ix_deliveries_provider_slug_id", "deliveries", ["provider_slug", "id"])
    op.drop_column("deliveries", "kept_back")
    op.execute(RENAMED.format(was="about_id", now="application_id"))
    op.alter_column("deliveries", "about_id", new_column_name="application_id")
