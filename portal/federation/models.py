"""Identities that people linked, sign-ins with them that still last, and what was used up."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import Index, LargeBinary, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from portal.kernel.db import Base, Row
from portal.kernel.sealed import Encrypted, PersonalRow, keyed, sealed


class LinkedIdentity(PersonalRow, Base):
    """The subject is the person. `identity_key` is the keyed hash of issuer and sub."""

    __tablename__ = "linked_identities"
    __table_args__ = (UniqueConstraint("subject_id", "provider"),)

    provider: Mapped[str]
    identity_key: Mapped[bytes] = keyed(unique=True, nullable=False)
    sub_sealed: Mapped[bytes] = sealed("identity")
    sub = Encrypted(str, "sub_sealed")


class ProviderSession(Row, Base):
    """A provider's own session, by which it may tell us that somebody signed out there."""

    __tablename__ = "provider_sessions"
    __table_args__ = (UniqueConstraint("person_id", "sid_key"),)

    person_id: Mapped[UUID]
    provider: Mapped[str]
    sid_key: Mapped[bytes] = keyed(index=True, nullable=False)
    ends: Mapped[datetime]


class SpentToken(Base):
    """What works once and was used: the state of a sign-in, a logout token."""

    __tablename__ = "spent_tokens"
    __table_args__ = (Index("ix_spent_tokens_ends", "ends"),)

    key: Mapped[bytes] = mapped_column(LargeBinary, primary_key=True, info={"keyed": True})
    ends: Mapped[datetime]
