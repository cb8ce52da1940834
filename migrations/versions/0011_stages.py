"""Stages are somebody's work: posts, officers who hold a case, clocks of stages, notes, records."""

from collections.abc import Sequence
from typing import Any

import sqlalchemy as sa
from alembic import op

revision: str = "0011"
down_revision: str | None = "0010"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None

HELD = ("role_grants", "invitations", "role_changes")
REACH = ("person_id", "role", "provider", "area", "category")
UNIQUE = "uq_role_grants_person_id_role_provider_area_category"
CLOCK = "coalesce(CASE WHEN days_left IS NULL THEN due_on END, '9999-12-31'::date)"
FILTERED = ("service_slug", "stage", "submitted_at")
FOR_OFFICERS = ("post", "officer_id", "area")


def stage_columns() -> tuple[sa.Column[Any], ...]:
    return (
        sa.Column("post", sa.String()),
        sa.Column("officer_id", sa.Uuid()),
        sa.Column("stage_since", sa.DateTime(timezone=True)),
        sa.Column("stage_due_on", sa.Date()),
        sa.Column("stage_days_left", sa.Integer()),
        sa.Column("rises_on", sa.Date()),
        sa.Column("level", sa.Integer(), server_default="0", nullable=False),
    )


def upgrade() -> None:
    for table in HELD:
        op.add_column(table, sa.Column("post", sa.String()))
    _unique((*REACH, "post"))
    for column in stage_columns():
        op.add_column("applications", column)
    op.create_index(
        "ix_applications_officer_id",
        "applications",
        ["officer_id", "state"],
        postgresql_where="officer_id IS NOT NULL",
    )
    op.create_index(
        "ix_applications_rises_on",
        "applications",
        ["rises_on"],
        postgresql_where="rises_on IS NOT NULL",
    )
    _desk(FOR_OFFICERS)
    _about_case(
        "case_notes",
        sa.Column("officer_id", sa.Uuid(), nullable=False),
        sa.Column("text_sealed", sa.LargeBinary(), nullable=False),
    )
    _about_case(
        "case_records",
        sa.Column("officer_id", sa.Uuid(), nullable=False),
        sa.Column("stage", sa.String(), nullable=False),
        sa.Column("answers_sealed", sa.LargeBinary(), nullable=False),
    )
    _about_case(
        "answer_changes",
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("before_sealed", sa.LargeBinary(), nullable=False),
        sa.UniqueConstraint("application_id", "number"),
        by_case=False,
    )
    op.create_table(
        "rises",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("application_id", sa.Uuid(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("stage", sa.String(), nullable=False),
        sa.Column("level", sa.Integer(), nullable=False),
        sa.Column("post", sa.String(), nullable=False),
        sa.Column("risen_on", sa.Date(), nullable=False),
        sa.ForeignKeyConstraint(["application_id"], ["applications.id"]),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("application_id", "number", "level"),
    )
    _about_case(
        "case_proposals",
        sa.Column("act", sa.String(), nullable=False),
        sa.Column("event_sealed", sa.LargeBinary(), nullable=False),
        sa.Column("case_entries", sa.Integer(), nullable=False),
        sa.Column("proposed_by", sa.Uuid(), nullable=False),
        sa.Column("decided_by", sa.Uuid()),
        sa.Column("decided_at", sa.DateTime(timezone=True)),
        sa.Column("confirmed", sa.Boolean()),
        sa.Column("answer_sealed", sa.LargeBinary()),
        sa.CheckConstraint("decided_by <> proposed_by", name="two_people"),
        sa.CheckConstraint(
            "(decided_by IS NULL) = (decided_at IS NULL)", name="decided_by_somebody"
        ),
    )
    op.create_index(
        "uq_case_proposals_open",
        "case_proposals",
        ["application_id"],
        unique=True,
        postgresql_where="decided_at IS NULL",
    )
    op.create_index(
        "ix_drafts_left", "drafts", ["saved_at"], postgresql_where=sa.text("sent_at IS NULL")
    )
    op.create_table(
        "desk_views",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("person_id", sa.Uuid(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("query", sa.String(), nullable=False),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("person_id", "name"),
    )


def downgrade() -> None:
    op.drop_index("ix_drafts_left", table_name="drafts")
    for table in ("desk_views", "case_proposals", "rises", "answer_changes"):
        op.drop_table(table)
    for table in ("case_records", "case_notes"):
        op.drop_table(table)
    _desk(())
    for index in ("ix_applications_officer_id", "ix_applications_rises_on"):
        op.drop_index(index, table_name="applications")
    for column in stage_columns():
        op.drop_column("applications", column.name)
    op.drop_constraint(f"{UNIQUE}_post", "role_grants")
    for table in HELD:
        op.drop_column(table, "post")
    op.create_unique_constraint(
        UNIQUE, "role_grants", list(REACH), postgresql_nulls_not_distinct=True
    )


def _unique(columns: Sequence[str]) -> None:
    op.drop_constraint(UNIQUE, "role_grants")
    op.create_unique_constraint(
        f"{UNIQUE}_post", "role_grants", list(columns), postgresql_nulls_not_distinct=True
    )


def _desk(more: Sequence[str]) -> None:
    """The two orders of the desk, with what its filters ask."""
    for index in ("ix_applications_desk", "ix_applications_newest"):
        op.drop_index(index, table_name="applications")
    in_order = ("provider_slug", "state", sa.text(CLOCK), "id", *FILTERED, *more)
    op.create_index("ix_applications_desk", "applications", list(in_order))
    newest = ("submitted_at", "id", "service_slug", "stage", *more)
    op.create_index("ix_applications_newest", "applications", ["provider_slug", "state", *newest])


def _about_case(table: str, *columns: Any, by_case: bool = True) -> None:
    op.create_table(
        table,
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("subject_id", sa.Uuid(), nullable=False),
        sa.Column("application_id", sa.Uuid(), nullable=False),
        *columns,
        sa.ForeignKeyConstraint(["application_id"], ["applications.id"]),
        sa.PrimaryKeyConstraint("id"),
    )
    for column in ("subject_id", "application_id") if by_case else ("subject_id",):
        op.create_index(op.f(f"ix_{table}_{column}"), table, [column])
