"""Why and how long the clock of a case stood still, apart from waiting for the person."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import ForeignKey, Index
from sqlalchemy.orm import Mapped, mapped_column

from portal.kernel.db import Base, Row


class CasePause(Row, Base):
    __tablename__ = "case_pauses"
    __table_args__ = (
        Index(
            "uq_case_pauses_open",
            "application_id",
            unique=True,
            postgresql_where="ended_at IS NULL",
        ),
    )

    application_id: Mapped[UUID] = mapped_column(ForeignKey("applications.id"), index=True)
    reason: Mapped[str]
    begun_by: Mapped[UUID]
    ended_at: Mapped[datetime | None]
