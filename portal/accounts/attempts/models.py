"""Counters of tries."""

from datetime import datetime

from sqlalchemy import CheckConstraint, LargeBinary
from sqlalchemy.orm import Mapped, mapped_column

from portal.accounts.attempts.domain import MOST_FAILURES
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


class Failures(Base):
    """How often in a row one authenticator was tried and did not fit; `key` is a keyed hash."""

    __tablename__ = "failures"
    __table_args__ = (CheckConstraint(f"count BETWEEN 0 AND {MOST_FAILURES}", name="count"),)

    key: Mapped[bytes] = mapped_column(LargeBinary, primary_key=True)
    count: Mapped[int]
    last: Mapped[datetime] = mapped_column(index=True)
