"""Every table of the first version, room by room."""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

from portal.kernel import schema

revision: str = "0001"
down_revision: str | None = None
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None

TABLES = (
    "api_tokens",
    "applications",
    "areas",
    "areas_edition",
    "attempts",
    "audit_entries",
    "authenticator_apps",
    "catalogue_entries",
    "catalogue_stamp",
    "catalogue_vocabulary",
    "catalogue_words",
    "consents",
    "deliveries",
    "drafts",
    "files",
    "given_answers",
    "invitations",
    "messages",
    "passwords",
    "people",
    "profiles",
    "providers",
    "recovery_codes",
    "role_grants",
    "service_definitions",
    "sessions",
    "stored_events",
    "subject_keys",
    "webhook_endpoints",
    "delivery_attempts",
    "disclosures",
    "issued_documents",
    "service_versions",
    "timeline_entries",
    "version_proposals",
    "version_publications",
    "service_states",
)
# Procrastinate has no way to take its own things away again.
NO_JOBS = """
DO $$ DECLARE found record; BEGIN
  FOR found IN SELECT oid::regclass AS name FROM pg_class
    WHERE relname LIKE 'procrastinate%' AND relkind = 'r'
  LOOP EXECUTE format('DROP TABLE %s CASCADE', found.name); END LOOP;
  FOR found IN SELECT oid::regprocedure AS name FROM pg_proc WHERE proname LIKE 'procrastinate%'
  LOOP EXECUTE format('DROP FUNCTION %s CASCADE', found.name); END LOOP;
  FOR found IN SELECT oid::regtype AS name FROM pg_type
    WHERE typname LIKE 'procrastinate%' AND typtype IN ('e', 'c')
  LOOP EXECUTE format('DROP TYPE %s CASCADE', found.name); END LOOP;
END $$
"""


def upgrade() -> None:
    op.execute("CREATE EXTENSION IF NOT EXISTS pg_trgm")
    schema.install_jobs(op.get_bind())
    api()
    applications()
    geo()
    accounts()
    audit()
    catalogue()
    registry()
    consent()
    webhooks()
    forms()
    files()
    post()
    profile()
    kernel()


def downgrade() -> None:
    for name in reversed(TABLES):
        op.drop_table(name)
    op.execute("DROP TYPE IF EXISTS role")
    op.execute("DROP FUNCTION IF EXISTS refuse_change()")
    op.execute(sa.text(NO_JOBS))
    op.execute("DROP EXTENSION IF EXISTS pg_trgm")


def api() -> None:
    op.create_table(
        "api_tokens",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("token_hash", sa.LargeBinary(), nullable=False),
        sa.Column("provider_slug", sa.String(), nullable=False),
        sa.Column("label", sa.String(), nullable=False),
        sa.Column("scopes", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("made_by", sa.Uuid(), nullable=False),
        sa.Column("revoked_at", sa.DateTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_api_tokens")),
        sa.UniqueConstraint("token_hash", name=op.f("uq_api_tokens_token_hash")),
    )
    op.create_index(
        op.f("ix_api_tokens_provider_slug"), "api_tokens", ["provider_slug"], unique=False
    )
    op.create_table(
        "given_answers",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("token_id", sa.Uuid(), nullable=False),
        sa.Column("key", sa.String(), nullable=False),
        sa.Column("digest", sa.LargeBinary(), nullable=False),
        sa.Column("status", sa.Integer(), nullable=True),
        sa.Column("body", postgresql.JSONB(astext_type=sa.Text()), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_given_answers")),
        sa.UniqueConstraint("token_id", "key", name=op.f("uq_given_answers_token_id_key")),
    )


def applications() -> None:
    op.create_table(
        "applications",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("reference", sa.String(), nullable=False),
        sa.Column("submission", sa.Uuid(), nullable=False),
        sa.Column("person_id", sa.Uuid(), nullable=False),
        sa.Column("provider_slug", sa.String(), nullable=False),
        sa.Column("service_slug", sa.String(), nullable=False),
        sa.Column("version_id", sa.Uuid(), nullable=False),
        sa.Column("language", sa.String(), nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("stage", sa.String(), nullable=True),
        sa.Column("answers_sealed", sa.LargeBinary(), nullable=False),
        sa.Column("fee_minor", sa.Integer(), nullable=True),
        sa.Column("fee_currency", sa.String(), nullable=True),
        sa.Column("case_number", sa.String(), nullable=True),
        sa.Column("due_on", sa.Date(), nullable=True),
        sa.Column("days_left", sa.Integer(), nullable=True),
        sa.Column("asked", postgresql.JSONB(astext_type=sa.Text()), nullable=True),
        sa.Column("entries", sa.Integer(), nullable=False),
        sa.Column("sequence", sa.Integer(), nullable=False),
        sa.Column("changed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("subject_id", sa.Uuid(), nullable=False),
        sa.CheckConstraint(
            "(fee_minor IS NULL) = (fee_currency IS NULL)",
            name=op.f("ck_applications_fee_is_whole"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_applications")),
        sa.UniqueConstraint("reference", name=op.f("uq_applications_reference")),
        sa.UniqueConstraint("submission", name=op.f("uq_applications_submission")),
    )
    op.create_index(
        "ix_applications_desk",
        "applications",
        ["provider_slug", "state", "due_on", "id"],
        unique=False,
    )
    op.create_index(
        "ix_applications_person_id_id", "applications", ["person_id", "id"], unique=False
    )
    op.create_index(
        op.f("ix_applications_subject_id"), "applications", ["subject_id"], unique=False
    )
    op.create_table(
        "issued_documents",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("application_id", sa.Uuid(), nullable=False),
        sa.Column("file_id", sa.Uuid(), nullable=False),
        sa.Column("name_sealed", sa.LargeBinary(), nullable=False),
        sa.Column("type", sa.String(), nullable=False),
        sa.Column("bytes", sa.Integer(), nullable=False),
        sa.Column("subject_id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(
            ["application_id"], ["applications.id"], name=op.f("fk_issued_documents_application_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_issued_documents")),
    )
    op.create_index(
        op.f("ix_issued_documents_application_id"),
        "issued_documents",
        ["application_id"],
        unique=False,
    )
    op.create_index(
        op.f("ix_issued_documents_subject_id"), "issued_documents", ["subject_id"], unique=False
    )
    op.create_table(
        "timeline_entries",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("application_id", sa.Uuid(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("act", sa.String(), nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("stage", sa.String(), nullable=True),
        sa.Column("actor", sa.String(), nullable=False),
        sa.Column("actor_id", sa.String(), nullable=False),
        sa.Column("fields", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("words_sealed", sa.LargeBinary(), nullable=True),
        sa.Column("subject_id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(
            ["application_id"], ["applications.id"], name=op.f("fk_timeline_entries_application_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_timeline_entries")),
        sa.UniqueConstraint(
            "application_id", "number", name=op.f("uq_timeline_entries_application_id_number")
        ),
    )
    op.create_index(
        op.f("ix_timeline_entries_subject_id"), "timeline_entries", ["subject_id"], unique=False
    )


def geo() -> None:
    op.create_table(
        "areas",
        sa.Column("code", sa.String(), nullable=False),
        sa.Column("parent", sa.String(), nullable=True),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("names", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("active", sa.Boolean(), nullable=False),
        sa.ForeignKeyConstraint(
            ["parent"],
            ["areas.code"],
            name=op.f("fk_areas_parent"),
            initially="DEFERRED",
            deferrable=True,
        ),
        sa.PrimaryKeyConstraint("code", name=op.f("pk_areas")),
    )
    op.create_index("ix_areas_parent", "areas", ["parent"], unique=False)
    op.create_table(
        "areas_edition",
        sa.Column("id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("stamp", sa.Uuid(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_areas_edition")),
    )


def accounts() -> None:
    op.create_table(
        "attempts",
        sa.Column("key", sa.LargeBinary(), nullable=False),
        sa.Column("count", sa.Integer(), nullable=False),
        sa.Column("pauses", sa.Integer(), nullable=False),
        sa.Column("began", sa.DateTime(timezone=True), nullable=False),
        sa.Column("last", sa.DateTime(timezone=True), nullable=False),
        sa.Column("until", sa.DateTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("key", name=op.f("pk_attempts")),
    )
    op.create_index(op.f("ix_attempts_last"), "attempts", ["last"], unique=False)
    op.create_table(
        "authenticator_apps",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("secret_sealed", sa.LargeBinary(), nullable=False),
        sa.Column("last_step", sa.BigInteger(), nullable=False),
        sa.Column("confirmed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("subject_id", sa.Uuid(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_authenticator_apps")),
    )
    op.create_index(
        op.f("ix_authenticator_apps_subject_id"), "authenticator_apps", ["subject_id"], unique=False
    )
    op.create_table(
        "invitations",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("token_hash", sa.LargeBinary(), nullable=False),
        sa.Column("email_key", sa.LargeBinary(), nullable=False),
        sa.Column("role", sa.String(), nullable=False),
        sa.Column("ends", sa.DateTime(timezone=True), nullable=False),
        sa.Column("used_at", sa.DateTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_invitations")),
        sa.UniqueConstraint("token_hash", name=op.f("uq_invitations_token_hash")),
    )
    op.create_table(
        "passwords",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("hash_sealed", sa.LargeBinary(), nullable=False),
        sa.Column("subject_id", sa.Uuid(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_passwords")),
        sa.UniqueConstraint("subject_id", name=op.f("uq_passwords_subject_id")),
    )
    op.create_index(op.f("ix_passwords_subject_id"), "passwords", ["subject_id"], unique=False)
    op.create_table(
        "people",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("language", sa.String(), nullable=False),
        sa.Column("name_sealed", sa.LargeBinary(), nullable=False),
        sa.Column("email_sealed", sa.LargeBinary(), nullable=True),
        sa.Column("mobile_sealed", sa.LargeBinary(), nullable=True),
        sa.Column("phone_sealed", sa.LargeBinary(), nullable=True),
        sa.Column("address_sealed", sa.LargeBinary(), nullable=True),
        sa.Column("birth_date_sealed", sa.LargeBinary(), nullable=False),
        sa.Column("gender_sealed", sa.LargeBinary(), nullable=True),
        sa.Column("email_key", sa.LargeBinary(), nullable=True),
        sa.Column("mobile_key", sa.LargeBinary(), nullable=True),
        sa.Column("subject_id", sa.Uuid(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_people")),
        sa.UniqueConstraint("email_key", name=op.f("uq_people_email_key")),
        sa.UniqueConstraint("mobile_key", name=op.f("uq_people_mobile_key")),
    )
    op.create_index(op.f("ix_people_subject_id"), "people", ["subject_id"], unique=False)
    op.create_table(
        "recovery_codes",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("person_id", sa.Uuid(), nullable=False),
        sa.Column("hash", sa.LargeBinary(), nullable=False),
        sa.Column("used_at", sa.DateTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_recovery_codes")),
        sa.UniqueConstraint("person_id", "hash", name=op.f("uq_recovery_codes_person_id_hash")),
    )
    op.create_table(
        "role_grants",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("person_id", sa.Uuid(), nullable=False),
        sa.Column(
            "role",
            sa.Enum("CITIZEN", "OFFICER", "INTEGRATOR", "ADMIN", name="role"),
            nullable=False,
        ),
        sa.Column("provider", sa.String(), nullable=True),
        sa.Column("granted_by", sa.String(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_role_grants")),
        sa.UniqueConstraint(
            "person_id",
            "role",
            "provider",
            name=op.f("uq_role_grants_person_id_role_provider"),
            postgresql_nulls_not_distinct=True,
        ),
    )
    op.create_table(
        "sessions",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("token_hash", sa.LargeBinary(), nullable=False),
        sa.Column("person_id", sa.Uuid(), nullable=True),
        sa.Column("level", sa.String(), nullable=False),
        sa.Column("data", sa.LargeBinary(), nullable=True),
        sa.Column("seen", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ends", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_sessions")),
        sa.UniqueConstraint("token_hash", name=op.f("uq_sessions_token_hash")),
    )
    op.create_index("ix_sessions_ends", "sessions", ["ends"], unique=False)
    op.create_index(op.f("ix_sessions_person_id"), "sessions", ["person_id"], unique=False)


def audit() -> None:
    op.create_table(
        "audit_entries",
        sa.Column("number", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("actor", sa.String(), nullable=False),
        sa.Column("act", sa.String(), nullable=False),
        sa.Column("about", sa.String(), nullable=False),
        sa.Column("subject_id", sa.Uuid(), nullable=True),
        sa.Column("why", sa.String(), nullable=False),
        sa.Column("hash", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("number", name=op.f("pk_audit_entries")),
    )
    op.create_index(
        "ix_audit_entries_subject_id_number",
        "audit_entries",
        ["subject_id", "number"],
        unique=False,
    )


def catalogue() -> None:
    op.create_table(
        "catalogue_entries",
        sa.Column("language", sa.String(), nullable=False),
        sa.Column("provider_slug", sa.String(), nullable=False),
        sa.Column("service_slug", sa.String(), nullable=False),
        sa.Column("version_id", sa.Uuid(), nullable=False),
        sa.Column("sort_key", sa.String(), nullable=False),
        sa.Column("title", sa.String(), nullable=False),
        sa.Column("summary", sa.String(), nullable=False),
        sa.Column("provider_name", sa.String(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("category", sa.String(), nullable=False),
        sa.Column("life_events", postgresql.ARRAY(sa.Text()), nullable=False),
        sa.Column("audience", postgresql.ARRAY(sa.Text()), nullable=False),
        sa.Column("fee", sa.String(), nullable=True),
        sa.Column("promise", sa.Integer(), nullable=False),
        sa.Column("is_paused", sa.Boolean(), nullable=False),
        sa.PrimaryKeyConstraint(
            "language", "provider_slug", "service_slug", name=op.f("pk_catalogue_entries")
        ),
    )
    op.create_index(
        "ix_catalogue_entries_audience",
        "catalogue_entries",
        ["audience"],
        unique=False,
        postgresql_using="gin",
    )
    op.create_index(
        "ix_catalogue_entries_category",
        "catalogue_entries",
        ["language", "category", "sort_key", "provider_slug", "service_slug"],
        unique=False,
    )
    op.create_index(
        "ix_catalogue_entries_language",
        "catalogue_entries",
        ["language", "sort_key", "provider_slug", "service_slug"],
        unique=False,
    )
    op.create_index(
        "ix_catalogue_entries_life_events",
        "catalogue_entries",
        ["life_events"],
        unique=False,
        postgresql_using="gin",
    )
    op.create_index(
        "ix_catalogue_entries_provider",
        "catalogue_entries",
        ["language", "provider_slug", "sort_key", "service_slug"],
        unique=False,
    )
    op.create_table(
        "catalogue_vocabulary",
        sa.Column("word", sa.String(), nullable=False),
        sa.Column("sound", sa.String(), nullable=False),
        sa.PrimaryKeyConstraint("word", name=op.f("pk_catalogue_vocabulary")),
    )
    op.create_index(
        op.f("ix_catalogue_vocabulary_sound"), "catalogue_vocabulary", ["sound"], unique=False
    )
    op.create_index(
        "ix_catalogue_vocabulary_sound_trigrams",
        "catalogue_vocabulary",
        ["sound"],
        unique=False,
        postgresql_using="gin",
        postgresql_ops={"sound": "gin_trgm_ops"},
    )
    op.create_index(
        "ix_catalogue_vocabulary_word_trigrams",
        "catalogue_vocabulary",
        ["word"],
        unique=False,
        postgresql_using="gin",
        postgresql_ops={"word": "gin_trgm_ops"},
    )
    op.create_table(
        "catalogue_words",
        sa.Column("word", sa.String(), nullable=False),
        sa.Column("provider_slug", sa.String(), nullable=False),
        sa.Column("service_slug", sa.String(), nullable=False),
        sa.Column("weight", sa.REAL(), nullable=False),
        sa.PrimaryKeyConstraint(
            "word", "provider_slug", "service_slug", name=op.f("pk_catalogue_words")
        ),
    )
    op.create_index(
        "ix_catalogue_words_service",
        "catalogue_words",
        ["provider_slug", "service_slug"],
        unique=False,
    )


def registry() -> None:
    op.create_table(
        "catalogue_stamp",
        sa.Column("id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("stamp", sa.Uuid(), nullable=False),
        sa.CheckConstraint("id = 1", name=op.f("ck_catalogue_stamp_one_row")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_catalogue_stamp")),
    )
    op.create_table(
        "providers",
        sa.Column("slug", sa.String(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("slug", name=op.f("pk_providers")),
    )
    op.create_table(
        "service_definitions",
        sa.Column("digest", sa.String(), nullable=False),
        sa.Column("definition", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.PrimaryKeyConstraint("digest", name=op.f("pk_service_definitions")),
    )
    op.create_table(
        "service_versions",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("provider_slug", sa.String(), nullable=False),
        sa.Column("service_slug", sa.String(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("digest", sa.String(), nullable=False),
        sa.ForeignKeyConstraint(
            ["digest"], ["service_definitions.digest"], name=op.f("fk_service_versions_digest")
        ),
        sa.ForeignKeyConstraint(
            ["provider_slug"], ["providers.slug"], name=op.f("fk_service_versions_provider_slug")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_service_versions")),
        sa.UniqueConstraint(
            "id",
            "provider_slug",
            "service_slug",
            name=op.f("uq_service_versions_id_provider_slug_service_slug"),
        ),
        sa.UniqueConstraint(
            "provider_slug",
            "service_slug",
            "digest",
            name=op.f("uq_service_versions_provider_slug_service_slug_digest"),
        ),
        sa.UniqueConstraint(
            "provider_slug",
            "service_slug",
            "number",
            name=op.f("uq_service_versions_provider_slug_service_slug_number"),
        ),
    )
    op.create_table(
        "version_proposals",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("version_id", sa.Uuid(), nullable=False),
        sa.Column("proposed_by", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(
            ["version_id"], ["service_versions.id"], name=op.f("fk_version_proposals_version_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_version_proposals")),
        sa.UniqueConstraint(
            "id",
            "version_id",
            "proposed_by",
            name=op.f("uq_version_proposals_id_version_id_proposed_by"),
        ),
    )
    op.create_index(
        op.f("ix_version_proposals_version_id"), "version_proposals", ["version_id"], unique=False
    )
    op.create_table(
        "version_publications",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("proposal_id", sa.Uuid(), nullable=False),
        sa.Column("version_id", sa.Uuid(), nullable=False),
        sa.Column("proposed_by", sa.Uuid(), nullable=False),
        sa.Column("published_by", sa.Uuid(), nullable=False),
        sa.CheckConstraint(
            "published_by <> proposed_by", name=op.f("ck_version_publications_two_people")
        ),
        sa.ForeignKeyConstraint(
            ["proposal_id", "version_id", "proposed_by"],
            [
                "version_proposals.id",
                "version_proposals.version_id",
                "version_proposals.proposed_by",
            ],
            name=op.f("fk_version_publications_proposal_id_version_id_proposed_by"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_version_publications")),
        sa.UniqueConstraint("id", "version_id", name=op.f("uq_version_publications_id_version_id")),
        sa.UniqueConstraint("proposal_id", name=op.f("uq_version_publications_proposal_id")),
    )
    op.create_table(
        "service_states",
        sa.Column("provider_slug", sa.String(), nullable=False),
        sa.Column("service_slug", sa.String(), nullable=False),
        sa.Column("publication_id", sa.Uuid(), nullable=False),
        sa.Column("version_id", sa.Uuid(), nullable=False),
        sa.Column("paused_by", sa.Uuid(), nullable=True),
        sa.Column("paused_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column(
            "pause_reason",
            postgresql.JSONB(none_as_null=True, astext_type=sa.Text()),
            nullable=True,
        ),
        sa.CheckConstraint(
            "(paused_by IS NULL) = (pause_reason IS NULL)",
            name=op.f("ck_service_states_pause_has_reason"),
        ),
        sa.ForeignKeyConstraint(
            ["publication_id", "version_id"],
            ["version_publications.id", "version_publications.version_id"],
            name=op.f("fk_service_states_publication_id_version_id"),
        ),
        sa.ForeignKeyConstraint(
            ["version_id", "provider_slug", "service_slug"],
            [
                "service_versions.id",
                "service_versions.provider_slug",
                "service_versions.service_slug",
            ],
            name=op.f("fk_service_states_version_id_provider_slug_service_slug"),
        ),
        sa.PrimaryKeyConstraint("provider_slug", "service_slug", name=op.f("pk_service_states")),
    )


def consent() -> None:
    op.create_table(
        "consents",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("person_id", sa.Uuid(), nullable=False),
        sa.Column("application_id", sa.Uuid(), nullable=False),
        sa.Column("provider_slug", sa.String(), nullable=False),
        sa.Column("service_slug", sa.String(), nullable=False),
        sa.Column("version_id", sa.Uuid(), nullable=False),
        sa.Column("fields", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("shown", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("subject_id", sa.Uuid(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_consents")),
    )
    op.create_index(
        op.f("ix_consents_application_id"), "consents", ["application_id"], unique=False
    )
    op.create_index("ix_consents_person_id_id", "consents", ["person_id", "id"], unique=False)
    op.create_index(op.f("ix_consents_subject_id"), "consents", ["subject_id"], unique=False)
    op.create_table(
        "disclosures",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("consent_id", sa.Uuid(), nullable=False),
        sa.Column("provider_slug", sa.String(), nullable=False),
        sa.Column("fields", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("channel", sa.String(), nullable=False),
        sa.Column("subject_id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(
            ["consent_id"], ["consents.id"], name=op.f("fk_disclosures_consent_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_disclosures")),
    )
    op.create_index(op.f("ix_disclosures_consent_id"), "disclosures", ["consent_id"], unique=False)
    op.create_index(op.f("ix_disclosures_subject_id"), "disclosures", ["subject_id"], unique=False)


def webhooks() -> None:
    op.create_table(
        "deliveries",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("application_id", sa.Uuid(), nullable=False),
        sa.Column("provider_slug", sa.String(), nullable=False),
        sa.Column("reference", sa.String(), nullable=False),
        sa.Column("sequence", sa.Integer(), nullable=False),
        sa.Column("type", sa.String(), nullable=False),
        sa.Column("body_sealed", sa.LargeBinary(), nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("attempts_before", sa.Integer(), nullable=False),
        sa.Column("next_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("heard_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("subject_id", sa.Uuid(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_deliveries")),
        sa.UniqueConstraint(
            "application_id", "sequence", name=op.f("uq_deliveries_application_id_sequence")
        ),
    )
    op.create_index(
        "ix_deliveries_provider_slug_id", "deliveries", ["provider_slug", "id"], unique=False
    )
    op.create_index("ix_deliveries_state_next_at", "deliveries", ["state", "next_at"], unique=False)
    op.create_index(op.f("ix_deliveries_subject_id"), "deliveries", ["subject_id"], unique=False)
    op.create_table(
        "webhook_endpoints",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("provider_slug", sa.String(), nullable=False),
        sa.Column("url", sa.String(), nullable=False),
        sa.Column("secret_sealed", sa.LargeBinary(), nullable=False),
        sa.Column("earlier_secret_sealed", sa.LargeBinary(), nullable=True),
        sa.Column("earlier_until", sa.DateTime(timezone=True), nullable=True),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("disabled_reason", sa.String(), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_webhook_endpoints")),
        sa.UniqueConstraint("provider_slug", name=op.f("uq_webhook_endpoints_provider_slug")),
    )
    op.create_table(
        "delivery_attempts",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("delivery_id", sa.Uuid(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("status", sa.Integer(), nullable=True),
        sa.Column("duration_ms", sa.Integer(), nullable=False),
        sa.Column("error", sa.String(), nullable=True),
        sa.Column("answer_sealed", sa.LargeBinary(), nullable=True),
        sa.Column("subject_id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(
            ["delivery_id"], ["deliveries.id"], name=op.f("fk_delivery_attempts_delivery_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_delivery_attempts")),
        sa.UniqueConstraint(
            "delivery_id", "number", name=op.f("uq_delivery_attempts_delivery_id_number")
        ),
    )
    op.create_index(
        op.f("ix_delivery_attempts_subject_id"), "delivery_attempts", ["subject_id"], unique=False
    )


def forms() -> None:
    op.create_table(
        "drafts",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("person_id", sa.Uuid(), nullable=False),
        sa.Column("purpose", sa.String(), nullable=False),
        sa.Column("version_id", sa.Uuid(), nullable=False),
        sa.Column("saved_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("sent_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("answers_sealed", sa.LargeBinary(), nullable=False),
        sa.Column("sources_sealed", sa.LargeBinary(), nullable=False),
        sa.Column("subject_id", sa.Uuid(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_drafts")),
    )
    op.create_index(op.f("ix_drafts_subject_id"), "drafts", ["subject_id"], unique=False)
    op.create_index(
        "uq_drafts_open",
        "drafts",
        ["person_id", "purpose"],
        unique=True,
        postgresql_where=sa.text("sent_at IS NULL"),
    )


def files() -> None:
    op.create_table(
        "files",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("person_id", sa.Uuid(), nullable=False),
        sa.Column("name_sealed", sa.LargeBinary(), nullable=False),
        sa.Column("sha256_sealed", sa.LargeBinary(), nullable=False),
        sa.Column("type", sa.String(), nullable=False),
        sa.Column("size", sa.Integer(), nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("released_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("subject_id", sa.Uuid(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_files")),
    )
    op.create_index(op.f("ix_files_person_id"), "files", ["person_id"], unique=False)
    op.create_index("ix_files_state_released_at", "files", ["state", "released_at"], unique=False)
    op.create_index(op.f("ix_files_subject_id"), "files", ["subject_id"], unique=False)


def post() -> None:
    op.create_table(
        "messages",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("key", sa.String(), nullable=True),
        sa.Column("language", sa.String(), nullable=False),
        sa.Column("recipient_sealed", sa.LargeBinary(), nullable=False),
        sa.Column("title_sealed", sa.LargeBinary(), nullable=False),
        sa.Column("body_sealed", sa.LargeBinary(), nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("error", sa.String(), nullable=True),
        sa.Column("sent_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("subject_id", sa.Uuid(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_messages")),
        sa.UniqueConstraint("key", name=op.f("uq_messages_key")),
    )
    op.create_index(
        "ix_messages_state_created_at", "messages", ["state", "created_at"], unique=False
    )
    op.create_index(op.f("ix_messages_subject_id"), "messages", ["subject_id"], unique=False)


def profile() -> None:
    op.create_table(
        "profiles",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("person_id", sa.Uuid(), nullable=False),
        sa.Column("extras_sealed", sa.LargeBinary(), nullable=True),
        sa.Column("changed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("subject_id", sa.Uuid(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_profiles")),
        sa.UniqueConstraint("person_id", name=op.f("uq_profiles_person_id")),
    )
    op.create_index(op.f("ix_profiles_subject_id"), "profiles", ["subject_id"], unique=False)


def kernel() -> None:
    op.create_table(
        "stored_events",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("payload", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_stored_events")),
    )
    op.create_table(
        "subject_keys",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("key_id", sa.String(), nullable=False),
        sa.Column("wrapped", sa.LargeBinary(), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_subject_keys")),
    )
