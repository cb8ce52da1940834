"""Endpoints of providers, the messages to them, and every attempt to deliver one."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import ForeignKey, Index, LargeBinary, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from portal.kernel.db import Base, Row, append_only
from portal.kernel.sealed import Encrypted, EncryptedOrNone, PersonalRow, sealed


class WebhookEndpoint(Row, Base):
    """Where a provider listens. Secrets are no person's data: a part of the keyring seals them."""

    __tablename__ = "webhook_endpoints"

    provider_slug: Mapped[str] = mapped_column(unique=True)
    url: Mapped[str]
    secret_sealed: Mapped[bytes] = mapped_column(LargeBinary)
    earlier_secret_sealed: Mapped[bytes | None] = mapped_column(LargeBinary)
    earlier_until: Mapped[datetime | None]
    state: Mapped[str]
    disabled_reason: Mapped[str | None]


class Delivery(PersonalRow, Base):
    """One message; `id` is its webhook-id. `attempts_before` were made before it was replayed."""

    __tablename__ = "deliveries"
    __table_args__ = (
        UniqueConstraint("application_id", "sequence"),
        Index("ix_deliveries_provider_slug_id", "provider_slug", "id"),
        Index("ix_deliveries_state_next_at", "state", "next_at"),
    )

    application_id: Mapped[UUID]
    provider_slug: Mapped[str]
    reference: Mapped[str]
    sequence: Mapped[int]
    type: Mapped[str]
    body_sealed: Mapped[bytes] = sealed("identity")
    body = Encrypted(str, "body_sealed")
    state: Mapped[str]
    attempts: Mapped[int]
    attempts_before: Mapped[int]
    next_at: Mapped[datetime | None]
    heard_at: Mapped[datetime | None]


@append_only
class DeliveryAttempt(PersonalRow, Base):
    __tablename__ = "delivery_attempts"
    __table_args__ = (UniqueConstraint("delivery_id", "number"),)

    delivery_id: Mapped[UUID] = mapped_column(ForeignKey("deliveries.id"))
    number: Mapped[int]
    at: Mapped[datetime]
    status: Mapped[int | None]
    duration_ms: Mapped[int]
    error: Mapped[str | None]
    answer_sealed: Mapped[bytes | None] = sealed("personal", nullable=True)
    answer = EncryptedOrNone(str, "answer_sealed")
