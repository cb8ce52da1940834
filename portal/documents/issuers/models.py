"""Keys of issuers, sealed by the keyring."""

from datetime import datetime
from typing import Any

from sqlalchemy import Index, LargeBinary
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from portal.kernel.db import Base, Row


class DocumentKey(Row, Base):
    """`ends` is empty for the one key that signs now; `issuer` is empty for the portal's own."""

    __tablename__ = "document_keys"
    __table_args__ = (
        Index("ix_document_keys_current", "issuer", unique=True, postgresql_where="ends IS NULL"),
    )

    issuer: Mapped[str]
    key_id: Mapped[str]
    sealed: Mapped[bytes] = mapped_column(LargeBinary)
    certificate: Mapped[bytes] = mapped_column(LargeBinary)
    public: Mapped[dict[str, Any]] = mapped_column(JSONB)
    ends: Mapped[datetime | None]
