"""Authenticator apps and recovery codes."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import BigInteger, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from portal.kernel.db import Base, Row
from portal.kernel.sealed import Encrypted, PersonalRow, keyed, sealed


class App(PersonalRow, Base):
    """An authenticator app. `last_step` is the newest time step whose code was used."""

    __tablename__ = "authenticator_apps"

    secret_sealed: Mapped[bytes] = sealed("personal")
    secret = Encrypted(str, "secret_sealed")
    last_step: Mapped[int] = mapped_column(BigInteger, default=0)
    confirmed_at: Mapped[datetime | None]


class RecoveryCode(Row, Base):
    __tablename__ = "recovery_codes"
    __table_args__ = (UniqueConstraint("person_id", "hash"),)

    person_id: Mapped[UUID]
    hash: Mapped[bytes] = keyed(nullable=False)
    used_at: Mapped[datetime | None]
