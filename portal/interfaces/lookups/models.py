"""Counters of look-ups: never what was looked up."""

from datetime import datetime
from uuid import UUID

from sqlalchemy.orm import Mapped, mapped_column

from portal.kernel.db import Base


class LookUpsMade(Base):
    """How many one person made at one provider in the time that began then."""

    __tablename__ = "lookups_made"

    person_id: Mapped[UUID] = mapped_column(primary_key=True)
    provider_slug: Mapped[str] = mapped_column(primary_key=True)
    began: Mapped[datetime] = mapped_column(index=True)
    count: Mapped[int]
