"""Browsers that a person has signed in with before."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from portal.kernel.db import Base, Row
from portal.kernel.sealed import keyed


class KnownDevice(Row, Base):
    """One browser of one person; those who share a browser have a row each, with the same hash."""

    __tablename__ = "known_devices"
    __table_args__ = (UniqueConstraint("token_hash", "person_id"),)

    person_id: Mapped[UUID] = mapped_column(index=True)
    token_hash: Mapped[bytes] = keyed(nullable=False)
    seen: Mapped[datetime] = mapped_column(index=True)
