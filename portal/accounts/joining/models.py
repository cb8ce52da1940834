"""Codes with which somebody kept makes an account of their record."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import CheckConstraint, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from portal.accounts.joining.domain import TRIES
from portal.kernel.db import Base, Row
from portal.kernel.sealed import keyed


class JoiningCode(Row, Base):
    """The one code of a person; from `used_at` a day is left to complete the account.

    `filled` names the details that came with the account, which go if it is not completed.
    """

    __tablename__ = "joining_codes"
    __table_args__ = (
        UniqueConstraint("subject_id"),
        CheckConstraint(f"tries BETWEEN 0 AND {TRIES}", name="tries"),
    )

    subject_id: Mapped[UUID]
    made_by: Mapped[UUID]
    hash: Mapped[bytes] = keyed(unique=True, nullable=False)
    tries: Mapped[int] = mapped_column(default=0)
    ends: Mapped[datetime] = mapped_column(index=True)
    used_at: Mapped[datetime | None]
    filled: Mapped[str] = mapped_column(default="")
