"""What was uploaded, what was only looked at so far, and the keys of publishers."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import ForeignKey, Index, LargeBinary
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from portal.kernel.db import Base, Row, append_only


@append_only
class Upload(Row, Base):
    """A manifest that was recorded, byte for byte. `versions` names the drafts it led to.

    `by` is a person's id, or `token:` and the id of a program's. `version` is what the manifest
    says of itself; where uploads are signed, it grows. `icon` is the picture that came along.
    """

    __tablename__ = "manifest_uploads"
    __table_args__ = (Index("ix_manifest_uploads_provider", "provider_slug", "id"),)

    provider_slug: Mapped[str] = mapped_column(ForeignKey("providers.slug"))
    by: Mapped[str]
    kind: Mapped[str]
    digest: Mapped[str]
    content: Mapped[bytes] = mapped_column(LargeBinary, deferred=True)
    versions: Mapped[list[dict[str, str | int]]] = mapped_column(JSONB)
    version: Mapped[int | None]
    signed: Mapped[bool]
    icon: Mapped[str | None] = mapped_column(ForeignKey("provider_icons.digest"))


class ManifestCheck(Row, Base):
    """What somebody looked at before recording it: for a day, or until they do."""

    __tablename__ = "manifest_checks"

    provider_slug: Mapped[str]
    person_id: Mapped[UUID] = mapped_column(index=True)
    kind: Mapped[str]
    content: Mapped[bytes] = mapped_column(LargeBinary)
    until: Mapped[datetime] = mapped_column(index=True)


@append_only
class PublisherKey(Row, Base):
    """The newest row of a provider counts; without a key in it, uploads need no signature."""

    __tablename__ = "publisher_keys"
    __table_args__ = (Index("ix_publisher_keys_provider", "provider_slug", "id"),)

    provider_slug: Mapped[str]
    public_key: Mapped[bytes | None] = mapped_column(LargeBinary)
    set_by: Mapped[UUID]
