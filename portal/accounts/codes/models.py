"""Codes that were sent."""

from datetime import datetime

from sqlalchemy import CheckConstraint, LargeBinary
from sqlalchemy.orm import Mapped, mapped_column

from portal.accounts.codes.domain import TRIES
from portal.kernel.db import Base, Row
from portal.kernel.sealed import keyed


class OneTimeCode(Row, Base):
    """A code, or the link beside it. Its `id` is known to the asking session alone.

    `about` says by keyed hash whom and what it was sent to. `link_hash` is of a random token.
    """

    __tablename__ = "one_time_codes"
    __table_args__ = (CheckConstraint(f"tries BETWEEN 0 AND {TRIES}", name="tries"),)

    about: Mapped[bytes] = keyed(nullable=False)
    hash: Mapped[bytes] = keyed(nullable=False)
    link_hash: Mapped[bytes | None] = mapped_column(LargeBinary)
    tries: Mapped[int] = mapped_column(default=0)
    ends: Mapped[datetime] = mapped_column(index=True)
    used_at: Mapped[datetime | None]
