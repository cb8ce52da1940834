"""Papers that anybody can check, the keys that sign them, and the documents that people keep."""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision: str = "0012"
down_revision: str | None = "0011"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None


def upgrade() -> None:
    _table(
        "document_keys",
        sa.Column("issuer", sa.String(), nullable=False),
        sa.Column("key_id", sa.String(), nullable=False),
        sa.Column("sealed", sa.LargeBinary(), nullable=False),
        sa.Column("certificate", sa.LargeBinary(), nullable=False),
        sa.Column("public", postgresql.JSONB(), nullable=False),
        sa.Column("ends", sa.DateTime(timezone=True)),
    )
    op.create_index(
        "ix_document_keys_current",
        "document_keys",
        ["issuer"],
        unique=True,
        postgresql_where="ends IS NULL",
    )
    _about_somebody(
        "documents",
        sa.Column("number", sa.String(), nullable=False, unique=True),
        sa.Column("issuer", sa.String(), nullable=False),
        sa.Column("slug", sa.String(), nullable=False),
        sa.Column("names", postgresql.JSONB(), nullable=False),
        sa.Column("good_until", sa.Date()),
        sa.Column("key", sa.Uuid(), nullable=False),
        sa.Column("sha256", sa.String(), nullable=False, unique=True),
        sa.Column("statement_sealed", sa.LargeBinary(), nullable=False),
    )
    _about_somebody(
        "document_ends",
        sa.Column("document_id", sa.Uuid(), sa.ForeignKey("documents.id"), nullable=False),
        sa.Column("how", sa.String(), nullable=False),
        sa.Column("by_id", sa.Uuid(), sa.ForeignKey("documents.id")),
        sa.Column("words_sealed", sa.LargeBinary()),
        sa.UniqueConstraint("document_id"),
        sa.CheckConstraint(
            "how IN ('revoked', 'replaced')", name=op.f("ck_document_ends_ended_somehow")
        ),
        sa.CheckConstraint(
            "(how = 'replaced') = (by_id IS NOT NULL)",
            name=op.f("ck_document_ends_replaced_by_one"),
        ),
    )
    op.create_index("ix_document_ends_by_id", "document_ends", ["by_id"])
    _about_somebody(
        "vault_items",
        sa.Column("person_id", sa.Uuid(), nullable=False),
        sa.Column("path", sa.String()),
        sa.Column("file_id", sa.Uuid(), nullable=False, unique=True),
        sa.Column("document_id", sa.Uuid(), unique=True),
        sa.Column("names", postgresql.JSONB()),
        sa.Column("good_until", sa.Date()),
    )
    op.create_index("ix_vault_items_person_id_path", "vault_items", ["person_id", "path", "id"])
    op.add_column("issued_documents", sa.Column("kind", sa.String()))
    op.add_column("issued_documents", sa.Column("paper_id", sa.Uuid()))
    op.create_unique_constraint(
        op.f("uq_issued_documents_paper_id"), "issued_documents", ["paper_id"]
    )


def downgrade() -> None:
    op.drop_constraint(op.f("uq_issued_documents_paper_id"), "issued_documents")
    op.drop_column("issued_documents", "paper_id")
    op.drop_column("issued_documents", "kind")
    for table in ("vault_items", "document_ends", "documents", "document_keys"):
        op.drop_table(table)


def _table(name: str, *columns: sa.schema.SchemaItem) -> None:
    op.create_table(
        name,
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        *columns,
        sa.PrimaryKeyConstraint("id"),
    )


def _about_somebody(name: str, *columns: sa.schema.SchemaItem) -> None:
    _table(name, sa.Column("subject_id", sa.Uuid(), nullable=False), *columns)
    op.create_index(op.f(f"ix_{name}_subject_id"), name, ["subject_id"])
