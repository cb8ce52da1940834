"""The areas, and one row that changes whenever any of them does."""

from uuid import UUID

from sqlalchemy import ForeignKey, Index
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from portal.kernel.db import Base


class AreaRow(Base):
    __tablename__ = "areas"
    __table_args__ = (Index("ix_areas_parent", "parent"),)

    code: Mapped[str] = mapped_column(primary_key=True)
    # Deferred, so that an import need not sort children after their parents.
    parent: Mapped[str | None] = mapped_column(
        ForeignKey("areas.code", deferrable=True, initially="DEFERRED")
    )
    kind: Mapped[str]
    names: Mapped[dict[str, str]] = mapped_column(JSONB)
    active: Mapped[bool] = mapped_column(default=True)


class AreasEdition(Base):
    """A single row. Processes keep areas in memory for as long as `stamp` stays the same."""

    __tablename__ = "areas_edition"

    id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    stamp: Mapped[UUID]
