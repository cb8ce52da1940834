"""Providers: uploads, heirs, times and trials of versions; resting endpoints, feeds, calls."""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision: str = "0008"
down_revision: str | None = "0007"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None

# What was published went on at once, until now.
TURNS = """
INSERT INTO version_turns
  (id, created_at, provider_slug, service_slug, publication_id, version_id, turned_by)
SELECT p.id, p.created_at, v.provider_slug, v.service_slug, p.id, p.version_id, p.published_by
FROM version_publications p JOIN service_versions v ON v.id = p.version_id
"""


def upgrade() -> None:
    op.create_table(
        "api_calls",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("provider_slug", sa.String(), nullable=False),
        sa.Column("caller_id", sa.Uuid(), nullable=False),
        sa.Column("label", sa.String(), nullable=False),
        sa.Column("method", sa.String(), nullable=False),
        sa.Column("route", sa.String(), nullable=False),
        sa.Column("status", sa.Integer(), nullable=False),
        sa.Column("ms", sa.Integer(), nullable=False),
        sa.Column("incident", sa.String(), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_api_calls")),
    )
    op.create_index(
        "ix_api_calls_provider_slug_id", "api_calls", ["provider_slug", "id"], unique=False
    )
    op.create_table(
        "api_days",
        sa.Column("provider_slug", sa.String(), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("calls", sa.Integer(), nullable=False),
        sa.Column("errors", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("provider_slug", "day", name=op.f("pk_api_days")),
    )
    op.create_table(
        "api_minutes",
        sa.Column("caller_id", sa.Uuid(), nullable=False),
        sa.Column("began", sa.DateTime(timezone=True), nullable=False),
        sa.Column("count", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("caller_id", name=op.f("pk_api_minutes")),
    )
    op.create_index(op.f("ix_api_minutes_began"), "api_minutes", ["began"], unique=False)
    op.create_table(
        "manifest_checks",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("provider_slug", sa.String(), nullable=False),
        sa.Column("person_id", sa.Uuid(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("content", sa.LargeBinary(), nullable=False),
        sa.Column("until", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_manifest_checks")),
    )
    op.create_index(
        op.f("ix_manifest_checks_person_id"), "manifest_checks", ["person_id"], unique=False
    )
    op.create_index(op.f("ix_manifest_checks_until"), "manifest_checks", ["until"], unique=False)
    op.create_table(
        "provider_health",
        sa.Column("provider_slug", sa.String(), nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("since", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("provider_slug", name=op.f("pk_provider_health")),
    )
    op.create_table(
        "publisher_keys",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("provider_slug", sa.String(), nullable=False),
        sa.Column("public_key", sa.LargeBinary(), nullable=True),
        sa.Column("set_by", sa.Uuid(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_publisher_keys")),
    )
    op.create_index(
        "ix_publisher_keys_provider", "publisher_keys", ["provider_slug", "id"], unique=False
    )
    op.create_table(
        "webhook_calls",
        sa.Column("delivery_id", sa.Uuid(), nullable=False),
        sa.Column("provider_slug", sa.String(), nullable=False),
        sa.Column("until", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("delivery_id", name=op.f("pk_webhook_calls")),
    )
    op.create_index(
        op.f("ix_webhook_calls_provider_slug"), "webhook_calls", ["provider_slug"], unique=False
    )
    op.create_table(
        "webhook_feeds",
        sa.Column("provider_slug", sa.String(), nullable=False),
        sa.Column("last", sa.BigInteger(), server_default="0", nullable=False),
        sa.Column("read", sa.BigInteger(), server_default="0", nullable=False),
        sa.PrimaryKeyConstraint("provider_slug", name=op.f("pk_webhook_feeds")),
    )
    op.create_table(
        "webhook_paces",
        sa.Column("provider_slug", sa.String(), nullable=False),
        sa.Column("free_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("provider_slug", name=op.f("pk_webhook_paces")),
    )
    op.create_table(
        "heirs",
        sa.Column("provider_slug", sa.String(), nullable=False),
        sa.Column("service_slug", sa.String(), nullable=False),
        sa.Column("parent_provider", sa.String(), nullable=False),
        sa.Column("parent_service", sa.String(), nullable=False),
        sa.Column("told", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("problem", sa.String(), nullable=True),
        sa.ForeignKeyConstraint(
            ["provider_slug"], ["providers.slug"], name=op.f("fk_heirs_provider_slug")
        ),
        sa.PrimaryKeyConstraint("provider_slug", "service_slug", name=op.f("pk_heirs")),
    )
    op.create_index(
        "ix_heirs_of", "heirs", ["parent_provider", "parent_service", "provider_slug"], unique=False
    )
    op.create_table(
        "manifest_uploads",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("provider_slug", sa.String(), nullable=False),
        sa.Column("by", sa.String(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("digest", sa.String(), nullable=False),
        sa.Column("content", sa.LargeBinary(), nullable=False),
        sa.Column("versions", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("version", sa.Integer(), nullable=True),
        sa.Column("signed", sa.Boolean(), nullable=False),
        sa.ForeignKeyConstraint(
            ["provider_slug"], ["providers.slug"], name=op.f("fk_manifest_uploads_provider_slug")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_manifest_uploads")),
    )
    op.create_index(
        "ix_manifest_uploads_provider", "manifest_uploads", ["provider_slug", "id"], unique=False
    )
    op.create_table(
        "webhook_feed_positions",
        sa.Column("delivery_id", sa.Uuid(), nullable=False),
        sa.Column("provider_slug", sa.String(), nullable=False),
        sa.Column("position", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(
            ["delivery_id"], ["deliveries.id"], name=op.f("fk_webhook_feed_positions_delivery_id")
        ),
        sa.PrimaryKeyConstraint("delivery_id", name=op.f("pk_webhook_feed_positions")),
        sa.UniqueConstraint(
            "provider_slug",
            "position",
            name=op.f("uq_webhook_feed_positions_provider_slug_position"),
        ),
    )
    op.create_table(
        "version_trials",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("version_id", sa.Uuid(), nullable=False),
        sa.Column("told", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.ForeignKeyConstraint(
            ["version_id"], ["service_versions.id"], name=op.f("fk_version_trials_version_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_version_trials")),
    )
    op.create_index(
        op.f("ix_version_trials_version_id"), "version_trials", ["version_id"], unique=False
    )
    op.create_table(
        "planned_publications",
        sa.Column("version_id", sa.Uuid(), nullable=False),
        sa.Column("publication_id", sa.Uuid(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("approved_by", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(
            ["publication_id", "version_id"],
            ["version_publications.id", "version_publications.version_id"],
            name=op.f("fk_planned_publications_publication_id_version_id"),
        ),
        sa.PrimaryKeyConstraint("version_id", name=op.f("pk_planned_publications")),
        sa.UniqueConstraint("publication_id", name=op.f("uq_planned_publications_publication_id")),
    )
    op.create_index(
        op.f("ix_planned_publications_at"), "planned_publications", ["at"], unique=False
    )
    op.create_table(
        "version_turns",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("provider_slug", sa.String(), nullable=False),
        sa.Column("service_slug", sa.String(), nullable=False),
        sa.Column("publication_id", sa.Uuid(), nullable=False),
        sa.Column("version_id", sa.Uuid(), nullable=False),
        sa.Column("turned_by", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(
            ["publication_id", "version_id"],
            ["version_publications.id", "version_publications.version_id"],
            name=op.f("fk_version_turns_publication_id_version_id"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_version_turns")),
    )
    op.create_index(
        "ix_version_turns_service",
        "version_turns",
        ["provider_slug", "service_slug", "id"],
        unique=False,
    )
    op.execute(TURNS)
    op.create_index(
        op.f("ix_version_turns_version_id"), "version_turns", ["version_id"], unique=False
    )
    op.create_index(
        "ix_applications_version_id", "applications", ["version_id", "id"], unique=False
    )
    op.add_column("deliveries", sa.Column("waits", sa.String(), nullable=True))
    op.create_index(
        "ix_deliveries_waits",
        "deliveries",
        ["waits", "provider_slug", "id"],
        unique=False,
        postgresql_where="waits IS NOT NULL",
    )
    op.create_index(
        "ix_drafts_open",
        "drafts",
        ["purpose"],
        unique=False,
        postgresql_where=sa.text("sent_at IS NULL"),
    )
    op.add_column("webhook_endpoints", sa.Column("in_flight", sa.Integer(), nullable=True))
    op.add_column("webhook_endpoints", sa.Column("per_second", sa.Integer(), nullable=True))
    op.add_column(
        "webhook_endpoints", sa.Column("failures", sa.Integer(), server_default="0", nullable=False)
    )
    op.add_column(
        "webhook_endpoints",
        sa.Column("failed_messages", sa.Integer(), server_default="0", nullable=False),
    )
    op.add_column(
        "webhook_endpoints", sa.Column("failing_since", sa.DateTime(timezone=True), nullable=True)
    )
    op.add_column(
        "webhook_endpoints", sa.Column("rests", sa.Integer(), server_default="0", nullable=False)
    )
    op.add_column(
        "webhook_endpoints", sa.Column("rests_until", sa.DateTime(timezone=True), nullable=True)
    )


def downgrade() -> None:
    op.drop_column("webhook_endpoints", "rests_until")
    op.drop_column("webhook_endpoints", "rests")
    op.drop_column("webhook_endpoints", "failing_since")
    op.drop_column("webhook_endpoints", "failed_messages")
    op.drop_column("webhook_endpoints", "failures")
    op.drop_column("webhook_endpoints", "per_second")
    op.drop_column("webhook_endpoints", "in_flight")
    op.drop_index(
        "ix_drafts_open", table_name="drafts", postgresql_where=sa.text("sent_at IS NULL")
    )
    op.drop_index(
        "ix_deliveries_waits", table_name="deliveries", postgresql_where="waits IS NOT NULL"
    )
    op.drop_column("deliveries", "waits")
    op.drop_index("ix_applications_version_id", table_name="applications")
    op.drop_index(op.f("ix_version_turns_version_id"), table_name="version_turns")
    op.drop_index("ix_version_turns_service", table_name="version_turns")
    op.drop_table("version_turns")
    op.drop_index(op.f("ix_planned_publications_at"), table_name="planned_publications")
    op.drop_table("planned_publications")
    op.drop_index(op.f("ix_version_trials_version_id"), table_name="version_trials")
    op.drop_table("version_trials")
    op.drop_table("webhook_feed_positions")
    op.drop_index("ix_manifest_uploads_provider", table_name="manifest_uploads")
    op.drop_table("manifest_uploads")
    op.drop_index("ix_heirs_of", table_name="heirs")
    op.drop_table("heirs")
    op.drop_table("webhook_paces")
    op.drop_table("webhook_feeds")
    op.drop_index(op.f("ix_webhook_calls_provider_slug"), table_name="webhook_calls")
    op.drop_table("webhook_calls")
    op.drop_index("ix_publisher_keys_provider", table_name="publisher_keys")
    op.drop_table("publisher_keys")
    op.drop_table("provider_health")
    op.drop_index(op.f("ix_manifest_checks_until"), table_name="manifest_checks")
    op.drop_index(op.f("ix_manifest_checks_person_id"), table_name="manifest_checks")
    op.drop_table("manifest_checks")
    op.drop_index(op.f("ix_api_minutes_began"), table_name="api_minutes")
    op.drop_table("api_minutes")
    op.drop_table("api_days")
    op.drop_index("ix_api_calls_provider_slug_id", table_name="api_calls")
    op.drop_table("api_calls")
