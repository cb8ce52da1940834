"""The read side of the registry: one row for each published service and language."""

from uuid import UUID

from sqlalchemy import REAL, Index, Text
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.orm import Mapped, mapped_column

from portal.kernel.db import Base

ORDER = ("sort_key", "provider_slug", "service_slug")


class CatalogueEntry(Base):
    """A line of a list. `fee` is None for a service that costs nothing."""

    __tablename__ = "catalogue_entries"
    __table_args__ = (
        Index("ix_catalogue_entries_language", "language", *ORDER),
        Index("ix_catalogue_entries_category", "language", "category", *ORDER),
        Index("ix_catalogue_entries_provider", "language", *ORDER[1:2], *ORDER[:1], *ORDER[2:]),
        Index("ix_catalogue_entries_life_events", "life_events", postgresql_using="gin"),
        Index("ix_catalogue_entries_audience", "audience", postgresql_using="gin"),
    )

    language: Mapped[str] = mapped_column(primary_key=True)
    provider_slug: Mapped[str] = mapped_column(primary_key=True)
    service_slug: Mapped[str] = mapped_column(primary_key=True)
    version_id: Mapped[UUID]
    sort_key: Mapped[str]
    title: Mapped[str]
    summary: Mapped[str]
    provider_name: Mapped[str]
    kind: Mapped[str]
    category: Mapped[str]
    life_events: Mapped[list[str]] = mapped_column(ARRAY(Text))
    audience: Mapped[list[str]] = mapped_column(ARRAY(Text))
    fee: Mapped[str | None]
    promise: Mapped[int]
    is_paused: Mapped[bool]


def _trigrams(column: str) -> Index:
    return Index(
        f"ix_catalogue_vocabulary_{column}_trigrams",
        column,
        postgresql_using="gin",
        postgresql_ops={column: "gin_trgm_ops"},
    )


class KnownWord(Base):
    """Every folded word that any service is found by, once, with the consonants that it sounds by.

    Typing errors are mended against this small table, whatever number of services there is.
    """

    __tablename__ = "catalogue_vocabulary"
    __table_args__ = (_trigrams("word"), _trigrams("sound"))

    word: Mapped[str] = mapped_column(primary_key=True)
    sound: Mapped[str] = mapped_column(index=True)


class ServiceWord(Base):
    """Which word finds which service, and how much it says about it: from 0 to 1."""

    __tablename__ = "catalogue_words"
    __table_args__ = (Index("ix_catalogue_words_service", "provider_slug", "service_slug"),)

    word: Mapped[str] = mapped_column(primary_key=True)
    provider_slug: Mapped[str] = mapped_column(primary_key=True)
    service_slug: Mapped[str] = mapped_column(primary_key=True)
    weight: Mapped[float] = mapped_column(REAL)
