"""Tokens of programs, and the answers that a repeated call gets again."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import LargeBinary, UniqueConstraint
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from portal.kernel.db import Base, Json, Row


class ApiToken(Row, Base):
    """Only the hash of a token is kept; it is shown once, when it is made."""

    __tablename__ = "api_tokens"

    token_hash: Mapped[bytes] = mapped_column(LargeBinary, unique=True)
    provider_slug: Mapped[str] = mapped_column(index=True)
    label: Mapped[str]
    scopes: Mapped[list[str]] = mapped_column(JSONB)
    made_by: Mapped[UUID]
    revoked_at: Mapped[datetime | None]


class GivenAnswer(Row, Base):
    """One for each Idempotency-Key of a token: the second call gets the first one's answer."""

    __tablename__ = "given_answers"
    __table_args__ = (UniqueConstraint("token_id", "key"),)

    token_id: Mapped[UUID]
    key: Mapped[str]
    digest: Mapped[bytes] = mapped_column(LargeBinary)
    status: Mapped[int | None]
    body: Mapped[Json | None] = mapped_column(JSONB)
