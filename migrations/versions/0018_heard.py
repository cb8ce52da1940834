"""How far messages to people came and by which ways; accounts whose bills are reminded of."""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision: str = "0018"
down_revision: str | None = "0017"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None


def upgrade() -> None:
    op.add_column("messages", sa.Column("kind", sa.String(), nullable=True))
    op.add_column("messages", sa.Column("settled_at", sa.DateTime(timezone=True), nullable=True))
    op.add_column("messages", sa.Column("their_id", sa.String(), nullable=True))
    _partial("ix_messages_their_id", "messages", "their_id", "their_id IS NOT NULL")
    op.add_column("inbox_notices", sa.Column("about", sa.Uuid(), nullable=True))
    _partial("ix_inbox_notices_about", "inbox_notices", "about", "about IS NOT NULL")
    op.create_table(
        "notice_sendings",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("subject_id", sa.Uuid(), nullable=False),
        sa.Column("notice_id", sa.Uuid(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("way", sa.String(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("state", sa.String(), nullable=True),
        sa.Column("changed_at", sa.DateTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_notice_sendings")),
        sa.UniqueConstraint("notice_id", "way", name=op.f("uq_notice_sendings_notice_id_way")),
    )
    op.create_index(op.f("ix_notice_sendings_subject_id"), "notice_sendings", ["subject_id"])
    op.create_index("ix_notice_sendings_name", "notice_sendings", ["name"])
    _partial("ix_notice_sendings_state", "notice_sendings", "created_at", "state IS NOT NULL")
    _watches()


def _watches() -> None:
    op.create_table(
        "bill_watches",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("subject_id", sa.Uuid(), nullable=False),
        sa.Column("person_id", sa.Uuid(), nullable=False),
        sa.Column("provider_slug", sa.String(), nullable=False),
        sa.Column("account_key", sa.LargeBinary(), nullable=False),
        sa.Column("told_sealed", sa.LargeBinary(), nullable=False),
        sa.Column("dues", postgresql.JSONB(), nullable=False),
        sa.Column("asked_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("tried_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_bill_watches")),
        sa.UniqueConstraint(
            "person_id",
            "provider_slug",
            "account_key",
            name=op.f("uq_bill_watches_person_id_provider_slug_account_key"),
        ),
    )
    op.create_index(op.f("ix_bill_watches_subject_id"), "bill_watches", ["subject_id"])
    index = "ix_bill_watches_provider_slug_tried_at"
    op.create_index(index, "bill_watches", ["provider_slug", "tried_at"])


def downgrade() -> None:
    op.drop_table("bill_watches")
    op.drop_table("notice_sendings")
    op.drop_index("ix_inbox_notices_about", table_name="inbox_notices")
    op.drop_column("inbox_notices", "about")
    op.drop_index("ix_messages_their_id", table_name="messages")
    for name in ("their_id", "settled_at", "kind"):
        op.drop_column("messages", name)


def _partial(name: str, table: str, column: str, where: str) -> None:
    op.create_index(name, table, [column], postgresql_where=sa.text(where))
