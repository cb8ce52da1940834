"""Messages to people: an inbox, their choices, and links that stop what they do not want."""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision: str = "0010"
down_revision: str | None = "0009"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None


def upgrade() -> None:
    op.add_column("messages", sa.Column("leave_sealed", sa.LargeBinary(), nullable=True))
    op.create_table(
        "notice_choices",
        *_personal("notice_choices"),
        sa.Column("chosen", postgresql.JSONB(), nullable=False),
        sa.Column("quiet_from", sa.Integer(), nullable=True),
        sa.Column("quiet_to", sa.Integer(), nullable=True),
        sa.Column("digest", sa.String(), nullable=False),
        sa.UniqueConstraint("subject_id", name=op.f("uq_notice_choices_subject_id")),
    )
    op.create_index(op.f("ix_notice_choices_subject_id"), "notice_choices", ["subject_id"])
    op.create_table(
        "inbox_notices",
        *_personal("inbox_notices"),
        sa.Column("key", sa.String(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("listed", sa.Boolean(), nullable=False),
        sa.Column("read_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("words_sealed", sa.LargeBinary(), nullable=True),
        sa.Column("waits", postgresql.JSONB(), nullable=False),
        sa.Column("send_at", sa.DateTime(timezone=True), nullable=True),
        sa.UniqueConstraint("key", name=op.f("uq_inbox_notices_key")),
    )
    op.create_index(op.f("ix_inbox_notices_subject_id"), "inbox_notices", ["subject_id"])
    _partial("listed", ["subject_id", "id"], "listed")
    _partial("unread", ["subject_id"], "listed AND read_at IS NULL")
    _partial("waiting", ["send_at"], "send_at IS NOT NULL")
    op.create_table(
        "calendar_feeds",
        *_personal("calendar_feeds"),
        sa.UniqueConstraint("subject_id", name=op.f("uq_calendar_feeds_subject_id")),
    )
    op.create_index(op.f("ix_calendar_feeds_subject_id"), "calendar_feeds", ["subject_id"])
    op.create_table(
        "push_subscriptions",
        *_personal("push_subscriptions"),
        sa.Column("endpoint_key", sa.LargeBinary(), nullable=False),
        sa.Column("browser_sealed", sa.LargeBinary(), nullable=False),
        sa.UniqueConstraint("endpoint_key", name=op.f("uq_push_subscriptions_endpoint_key")),
    )
    op.create_index(op.f("ix_push_subscriptions_subject_id"), "push_subscriptions", ["subject_id"])
    op.create_table(
        "letters",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("titles", postgresql.JSONB(), nullable=False),
        sa.Column("texts", postgresql.JSONB(), nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("written_by", sa.Uuid(), nullable=False),
        sa.Column("approved_by", sa.Uuid(), nullable=True),
        sa.Column("approved_at", sa.DateTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_letters")),
    )
    op.create_table(
        "returned_addresses",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("address_key", sa.LargeBinary(), nullable=False),
        sa.Column("status", sa.String(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_returned_addresses")),
        sa.UniqueConstraint("address_key", name=op.f("uq_returned_addresses_address_key")),
    )


def downgrade() -> None:
    op.drop_table("returned_addresses")
    op.drop_table("letters")
    op.drop_table("push_subscriptions")
    op.drop_table("calendar_feeds")
    op.drop_table("inbox_notices")
    op.drop_table("notice_choices")
    op.drop_column("messages", "leave_sealed")


def _personal(table: str) -> tuple[sa.schema.SchemaItem, ...]:
    return (
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("subject_id", sa.Uuid(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f(f"pk_{table}")),
    )


def _partial(name: str, columns: list[str], where: str) -> None:
    index = f"ix_inbox_notices_{name}"
    op.create_index(index, "inbox_notices", columns, postgresql_where=sa.text(where))
