"""What an amount is made of, sealed with the payment."""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

revision: str = "0027"
down_revision: str | None = "0026"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None


def upgrade() -> None:
    op.add_column("payments", sa.Column("lines_sealed", sa.LargeBinary()))


def downgrade() -> None:
    op.drop_column("payments", "lines_sealed")
