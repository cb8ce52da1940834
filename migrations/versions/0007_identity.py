"""Identity: passkeys, proven contacts, recovery, families, other sign-ins, acting for another."""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision: str = "0007"
down_revision: str | None = "0006"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None


def upgrade() -> None:
    op.execute("ALTER TYPE role ADD VALUE IF NOT EXISTS 'OPERATOR'")
    op.execute("ALTER TYPE role ADD VALUE IF NOT EXISTS 'EMERGENCY'")
    op.create_table(
        "alarms",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("what", sa.String(), nullable=False),
        sa.Column("event", sa.LargeBinary(), nullable=False),
        sa.Column("token_hash", sa.LargeBinary(), nullable=False),
        sa.Column("former_sealed", sa.LargeBinary(), nullable=True),
        sa.Column("former_key", sa.LargeBinary(), nullable=True),
        sa.Column("ends", sa.DateTime(timezone=True), nullable=False),
        sa.Column("used_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("subject_id", sa.Uuid(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_alarms")),
        sa.UniqueConstraint("token_hash", name=op.f("uq_alarms_token_hash")),
    )
    op.create_index(op.f("ix_alarms_ends"), "alarms", ["ends"], unique=False)
    op.create_index(op.f("ix_alarms_former_key"), "alarms", ["former_key"], unique=False)
    op.create_index(op.f("ix_alarms_subject_id"), "alarms", ["subject_id"], unique=False)
    op.create_table(
        "emergencies",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("provider", sa.String(), nullable=False),
        sa.Column("reason_sealed", sa.LargeBinary(), nullable=False),
        sa.Column("until", sa.DateTime(timezone=True), nullable=False),
        sa.Column("subject_id", sa.Uuid(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_emergencies")),
    )
    op.create_index(op.f("ix_emergencies_subject_id"), "emergencies", ["subject_id"], unique=False)
    op.create_table(
        "failures",
        sa.Column("key", sa.LargeBinary(), nullable=False),
        sa.Column("count", sa.Integer(), nullable=False),
        sa.CheckConstraint("count BETWEEN 0 AND 100", name=op.f("ck_failures_count")),
        sa.Column("last", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("key", name=op.f("pk_failures")),
    )
    op.create_index(op.f("ix_failures_last"), "failures", ["last"], unique=False)
    op.create_table(
        "guardian_codes",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("subject_id", sa.Uuid(), nullable=False),
        sa.Column("made_by", sa.Uuid(), nullable=False),
        sa.Column("hash", sa.LargeBinary(), nullable=False),
        sa.Column("ends", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_guardian_codes")),
        sa.UniqueConstraint("hash", name=op.f("uq_guardian_codes_hash")),
        sa.UniqueConstraint("subject_id", name=op.f("uq_guardian_codes_subject_id")),
    )
    op.create_index(op.f("ix_guardian_codes_ends"), "guardian_codes", ["ends"], unique=False)
    op.create_table(
        "guardianships",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("guardian_id", sa.Uuid(), nullable=False),
        sa.Column("relation_sealed", sa.LargeBinary(), nullable=False),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("subject_id", sa.Uuid(), nullable=False),
        sa.CheckConstraint("guardian_id <> subject_id", name=op.f("ck_guardianships_not_oneself")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_guardianships")),
    )
    op.create_index(
        op.f("ix_guardianships_subject_id"), "guardianships", ["subject_id"], unique=False
    )
    op.create_index(
        "uq_guardianships_live",
        "guardianships",
        ["guardian_id", "subject_id"],
        unique=True,
        postgresql_where=sa.text("ended_at IS NULL"),
    )
    op.create_table(
        "held_posts",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("token_hash", sa.LargeBinary(), nullable=False),
        sa.Column("post_sealed", sa.LargeBinary(), nullable=False),
        sa.Column("ends", sa.DateTime(timezone=True), nullable=False),
        sa.Column("subject_id", sa.Uuid(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_held_posts")),
        sa.UniqueConstraint("token_hash", name=op.f("uq_held_posts_token_hash")),
    )
    op.create_index(op.f("ix_held_posts_ends"), "held_posts", ["ends"], unique=False)
    op.create_index(op.f("ix_held_posts_subject_id"), "held_posts", ["subject_id"], unique=False)
    op.create_table(
        "joining_codes",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("subject_id", sa.Uuid(), nullable=False),
        sa.Column("made_by", sa.Uuid(), nullable=False),
        sa.Column("hash", sa.LargeBinary(), nullable=False),
        sa.Column("tries", sa.Integer(), nullable=False),
        sa.Column("ends", sa.DateTime(timezone=True), nullable=False),
        sa.Column("used_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("filled", sa.String(), nullable=False),
        sa.CheckConstraint("tries BETWEEN 0 AND 5", name=op.f("ck_joining_codes_tries")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_joining_codes")),
        sa.UniqueConstraint("hash", name=op.f("uq_joining_codes_hash")),
        sa.UniqueConstraint("subject_id", name=op.f("uq_joining_codes_subject_id")),
    )
    op.create_index(op.f("ix_joining_codes_ends"), "joining_codes", ["ends"], unique=False)
    op.create_table(
        "known_devices",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("person_id", sa.Uuid(), nullable=False),
        sa.Column("token_hash", sa.LargeBinary(), nullable=False),
        sa.Column("seen", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_known_devices")),
        sa.UniqueConstraint(
            "token_hash", "person_id", name=op.f("uq_known_devices_token_hash_person_id")
        ),
    )
    op.create_index(
        op.f("ix_known_devices_person_id"), "known_devices", ["person_id"], unique=False
    )
    op.create_index(op.f("ix_known_devices_seen"), "known_devices", ["seen"], unique=False)
    op.create_table(
        "linked_identities",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("provider", sa.String(), nullable=False),
        sa.Column("identity_key", sa.LargeBinary(), nullable=False),
        sa.Column("sub_sealed", sa.LargeBinary(), nullable=False),
        sa.Column("subject_id", sa.Uuid(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_linked_identities")),
        sa.UniqueConstraint("identity_key", name=op.f("uq_linked_identities_identity_key")),
        sa.UniqueConstraint(
            "subject_id", "provider", name=op.f("uq_linked_identities_subject_id_provider")
        ),
    )
    op.create_index(
        op.f("ix_linked_identities_subject_id"), "linked_identities", ["subject_id"], unique=False
    )
    op.create_table(
        "mandates",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("services", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("needs", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("ends", sa.DateTime(timezone=True), nullable=False),
        sa.Column("code_hash", sa.LargeBinary(), nullable=True),
        sa.Column("code_ends", sa.DateTime(timezone=True), nullable=True),
        sa.Column("contact_sealed", sa.LargeBinary(), nullable=True),
        sa.Column("helper_id", sa.Uuid(), nullable=True),
        sa.Column("accepted_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("centre", sa.String(), nullable=True),
        sa.Column("asked_by", sa.Uuid(), nullable=True),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("ended_by", sa.Uuid(), nullable=True),
        sa.Column("slip_number", sa.String(), nullable=True),
        sa.Column("slip_file_id", sa.Uuid(), nullable=True),
        sa.Column("subject_id", sa.Uuid(), nullable=False),
        sa.CheckConstraint(
            "(helper_id IS NULL) = (accepted_at IS NULL)", name=op.f("ck_mandates_accepted_by_one")
        ),
        sa.CheckConstraint("helper_id <> subject_id", name=op.f("ck_mandates_not_oneself")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_mandates")),
        sa.UniqueConstraint("code_hash", name=op.f("uq_mandates_code_hash")),
        sa.UniqueConstraint("slip_number", name=op.f("uq_mandates_slip_number")),
    )
    op.create_index("ix_mandates_helper_id", "mandates", ["helper_id", "ends"], unique=False)
    op.create_index(op.f("ix_mandates_subject_id"), "mandates", ["subject_id"], unique=False)
    op.create_table(
        "number_releases",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("former_id", sa.Uuid(), nullable=False),
        sa.Column("mobile_key", sa.LargeBinary(), nullable=False),
        sa.Column("mobile_sealed", sa.LargeBinary(), nullable=False),
        sa.Column("token_hash", sa.LargeBinary(), nullable=False),
        sa.Column("language", sa.String(), nullable=False),
        sa.Column("due", sa.DateTime(timezone=True), nullable=False),
        sa.Column("subject_id", sa.Uuid(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_number_releases")),
        sa.UniqueConstraint("mobile_key", name=op.f("uq_number_releases_mobile_key")),
        sa.UniqueConstraint("token_hash", name=op.f("uq_number_releases_token_hash")),
    )
    op.create_index(op.f("ix_number_releases_due"), "number_releases", ["due"], unique=False)
    op.create_index(
        op.f("ix_number_releases_former_id"), "number_releases", ["former_id"], unique=False
    )
    op.create_index(
        op.f("ix_number_releases_subject_id"), "number_releases", ["subject_id"], unique=False
    )
    op.create_table(
        "oauth_clients",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("provider_slug", sa.String(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("website", sa.String(), nullable=False),
        sa.Column("purpose", sa.String(), nullable=False),
        sa.Column("redirect_uris", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("scopes", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("needed", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("changed_by", sa.Uuid(), nullable=False),
        sa.Column("approved_by", sa.Uuid(), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_oauth_clients")),
    )
    op.create_index(
        op.f("ix_oauth_clients_provider_slug"), "oauth_clients", ["provider_slug"], unique=False
    )
    op.create_table(
        "oauth_keys",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("key_id", sa.String(), nullable=False),
        sa.Column("sealed", sa.LargeBinary(), nullable=False),
        sa.Column("public", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("begins", sa.DateTime(timezone=True), nullable=True),
        sa.Column("ends", sa.DateTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_oauth_keys")),
    )
    op.create_table(
        "one_time_codes",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("about", sa.LargeBinary(), nullable=False),
        sa.Column("hash", sa.LargeBinary(), nullable=False),
        sa.Column("link_hash", sa.LargeBinary(), nullable=True),
        sa.Column("tries", sa.Integer(), nullable=False),
        sa.Column("ends", sa.DateTime(timezone=True), nullable=False),
        sa.Column("used_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint("tries BETWEEN 0 AND 5", name=op.f("ck_one_time_codes_tries")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_one_time_codes")),
    )
    op.create_index(op.f("ix_one_time_codes_ends"), "one_time_codes", ["ends"], unique=False)
    op.create_table(
        "passkeys",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("credential_key", sa.LargeBinary(), nullable=False),
        sa.Column("credential_sealed", sa.LargeBinary(), nullable=False),
        sa.Column("public_key_sealed", sa.LargeBinary(), nullable=False),
        sa.Column("handle_sealed", sa.LargeBinary(), nullable=False),
        sa.Column("name_sealed", sa.LargeBinary(), nullable=False),
        sa.Column("transports_sealed", sa.LargeBinary(), nullable=False),
        sa.Column("sign_count", sa.BigInteger(), nullable=False),
        sa.Column("backed_up", sa.Boolean(), nullable=False),
        sa.Column("used_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("subject_id", sa.Uuid(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_passkeys")),
        sa.UniqueConstraint("credential_key", name=op.f("uq_passkeys_credential_key")),
    )
    op.create_index(op.f("ix_passkeys_subject_id"), "passkeys", ["subject_id"], unique=False)
    op.create_table(
        "password_resets",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("contact_sealed", sa.LargeBinary(), nullable=False),
        sa.Column("person_id", sa.Uuid(), nullable=True),
        sa.Column("token_hash", sa.LargeBinary(), nullable=True),
        sa.Column("code_hash", sa.LargeBinary(), nullable=True),
        sa.Column("tries", sa.Integer(), nullable=False),
        sa.Column("ends", sa.DateTime(timezone=True), nullable=False),
        sa.Column("used_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("subject_id", sa.Uuid(), nullable=False),
        sa.CheckConstraint("tries BETWEEN 0 AND 5", name=op.f("ck_password_resets_tries")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_password_resets")),
        sa.UniqueConstraint("token_hash", name=op.f("uq_password_resets_token_hash")),
    )
    op.create_index(op.f("ix_password_resets_ends"), "password_resets", ["ends"], unique=False)
    op.create_index(
        op.f("ix_password_resets_person_id"), "password_resets", ["person_id"], unique=False
    )
    op.create_index(
        op.f("ix_password_resets_subject_id"), "password_resets", ["subject_id"], unique=False
    )
    op.create_table(
        "provider_sessions",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("person_id", sa.Uuid(), nullable=False),
        sa.Column("provider", sa.String(), nullable=False),
        sa.Column("sid_key", sa.LargeBinary(), nullable=False),
        sa.Column("ends", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_provider_sessions")),
        sa.UniqueConstraint(
            "person_id", "sid_key", name=op.f("uq_provider_sessions_person_id_sid_key")
        ),
    )
    op.create_index(
        op.f("ix_provider_sessions_sid_key"), "provider_sessions", ["sid_key"], unique=False
    )
    op.create_table(
        "recoveries",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("person_id", sa.Uuid(), nullable=False),
        sa.Column("begun_by", sa.String(), nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("due", sa.DateTime(timezone=True), nullable=False),
        sa.Column("remind", sa.DateTime(timezone=True), nullable=False),
        sa.Column("reminded_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("ends", sa.DateTime(timezone=True), nullable=False),
        sa.Column("taken_at", sa.DateTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_recoveries")),
    )
    op.create_index(op.f("ix_recoveries_ends"), "recoveries", ["ends"], unique=False)
    op.create_index(
        "uq_recoveries_under_way",
        "recoveries",
        ["person_id"],
        unique=True,
        postgresql_where=sa.text("state IN ('waiting', 'open', 'taken')"),
    )
    op.create_table(
        "role_changes",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("gives", sa.Boolean(), nullable=False),
        sa.Column("role", sa.String(), nullable=False),
        sa.Column("provider", sa.String(), nullable=True),
        sa.Column("area", sa.String(), nullable=True),
        sa.Column("category", sa.String(), nullable=True),
        sa.Column("reason_sealed", sa.LargeBinary(), nullable=False),
        sa.Column("proposed_by", sa.String(), nullable=False),
        sa.Column("decided_by", sa.String(), nullable=True),
        sa.Column("approved", sa.Boolean(), nullable=True),
        sa.Column("ends", sa.DateTime(timezone=True), nullable=False),
        sa.Column("subject_id", sa.Uuid(), nullable=False),
        sa.CheckConstraint("decided_by <> proposed_by", name=op.f("ck_role_changes_two_people")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_role_changes")),
    )
    op.create_index(op.f("ix_role_changes_ends"), "role_changes", ["ends"], unique=False)
    op.create_index(
        op.f("ix_role_changes_subject_id"), "role_changes", ["subject_id"], unique=False
    )
    op.create_table(
        "spent_challenges",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("hash", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_spent_challenges")),
        sa.UniqueConstraint("hash", name=op.f("uq_spent_challenges_hash")),
    )
    op.create_table(
        "spent_tokens",
        sa.Column("key", sa.LargeBinary(), nullable=False),
        sa.Column("ends", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("key", name=op.f("pk_spent_tokens")),
    )
    op.create_index("ix_spent_tokens_ends", "spent_tokens", ["ends"], unique=False)
    op.create_table(
        "oauth_consents",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("person_id", sa.Uuid(), nullable=False),
        sa.Column("client_id", sa.Uuid(), nullable=False),
        sa.Column("scopes", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("asked", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("claims", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("revoked_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["client_id"], ["oauth_clients.id"], name=op.f("fk_oauth_consents_client_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_oauth_consents")),
    )
    op.create_index(
        "uq_oauth_consents_live",
        "oauth_consents",
        ["person_id", "client_id"],
        unique=True,
        postgresql_where=sa.text("revoked_at IS NULL"),
    )
    op.create_table(
        "oauth_secrets",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("client_id", sa.Uuid(), nullable=False),
        sa.Column("secret_hash", sa.LargeBinary(), nullable=False),
        sa.Column("ends", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["client_id"], ["oauth_clients.id"], name=op.f("fk_oauth_secrets_client_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_oauth_secrets")),
        sa.UniqueConstraint("secret_hash", name=op.f("uq_oauth_secrets_secret_hash")),
    )
    op.create_index(
        op.f("ix_oauth_secrets_client_id"), "oauth_secrets", ["client_id"], unique=False
    )
    op.create_table(
        "recovery_links",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("recovery_id", sa.Uuid(), nullable=False),
        sa.Column("token_hash", sa.LargeBinary(), nullable=False),
        sa.Column("opens", sa.Boolean(), nullable=False),
        sa.ForeignKeyConstraint(
            ["recovery_id"],
            ["recoveries.id"],
            name=op.f("fk_recovery_links_recovery_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_recovery_links")),
        sa.UniqueConstraint("token_hash", name=op.f("uq_recovery_links_token_hash")),
    )
    op.create_index(
        op.f("ix_recovery_links_recovery_id"), "recovery_links", ["recovery_id"], unique=False
    )
    op.create_table(
        "oauth_codes",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("code_hash", sa.LargeBinary(), nullable=False),
        sa.Column("family", sa.Uuid(), nullable=False),
        sa.Column("client_id", sa.Uuid(), nullable=False),
        sa.Column("person_id", sa.Uuid(), nullable=False),
        sa.Column("session_id", sa.Uuid(), nullable=False),
        sa.Column("consent_id", sa.Uuid(), nullable=False),
        sa.Column("redirect_uri", sa.String(), nullable=False),
        sa.Column("challenge", sa.String(), nullable=False),
        sa.Column("nonce", sa.String(), nullable=True),
        sa.Column("scopes", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("how", sa.String(), nullable=True),
        sa.Column("auth_time", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ends", sa.DateTime(timezone=True), nullable=False),
        sa.Column("used_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["client_id"], ["oauth_clients.id"], name=op.f("fk_oauth_codes_client_id")
        ),
        sa.ForeignKeyConstraint(
            ["consent_id"], ["oauth_consents.id"], name=op.f("fk_oauth_codes_consent_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_oauth_codes")),
        sa.UniqueConstraint("code_hash", name=op.f("uq_oauth_codes_code_hash")),
    )
    op.create_index("ix_oauth_codes_ends", "oauth_codes", ["ends"], unique=False)
    op.create_table(
        "oauth_tokens",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("token_hash", sa.LargeBinary(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("family", sa.Uuid(), nullable=False),
        sa.Column("family_ends", sa.DateTime(timezone=True), nullable=False),
        sa.Column("client_id", sa.Uuid(), nullable=False),
        sa.Column("person_id", sa.Uuid(), nullable=True),
        sa.Column("consent_id", sa.Uuid(), nullable=True),
        sa.Column("scopes", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("ends", sa.DateTime(timezone=True), nullable=False),
        sa.Column("used_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("revoked_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["client_id"], ["oauth_clients.id"], name=op.f("fk_oauth_tokens_client_id")
        ),
        sa.ForeignKeyConstraint(
            ["consent_id"], ["oauth_consents.id"], name=op.f("fk_oauth_tokens_consent_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_oauth_tokens")),
        sa.UniqueConstraint("token_hash", name=op.f("uq_oauth_tokens_token_hash")),
    )
    op.create_index(op.f("ix_oauth_tokens_client_id"), "oauth_tokens", ["client_id"], unique=False)
    op.create_index(
        op.f("ix_oauth_tokens_consent_id"), "oauth_tokens", ["consent_id"], unique=False
    )
    op.create_index("ix_oauth_tokens_ends", "oauth_tokens", ["ends"], unique=False)
    op.create_index(op.f("ix_oauth_tokens_family"), "oauth_tokens", ["family"], unique=False)
    op.add_column("applications", sa.Column("acted_by", sa.Uuid(), nullable=True))
    op.add_column("applications", sa.Column("acted_as", sa.String(), nullable=True))
    op.add_column("applications", sa.Column("mandate_id", sa.Uuid(), nullable=True))
    op.add_column("applications", sa.Column("area", sa.String(), nullable=True))
    op.create_check_constraint(
        op.f("ck_applications_acted_as_somebody"),
        "applications",
        "(acted_by IS NULL) = (acted_as IS NULL)",
    )
    op.add_column("invitations", sa.Column("provider", sa.String(), nullable=True))
    op.add_column("invitations", sa.Column("area", sa.String(), nullable=True))
    op.add_column("invitations", sa.Column("category", sa.String(), nullable=True))
    op.add_column(
        "invitations",
        sa.Column("invited_by", sa.String(), server_default="command", nullable=False),
    )
    op.alter_column("invitations", "invited_by", server_default=None)
    op.add_column(
        "messages", sa.Column("channel", sa.String(), server_default="mail", nullable=False)
    )
    op.add_column("messages", sa.Column("good_until", sa.DateTime(timezone=True), nullable=True))
    op.add_column("people", sa.Column("new_email_sealed", sa.LargeBinary(), nullable=True))
    op.add_column("people", sa.Column("new_mobile_sealed", sa.LargeBinary(), nullable=True))
    op.add_column("people", sa.Column("mobile_leaves", sa.DateTime(timezone=True), nullable=True))
    op.add_column(
        "people",
        sa.Column("text_factor", sa.Boolean(), server_default=sa.text("false"), nullable=False),
    )
    op.add_column("profiles", sa.Column("verified_sealed", sa.LargeBinary(), nullable=True))
    op.add_column("role_grants", sa.Column("area", sa.String(), nullable=True))
    op.add_column("role_grants", sa.Column("category", sa.String(), nullable=True))
    op.drop_constraint(
        op.f("uq_role_grants_person_id_role_provider"), "role_grants", type_="unique"
    )
    op.create_unique_constraint(
        op.f("uq_role_grants_person_id_role_provider_area_category"),
        "role_grants",
        ["person_id", "role", "provider", "area", "category"],
        postgresql_nulls_not_distinct=True,
    )
    op.add_column("sessions", sa.Column("how", sa.String(), nullable=True))
    op.add_column("sessions", sa.Column("confirmed", sa.DateTime(timezone=True), nullable=True))
    op.add_column("sessions", sa.Column("device", sa.LargeBinary(), nullable=True))
    op.add_column("timeline_entries", sa.Column("mandate_id", sa.Uuid(), nullable=True))


def downgrade() -> None:
    op.drop_column("timeline_entries", "mandate_id")
    op.drop_column("sessions", "device")
    op.drop_column("sessions", "confirmed")
    op.drop_column("sessions", "how")
    op.drop_constraint(
        op.f("uq_role_grants_person_id_role_provider_area_category"), "role_grants", type_="unique"
    )
    op.create_unique_constraint(
        op.f("uq_role_grants_person_id_role_provider"),
        "role_grants",
        ["person_id", "role", "provider"],
        postgresql_nulls_not_distinct=True,
    )
    op.drop_column("role_grants", "category")
    op.drop_column("role_grants", "area")
    op.drop_column("profiles", "verified_sealed")
    op.drop_column("people", "text_factor")
    op.drop_column("people", "mobile_leaves")
    op.drop_column("people", "new_mobile_sealed")
    op.drop_column("people", "new_email_sealed")
    op.drop_column("messages", "good_until")
    op.drop_column("messages", "channel")
    op.drop_column("invitations", "invited_by")
    op.drop_column("invitations", "category")
    op.drop_column("invitations", "area")
    op.drop_column("invitations", "provider")
    op.drop_constraint(op.f("ck_applications_acted_as_somebody"), "applications")
    op.drop_column("applications", "area")
    op.drop_column("applications", "mandate_id")
    op.drop_column("applications", "acted_as")
    op.drop_column("applications", "acted_by")
    op.drop_index(op.f("ix_oauth_tokens_family"), table_name="oauth_tokens")
    op.drop_index("ix_oauth_tokens_ends", table_name="oauth_tokens")
    op.drop_index(op.f("ix_oauth_tokens_consent_id"), table_name="oauth_tokens")
    op.drop_index(op.f("ix_oauth_tokens_client_id"), table_name="oauth_tokens")
    op.drop_table("oauth_tokens")
    op.drop_index("ix_oauth_codes_ends", table_name="oauth_codes")
    op.drop_table("oauth_codes")
    op.drop_index(op.f("ix_recovery_links_recovery_id"), table_name="recovery_links")
    op.drop_table("recovery_links")
    op.drop_index(op.f("ix_oauth_secrets_client_id"), table_name="oauth_secrets")
    op.drop_table("oauth_secrets")
    op.drop_index(
        "uq_oauth_consents_live",
        table_name="oauth_consents",
        postgresql_where=sa.text("revoked_at IS NULL"),
    )
    op.drop_table("oauth_consents")
    op.drop_index("ix_spent_tokens_ends", table_name="spent_tokens")
    op.drop_table("spent_tokens")
    op.drop_table("spent_challenges")
    op.drop_index(op.f("ix_role_changes_subject_id"), table_name="role_changes")
    op.drop_index(op.f("ix_role_changes_ends"), table_name="role_changes")
    op.drop_table("role_changes")
    op.drop_index(
        "uq_recoveries_under_way",
        table_name="recoveries",
        postgresql_where=sa.text("state IN ('waiting', 'open', 'taken')"),
    )
    op.drop_index(op.f("ix_recoveries_ends"), table_name="recoveries")
    op.drop_table("recoveries")
    op.drop_index(op.f("ix_provider_sessions_sid_key"), table_name="provider_sessions")
    op.drop_table("provider_sessions")
    op.drop_index(op.f("ix_password_resets_subject_id"), table_name="password_resets")
    op.drop_index(op.f("ix_password_resets_person_id"), table_name="password_resets")
    op.drop_index(op.f("ix_password_resets_ends"), table_name="password_resets")
    op.drop_table("password_resets")
    op.drop_index(op.f("ix_passkeys_subject_id"), table_name="passkeys")
    op.drop_table("passkeys")
    op.drop_index(op.f("ix_one_time_codes_ends"), table_name="one_time_codes")
    op.drop_table("one_time_codes")
    op.drop_table("oauth_keys")
    op.drop_index(op.f("ix_oauth_clients_provider_slug"), table_name="oauth_clients")
    op.drop_table("oauth_clients")
    op.drop_index(op.f("ix_number_releases_subject_id"), table_name="number_releases")
    op.drop_index(op.f("ix_number_releases_former_id"), table_name="number_releases")
    op.drop_index(op.f("ix_number_releases_due"), table_name="number_releases")
    op.drop_table("number_releases")
    op.drop_index(op.f("ix_mandates_subject_id"), table_name="mandates")
    op.drop_index("ix_mandates_helper_id", table_name="mandates")
    op.drop_table("mandates")
    op.drop_index(op.f("ix_linked_identities_subject_id"), table_name="linked_identities")
    op.drop_table("linked_identities")
    op.drop_index(op.f("ix_known_devices_seen"), table_name="known_devices")
    op.drop_index(op.f("ix_known_devices_person_id"), table_name="known_devices")
    op.drop_table("known_devices")
    op.drop_index(op.f("ix_joining_codes_ends"), table_name="joining_codes")
    op.drop_table("joining_codes")
    op.drop_index(op.f("ix_held_posts_subject_id"), table_name="held_posts")
    op.drop_index(op.f("ix_held_posts_ends"), table_name="held_posts")
    op.drop_table("held_posts")
    op.drop_index(
        "uq_guardianships_live",
        table_name="guardianships",
        postgresql_where=sa.text("ended_at IS NULL"),
    )
    op.drop_index(op.f("ix_guardianships_subject_id"), table_name="guardianships")
    op.drop_table("guardianships")
    op.drop_index(op.f("ix_guardian_codes_ends"), table_name="guardian_codes")
    op.drop_table("guardian_codes")
    op.drop_index(op.f("ix_failures_last"), table_name="failures")
    op.drop_table("failures")
    op.drop_index(op.f("ix_emergencies_subject_id"), table_name="emergencies")
    op.drop_table("emergencies")
    op.drop_index(op.f("ix_alarms_subject_id"), table_name="alarms")
    op.drop_index(op.f("ix_alarms_former_key"), table_name="alarms")
    op.drop_index(op.f("ix_alarms_ends"), table_name="alarms")
    op.drop_table("alarms")
