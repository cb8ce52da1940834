"""What companies keep of what they take, as their lists and files say."""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

revision: str = "0025"
down_revision: str | None = "0024"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None


def upgrade() -> None:
    for table in ("payment_attempts", "reconciliation_lines"):
        op.add_column(table, sa.Column("fee_minor", sa.BigInteger()))


def downgrade() -> None:
    for table in ("reconciliation_lines", "payment_attempts"):
        op.drop_column(table, "fee_minor")
