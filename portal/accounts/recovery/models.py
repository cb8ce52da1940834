"""Accounts on the way to be opened without any factor, and the links that were sent for it."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import ForeignKey, Index, LargeBinary, text
from sqlalchemy.orm import Mapped, mapped_column

from portal.kernel.db import Base, Row


class Recovery(Row, Base):
    """`state` is one of domain.State; `begun_by` is the person, an admin's id or "command"."""

    __tablename__ = "recoveries"
    __table_args__ = (
        Index(
            "uq_recoveries_under_way",
            "person_id",
            unique=True,
            postgresql_where=text("state IN ('waiting', 'open', 'taken')"),
        ),
    )

    person_id: Mapped[UUID]
    begun_by: Mapped[str]
    state: Mapped[str]
    due: Mapped[datetime]
    remind: Mapped[datetime]
    reminded_at: Mapped[datetime | None]
    ends: Mapped[datetime] = mapped_column(index=True)
    taken_at: Mapped[datetime | None]


class RecoveryLink(Row, Base):
    """A link of one message: to cancel the recovery, or to end it with new factors."""

    __tablename__ = "recovery_links"

    recovery_id: Mapped[UUID] = mapped_column(
        ForeignKey("recoveries.id", ondelete="CASCADE"), index=True
    )
    token_hash: Mapped[bytes] = mapped_column(LargeBinary, unique=True)
    opens: Mapped[bool]
