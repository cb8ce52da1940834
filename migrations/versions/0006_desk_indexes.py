"""indexes of the desk's orders."""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

revision: str = "0006"
down_revision: str | None = "0005"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None


def upgrade() -> None:
    op.drop_index("ix_applications_desk", table_name="applications")
    op.create_index(
        "ix_applications_desk",
        "applications",
        [
            "provider_slug",
            "state",
            sa.literal_column(
                "coalesce(CASE WHEN days_left IS NULL THEN due_on END, '9999-12-31'::date)"
            ),
            "id",
            "service_slug",
            "stage",
            "submitted_at",
        ],
        unique=False,
    )
    op.create_index(
        "ix_applications_case_number",
        "applications",
        [sa.literal_column("lower(case_number)"), "provider_slug"],
        unique=False,
        postgresql_where="case_number IS NOT NULL",
    )
    op.create_index(
        "ix_applications_newest",
        "applications",
        ["provider_slug", "state", "submitted_at", "id", "service_slug", "stage"],
        unique=False,
    )


def downgrade() -> None:
    op.drop_index("ix_applications_newest", table_name="applications")
    op.drop_index(
        "ix_applications_case_number",
        table_name="applications",
        postgresql_where="case_number IS NOT NULL",
    )
    op.drop_index("ix_applications_desk", table_name="applications")
    op.create_index(
        "ix_applications_desk",
        "applications",
        ["provider_slug", "state", "due_on", "id"],
        unique=False,
    )
