"""Counters of tries."""

from datetime import datetime

from sqlalchemy import LargeBinary
from sqlalchemy.orm import Mapped, mapped_column

from portal.kernel.db import Base


class Attempts(Base):
    """One counter of tries; `key` is a keyed hash, so the table names no account and no address."""

    __tablename__ = "attempts"

    key: Mapped[bytes] = mapped_column(LargeBinary, primary_key=True)
    count: Mapped[int]
    pauses: Mapped[int]
    began: Mapped[datetime]
    last: Mapped[datetime] = mapped_column(index=True)
    until: Mapped[datetime | None]
