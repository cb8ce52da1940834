"""Bills that are paid in parts: one part follows another."""

from collections.abc import Sequence
from typing import Any

import sqlalchemy as sa
from alembic import op

revision: str = "0026"
down_revision: str | None = "0025"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None

ONCE = "uq_bills_provider_slug_number_key"
AFTER_ANOTHER, PAID_NOW = "uq_bills_one_after_another", "uq_bills_one_that_is_paid_now"
BILL = ["provider_slug", "number_key"]
STANDS: dict[str, Any] = {"unique": True, "postgresql_where": sa.text("state <> 'released'")}
PAYING: dict[str, Any] = {"unique": True, "postgresql_where": sa.text("state = 'paying'")}


def upgrade() -> None:
    before = sa.Column("before_minor", sa.BigInteger(), server_default="0", nullable=False)
    op.add_column("bills", before)
    op.drop_index(ONCE, "bills")
    op.create_index(AFTER_ANOTHER, "bills", [*BILL, "before_minor"], **STANDS)
    op.create_index(PAID_NOW, "bills", BILL, **PAYING)


def downgrade() -> None:
    op.drop_index(PAID_NOW, "bills")
    op.drop_index(AFTER_ANOTHER, "bills")
    op.create_index(ONCE, "bills", BILL, **STANDS)
    op.drop_column("bills", "before_minor")
