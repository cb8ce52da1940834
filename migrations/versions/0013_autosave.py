"""A draft counts its saves and knows who saved it last; a profile knows the days of its values."""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

revision: str = "0013"
down_revision: str | None = "0012"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None


def upgrade() -> None:
    for name in ("saves", "turn"):
        op.add_column("drafts", sa.Column(name, sa.Integer(), server_default="0", nullable=False))
    op.add_column("drafts", sa.Column("saved_by", sa.Uuid()))
    op.add_column("profiles", sa.Column("dates_sealed", sa.LargeBinary()))


def downgrade() -> None:
    op.drop_column("profiles", "dates_sealed")
    for name in ("saved_by", "turn", "saves"):
        op.drop_column("drafts", name)
