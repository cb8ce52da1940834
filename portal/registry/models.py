"""The tables of the registry: what was recorded, who proposed it, who published it, what is on.

Definitions, versions, proposals and publications are append-only: what people applied under never
changes, and what is on can only point at what two people published.
"""

from datetime import datetime
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, ForeignKeyConstraint, Index, UniqueConstraint
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from portal.kernel.db import Base, Json, Row, append_only


class RecordedProvider(Base):
    """Its row is what acts upon one provider's services queue up at."""

    __tablename__ = "providers"

    slug: Mapped[str] = mapped_column(primary_key=True)
    created_at: Mapped[datetime]


@append_only
class ServiceDefinition(Base):
    """All that one version says, under the SHA-256 of it."""

    __tablename__ = "service_definitions"

    digest: Mapped[str] = mapped_column(primary_key=True)
    definition: Mapped[Json]


@append_only
class ServiceVersion(Row, Base):
    __tablename__ = "service_versions"
    __table_args__ = (
        UniqueConstraint("provider_slug", "service_slug", "number"),
        UniqueConstraint("provider_slug", "service_slug", "digest"),
        UniqueConstraint("id", "provider_slug", "service_slug"),
    )

    provider_slug: Mapped[str] = mapped_column(ForeignKey(RecordedProvider.slug))
    service_slug: Mapped[str]
    number: Mapped[int]
    digest: Mapped[str] = mapped_column(ForeignKey(ServiceDefinition.digest))


@append_only
class VersionProposal(Row, Base):
    """A version that was retired may be proposed again, so a version may have several."""

    __tablename__ = "version_proposals"
    __table_args__ = (UniqueConstraint("id", "version_id", "proposed_by"),)

    version_id: Mapped[UUID] = mapped_column(ForeignKey(ServiceVersion.id), index=True)
    proposed_by: Mapped[UUID]


@append_only
class VersionPublication(Row, Base):
    """The second person's act. The key to the proposal carries who made it, so nobody lies."""

    __tablename__ = "version_publications"
    __table_args__ = (
        ForeignKeyConstraint(
            ["proposal_id", "version_id", "proposed_by"],
            [
                "version_proposals.id",
                "version_proposals.version_id",
                "version_proposals.proposed_by",
            ],
        ),
        CheckConstraint("published_by <> proposed_by", name="two_people"),
        UniqueConstraint("id", "version_id"),
    )

    proposal_id: Mapped[UUID] = mapped_column(unique=True)
    version_id: Mapped[UUID]
    proposed_by: Mapped[UUID]
    published_by: Mapped[UUID]


class PlannedPublication(Base):
    """An approval whose time has not come. The row goes when it comes, or is called off."""

    __tablename__ = "planned_publications"
    __table_args__ = (
        ForeignKeyConstraint(
            ["publication_id", "version_id"],
            ["version_publications.id", "version_publications.version_id"],
        ),
    )

    version_id: Mapped[UUID] = mapped_column(primary_key=True)
    publication_id: Mapped[UUID] = mapped_column(unique=True)
    at: Mapped[datetime] = mapped_column(index=True)
    approved_by: Mapped[UUID]


@append_only
class VersionTurn(Row, Base):
    """That a version went on: at its first time, or again when somebody went back to it."""

    __tablename__ = "version_turns"
    __table_args__ = (
        ForeignKeyConstraint(
            ["publication_id", "version_id"],
            ["version_publications.id", "version_publications.version_id"],
        ),
        Index("ix_version_turns_service", "provider_slug", "service_slug", "id"),
    )

    provider_slug: Mapped[str]
    service_slug: Mapped[str]
    publication_id: Mapped[UUID]
    version_id: Mapped[UUID] = mapped_column(index=True)
    turned_by: Mapped[UUID]


@append_only
class VersionTrial(Row, Base):
    """How past applications fare under a version: counts, nobody's answers."""

    __tablename__ = "version_trials"

    version_id: Mapped[UUID] = mapped_column(ForeignKey(ServiceVersion.id), index=True)
    told: Mapped[Json]


class ServiceState(Base):
    """Which version of a service is on, and whether it is paused."""

    __tablename__ = "service_states"
    __table_args__ = (
        ForeignKeyConstraint(
            ["publication_id", "version_id"],
            ["version_publications.id", "version_publications.version_id"],
        ),
        ForeignKeyConstraint(
            ["version_id", "provider_slug", "service_slug"],
            [
                "service_versions.id",
                "service_versions.provider_slug",
                "service_versions.service_slug",
            ],
        ),
        CheckConstraint("(paused_by IS NULL) = (pause_reason IS NULL)", name="pause_has_reason"),
    )

    provider_slug: Mapped[str] = mapped_column(primary_key=True)
    service_slug: Mapped[str] = mapped_column(primary_key=True)
    publication_id: Mapped[UUID]
    version_id: Mapped[UUID]
    paused_by: Mapped[UUID | None]
    paused_at: Mapped[datetime | None]
    pause_reason: Mapped[Json | None] = mapped_column(JSONB(none_as_null=True))


class Heir(Base):
    """That a provider gives a service which another one defines, and what it says otherwise.

    `told` holds the provider without services and what it inherits, as it declared them last;
    `problem` says why the newest version of the definition could not be taken over.
    """

    __tablename__ = "heirs"
    __table_args__ = (Index("ix_heirs_of", "parent_provider", "parent_service", "provider_slug"),)

    provider_slug: Mapped[str] = mapped_column(ForeignKey(RecordedProvider.slug), primary_key=True)
    service_slug: Mapped[str] = mapped_column(primary_key=True)
    parent_provider: Mapped[str]
    parent_service: Mapped[str]
    told: Mapped[Json]
    problem: Mapped[str | None]


class CatalogueStamp(Base):
    """One row that changes whenever anything does that the catalogue shows."""

    __tablename__ = "catalogue_stamp"
    __table_args__ = (CheckConstraint("id = 1", name="one_row"),)

    id: Mapped[int] = mapped_column(primary_key=True, default=1)
    stamp: Mapped[UUID]


class ProviderHealth(Base):
    """Whether a provider's own machine takes what people send it: well, or later."""

    __tablename__ = "provider_health"

    provider_slug: Mapped[str] = mapped_column(primary_key=True)
    state: Mapped[str]
    since: Mapped[datetime]
