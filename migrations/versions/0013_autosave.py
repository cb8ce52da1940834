"""A draft counts its saves, and knows the page that saved it last."""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

revision: str = "0013"
down_revision: str | None = "0011"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None


def upgrade() -> None:
    for name in ("saves", "turn"):
        op.add_column("drafts", sa.Column(name, sa.Integer(), server_default="0", nullable=False))
    op.add_column("drafts", sa.Column("saved_by", sa.Uuid()))


def downgrade() -> None:
    for name in ("saved_by", "turn", "saves"):
        op.drop_column("drafts", name)
