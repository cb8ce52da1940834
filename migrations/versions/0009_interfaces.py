"""Providers' own interfaces: asked for more than bills, while forms are filled in too."""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

revision: str = "0009"
down_revision: str | None = "0008"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None

# Constraints carry the name of their table.
RENAME_CONSTRAINTS = """
DO $$
DECLARE one record;
BEGIN
  FOR one IN SELECT conname FROM pg_constraint WHERE conrelid = '{new}'::regclass LOOP
    EXECUTE format(
      'ALTER TABLE {new} RENAME CONSTRAINT %I TO %I', one.conname,
      replace(one.conname, '{old}', '{new}')
    );
  END LOOP;
END
$$
"""


def upgrade() -> None:
    _rename("billing_sources", "provider_interfaces")
    op.create_table(
        "fee_quotes",
        sa.Column("draft_id", sa.Uuid(), nullable=False),
        sa.Column("saved_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("quoted_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("minor", sa.BigInteger(), nullable=False),
        sa.Column("currency", sa.String(), nullable=False),
        sa.PrimaryKeyConstraint("draft_id", name=op.f("pk_fee_quotes")),
    )
    op.create_table(
        "lookups_made",
        sa.Column("person_id", sa.Uuid(), nullable=False),
        sa.Column("provider_slug", sa.String(), nullable=False),
        sa.Column("began", sa.DateTime(timezone=True), nullable=False),
        sa.Column("count", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("person_id", "provider_slug", name=op.f("pk_lookups_made")),
    )
    op.create_index(op.f("ix_lookups_made_began"), "lookups_made", ["began"])
    op.add_column(
        "deliveries",
        sa.Column("unshaped", sa.Boolean(), server_default=sa.text("false"), nullable=False),
    )
    op.create_index(
        "ix_deliveries_unshaped", "deliveries", ["created_at"], postgresql_where="unshaped"
    )


def downgrade() -> None:
    op.drop_index("ix_deliveries_unshaped", table_name="deliveries")
    op.drop_column("deliveries", "unshaped")
    op.drop_table("lookups_made")
    op.drop_table("fee_quotes")
    _rename("provider_interfaces", "billing_sources")


def _rename(old: str, new: str) -> None:
    op.rename_table(old, new)
    op.execute(sa.text(RENAME_CONSTRAINTS.format(old=old, new=new)))
