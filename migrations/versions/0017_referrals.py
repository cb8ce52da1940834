"""Another provider is asked about a case; what was looked into, and which cases are alike."""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision: str = "0017"
down_revision: str | None = "0016"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None


def upgrade() -> None:
    op.create_table(
        "case_referrals",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("subject_id", sa.Uuid(), nullable=False),
        sa.Column("application_id", sa.Uuid(), nullable=False),
        sa.Column("provider_slug", sa.String(), nullable=False),
        sa.Column("asked_by", sa.Uuid(), nullable=False),
        sa.Column("question_sealed", sa.LargeBinary(), nullable=False),
        sa.Column("fields", postgresql.JSONB(), nullable=False),
        sa.Column("due_on", sa.Date(), nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("officer_id", sa.Uuid()),
        sa.ForeignKeyConstraint(["application_id"], ["applications.id"]),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("ix_case_referrals_subject_id", "case_referrals", ["subject_id"])
    op.create_index("ix_case_referrals_application_id", "case_referrals", ["application_id"])
    op.create_index(
        "uq_case_referrals_open",
        "case_referrals",
        ["application_id", "provider_slug"],
        unique=True,
        postgresql_where="state = 'open'",
    )
    op.create_index(
        "ix_case_referrals_desk",
        "case_referrals",
        ["provider_slug", "due_on", "id", "officer_id"],
        postgresql_where="state = 'open'",
    )
    op.create_table(
        "referral_ends",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("subject_id", sa.Uuid(), nullable=False),
        sa.Column("referral_id", sa.Uuid(), nullable=False),
        sa.Column("outcome", sa.String(), nullable=False),
        sa.Column("by", sa.Uuid()),
        sa.Column("text_sealed", sa.LargeBinary()),
        sa.Column("papers_sealed", sa.LargeBinary()),
        sa.ForeignKeyConstraint(["referral_id"], ["case_referrals.id"]),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("referral_id"),
    )
    op.create_index("ix_referral_ends_subject_id", "referral_ends", ["subject_id"])
    _checks()


def _checks() -> None:
    op.create_table(
        "draft_checks",
        sa.Column("draft_id", sa.Uuid(), nullable=False),
        sa.Column("outcome", sa.String(), nullable=False),
        sa.Column("checked_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("draft_id"),
    )
    op.create_table(
        "vouched_answers",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("subject_id", sa.Uuid(), nullable=False),
        sa.Column("application_id", sa.Uuid(), nullable=False),
        sa.Column("told_sealed", sa.LargeBinary(), nullable=False),
        sa.ForeignKeyConstraint(["application_id"], ["applications.id"]),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("application_id"),
    )
    op.create_index("ix_vouched_answers_subject_id", "vouched_answers", ["subject_id"])
    op.create_table(
        "case_marks",
        sa.Column("application_id", sa.Uuid(), nullable=False),
        sa.Column("question", sa.String(), nullable=False),
        sa.Column("hash", sa.LargeBinary(), nullable=False),
        sa.ForeignKeyConstraint(["application_id"], ["applications.id"]),
        sa.PrimaryKeyConstraint("application_id", "question"),
    )
    op.create_index("ix_case_marks_hash", "case_marks", ["hash", "application_id"])


def downgrade() -> None:
    op.drop_table("case_marks")
    op.drop_table("vouched_answers")
    op.drop_table("draft_checks")
    op.drop_table("referral_ends")
    op.drop_table("case_referrals")
