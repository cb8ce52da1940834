"""Clients and the hashes of their secrets."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import ForeignKey, LargeBinary
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from portal.kernel.db import Base, Row


class OauthClient(Row, Base):
    """`changed_by` last touched what an admin approves; the same person cannot approve it."""

    __tablename__ = "oauth_clients"

    provider_slug: Mapped[str] = mapped_column(index=True)
    name: Mapped[str]
    kind: Mapped[str]
    website: Mapped[str]
    purpose: Mapped[str]
    redirect_uris: Mapped[list[str]] = mapped_column(JSONB)
    scopes: Mapped[list[str]] = mapped_column(JSONB)
    needed: Mapped[list[str]] = mapped_column(JSONB)
    state: Mapped[str]
    changed_by: Mapped[UUID]
    approved_by: Mapped[UUID | None]


class OauthSecret(Row, Base):
    """Two live while a client changes over; `ends` is set for the older one."""

    __tablename__ = "oauth_secrets"

    client_id: Mapped[UUID] = mapped_column(ForeignKey("oauth_clients.id"), index=True)
    secret_hash: Mapped[bytes] = mapped_column(LargeBinary, unique=True)
    ends: Mapped[datetime | None]
