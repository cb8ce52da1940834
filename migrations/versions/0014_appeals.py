"""Decisions are looked at again, level by level; people and officers write to each other."""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

revision: str = "0014"
down_revision: str | None = "0013"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None


def upgrade() -> None:
    op.add_column("applications", sa.Column("appeal_on", sa.Date()))
    op.create_index(
        "ix_applications_appeal_on",
        "applications",
        ["appeal_on"],
        postgresql_where="appeal_on IS NOT NULL",
    )
    _appeals()
    _threads()
    _pauses()


def downgrade() -> None:
    op.drop_table("case_pauses")
    op.drop_table("case_readings")
    op.drop_table("case_messages")
    op.drop_table("appeals")
    op.drop_index("ix_applications_appeal_on", table_name="applications")
    op.drop_column("applications", "appeal_on")


def _appeals() -> None:
    op.create_table(
        "appeals",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("subject_id", sa.Uuid(), nullable=False),
        sa.Column("application_id", sa.Uuid(), nullable=False),
        sa.Column("provider_slug", sa.String(), nullable=False),
        sa.Column("since", sa.Integer(), nullable=False),
        sa.Column("ground", sa.String(), nullable=False),
        sa.Column("level", sa.Integer(), nullable=False),
        sa.Column("post", sa.String(), nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("asked_as", sa.String(), nullable=False),
        sa.Column("asked_by", sa.String(), nullable=False),
        sa.Column("text_sealed", sa.LargeBinary()),
        sa.Column("papers_sealed", sa.LargeBinary()),
        sa.Column("due_on", sa.Date(), nullable=False),
        sa.Column("passes_on", sa.Date()),
        sa.Column("decided_by", sa.Uuid()),
        sa.Column("ended_at", sa.DateTime(timezone=True)),
        sa.Column("reasons_sealed", sa.LargeBinary()),
        sa.CheckConstraint(
            "(decided_by IS NULL) = (reasons_sealed IS NULL)",
            name=op.f("ck_appeals_with_reasons"),
        ),
        sa.ForeignKeyConstraint(["application_id"], ["applications.id"]),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("application_id", "since", "ground", "level"),
    )
    op.create_index("ix_appeals_subject_id", "appeals", ["subject_id"])
    op.create_index(
        "uq_appeals_open",
        "appeals",
        ["application_id"],
        unique=True,
        postgresql_where="state = 'open'",
    )
    op.create_index(
        "ix_appeals_desk",
        "appeals",
        ["provider_slug", "post", "due_on", "id"],
        postgresql_where="state = 'open'",
    )
    op.create_index(
        "ix_appeals_passes_on", "appeals", ["passes_on"], postgresql_where="passes_on IS NOT NULL"
    )


def _threads() -> None:
    op.create_table(
        "case_messages",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("subject_id", sa.Uuid(), nullable=False),
        sa.Column("application_id", sa.Uuid(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("side", sa.String(), nullable=False),
        sa.Column("author", sa.String(), nullable=False),
        sa.Column("author_id", sa.String(), nullable=False),
        sa.Column("mandate_id", sa.Uuid()),
        sa.Column("text_sealed", sa.LargeBinary(), nullable=False),
        sa.Column("papers_sealed", sa.LargeBinary()),
        sa.ForeignKeyConstraint(["application_id"], ["applications.id"]),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("application_id", "number"),
    )
    op.create_index("ix_case_messages_subject_id", "case_messages", ["subject_id"])
    op.create_table(
        "case_readings",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("application_id", sa.Uuid(), nullable=False),
        sa.Column("side", sa.String(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["application_id"], ["applications.id"]),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("application_id", "side"),
    )


def _pauses() -> None:
    op.create_table(
        "case_pauses",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("application_id", sa.Uuid(), nullable=False),
        sa.Column("reason", sa.String(), nullable=False),
        sa.Column("begun_by", sa.Uuid(), nullable=False),
        sa.Column("ended_at", sa.DateTime(timezone=True)),
        sa.ForeignKeyConstraint(["application_id"], ["applications.id"]),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("ix_case_pauses_application_id", "case_pauses", ["application_id"])
    op.create_index(
        "uq_case_pauses_open",
        "case_pauses",
        ["application_id"],
        unique=True,
        postgresql_where="ended_at IS NULL",
    )
