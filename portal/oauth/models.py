"""What people agreed to tell sites and apps."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import ForeignKey, Index, text
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from portal.kernel.db import Base, Row


class OauthConsent(Row, Base):
    """`asked` names the claims that were shown, `claims` those that the person left ticked."""

    __tablename__ = "oauth_consents"
    __table_args__ = (
        Index(
            "uq_oauth_consents_live",
            "person_id",
            "client_id",
            unique=True,
            postgresql_where=text("revoked_at IS NULL"),
        ),
    )

    person_id: Mapped[UUID]
    client_id: Mapped[UUID] = mapped_column(ForeignKey("oauth_clients.id"))
    scopes: Mapped[list[str]] = mapped_column(JSONB)
    asked: Mapped[list[str]] = mapped_column(JSONB)
    claims: Mapped[list[str]] = mapped_column(JSONB)
    revoked_at: Mapped[datetime | None]
