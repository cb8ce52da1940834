"""Which browser is whose."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import Index, LargeBinary
from sqlalchemy.orm import Mapped, mapped_column

from portal.accounts.domain import Level
from portal.kernel.db import Base, Row


class SessionRow(Row, Base):
    """`data` opens only with the token, which no table holds.

    `how` names the factors that were shown, such as "password app"; `confirmed` is when last.
    `device` is sealed by the person's key. `created_at` stays when the token is renewed. A row
    of somebody who was idle too long is kept to its end, for what they still send.
    """

    __tablename__ = "sessions"
    __table_args__ = (Index("ix_sessions_ends", "ends"),)

    token_hash: Mapped[bytes] = mapped_column(LargeBinary, unique=True)
    person_id: Mapped[UUID | None] = mapped_column(index=True)
    level: Mapped[str] = mapped_column(default=Level.VISITOR)
    how: Mapped[str | None]
    confirmed: Mapped[datetime | None]
    device: Mapped[bytes | None] = mapped_column(LargeBinary)
    data: Mapped[bytes | None] = mapped_column(LargeBinary)
    seen: Mapped[datetime]
    ends: Mapped[datetime]
