"""Visits and appointments: their times, the seats that are taken, and the photos of visits."""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

revision: str = "0015"
down_revision: str | None = "0014"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None

SEAT = ["provider_slug", "service_slug", "office", "starts_at", "seat"]


def upgrade() -> None:
    op.create_table(
        "meetings",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("subject_id", sa.Uuid(), nullable=False),
        sa.Column("application_id", sa.Uuid(), nullable=False),
        sa.Column("provider_slug", sa.String(), nullable=False),
        sa.Column("service_slug", sa.String(), nullable=False),
        sa.Column("stage", sa.String(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("office", sa.String()),
        sa.Column("starts_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ends_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("seat", sa.Integer()),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("officer_id", sa.Uuid()),
        sa.Column("wish_sealed", sa.LargeBinary()),
        sa.Column("remarks_sealed", sa.LargeBinary()),
        sa.Column("changed_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("(kind = 'appointment') = (office IS NOT NULL)", name="somewhere"),
        sa.ForeignKeyConstraint(["application_id"], ["applications.id"]),
        sa.PrimaryKeyConstraint("id"),
    )
    for column in ("subject_id", "application_id"):
        op.create_index(op.f(f"ix_meetings_{column}"), "meetings", [column])
    op.create_index("ix_meetings_starts_at", "meetings", ["starts_at", "provider_slug"])
    op.create_index(
        "uq_meetings_seat", "meetings", SEAT, unique=True, postgresql_where="seat IS NOT NULL"
    )
    op.create_index(
        "uq_meetings_open",
        "meetings",
        ["application_id"],
        unique=True,
        postgresql_where=sa.text("state = 'set'"),
    )
    op.create_table(
        "meeting_photos",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("subject_id", sa.Uuid(), nullable=False),
        sa.Column("meeting_id", sa.Uuid(), nullable=False),
        sa.Column("file_id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(["meeting_id"], ["meetings.id"]),
        sa.PrimaryKeyConstraint("id"),
    )
    for column in ("subject_id", "meeting_id"):
        op.create_index(op.f(f"ix_meeting_photos_{column}"), "meeting_photos", [column])


def downgrade() -> None:
    op.drop_table("meeting_photos")
    op.drop_table("meetings")
