"""The ledger. What was agreed to and what was sent is never changed."""

from typing import Any
from uuid import UUID

from sqlalchemy import ForeignKey, Index
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from portal.kernel.db import Base, append_only
from portal.kernel.sealed import PersonalRow


@append_only
class Consent(PersonalRow, Base):
    """`fields` names what may be shared, never what was answered; `shown` holds the words."""

    __tablename__ = "consents"
    __table_args__ = (Index("ix_consents_person_id_id", "person_id", "id"),)

    person_id: Mapped[UUID]
    application_id: Mapped[UUID] = mapped_column(index=True)
    provider_slug: Mapped[str]
    service_slug: Mapped[str]
    version_id: Mapped[UUID]
    fields: Mapped[list[str]] = mapped_column(JSONB)
    shown: Mapped[dict[str, Any]] = mapped_column(JSONB)


@append_only
class Disclosure(PersonalRow, Base):
    __tablename__ = "disclosures"

    consent_id: Mapped[UUID] = mapped_column(ForeignKey("consents.id"), index=True)
    provider_slug: Mapped[str]
    fields: Mapped[list[str]] = mapped_column(JSONB)
    channel: Mapped[str]
