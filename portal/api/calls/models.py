"""Calls of providers' programs, and how many there were each day."""

from datetime import date
from uuid import UUID

from sqlalchemy import Index
from sqlalchemy.orm import Mapped, mapped_column

from portal.kernel.db import Base, Row


class ApiCall(Row, Base):
    """One call: the route and never the path, no body, and nothing of a person's.

    `label` is what the integrator calls the token or client that it came with.
    """

    __tablename__ = "api_calls"
    __table_args__ = (Index("ix_api_calls_provider_slug_id", "provider_slug", "id"),)

    provider_slug: Mapped[str]
    caller_id: Mapped[UUID]
    label: Mapped[str]
    method: Mapped[str]
    route: Mapped[str]
    status: Mapped[int]
    ms: Mapped[int]
    incident: Mapped[str | None]


class ApiDay(Base):
    """What was called on one day, counted from the log while it is kept."""

    __tablename__ = "api_days"

    provider_slug: Mapped[str] = mapped_column(primary_key=True)
    day: Mapped[date] = mapped_column(primary_key=True)
    calls: Mapped[int]
    errors: Mapped[int]
