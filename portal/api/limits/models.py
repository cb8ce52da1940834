"""Counters of calls."""

from datetime import datetime
from uuid import UUID

from sqlalchemy.orm import Mapped, mapped_column

from portal.kernel.db import Base


class ApiMinute(Base):
    """The calls of one token or client in the minute that began then."""

    __tablename__ = "api_minutes"

    caller_id: Mapped[UUID] = mapped_column(primary_key=True)
    began: Mapped[datetime] = mapped_column(index=True)
    count: Mapped[int]
