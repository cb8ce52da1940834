"""Codes and tokens, of which only hashes are kept."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import ForeignKey, Index, LargeBinary
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from portal.kernel.db import Base, Row

CLIENT = "oauth_clients.id"


class OauthCode(Row, Base):
    """`family` names the tokens that are made from it, `session_id` the sign-in it came of.

    The latter is no key of a row: it outlives the renewing of the session in the same browser.
    """

    __tablename__ = "oauth_codes"
    __table_args__ = (Index("ix_oauth_codes_ends", "ends"),)

    code_hash: Mapped[bytes] = mapped_column(LargeBinary, unique=True)
    family: Mapped[UUID]
    client_id: Mapped[UUID] = mapped_column(ForeignKey(CLIENT))
    person_id: Mapped[UUID]
    session_id: Mapped[UUID]
    consent_id: Mapped[UUID] = mapped_column(ForeignKey("oauth_consents.id"))
    redirect_uri: Mapped[str]
    challenge: Mapped[str]
    nonce: Mapped[str | None]
    scopes: Mapped[list[str]] = mapped_column(JSONB)
    how: Mapped[str | None]
    auth_time: Mapped[datetime]
    ends: Mapped[datetime]
    used_at: Mapped[datetime | None]


class OauthToken(Row, Base):
    """`kind` is access or refresh. A family begins with one code and ends as one."""

    __tablename__ = "oauth_tokens"
    __table_args__ = (Index("ix_oauth_tokens_ends", "ends"),)

    token_hash: Mapped[bytes] = mapped_column(LargeBinary, unique=True)
    kind: Mapped[str]
    family: Mapped[UUID] = mapped_column(index=True)
    family_ends: Mapped[datetime]
    client_id: Mapped[UUID] = mapped_column(ForeignKey(CLIENT), index=True)
    person_id: Mapped[UUID | None]
    consent_id: Mapped[UUID | None] = mapped_column(ForeignKey("oauth_consents.id"), index=True)
    scopes: Mapped[list[str]] = mapped_column(JSONB)
    ends: Mapped[datetime]
    used_at: Mapped[datetime | None]
    revoked_at: Mapped[datetime | None]
