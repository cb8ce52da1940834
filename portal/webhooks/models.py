"""Endpoints of providers, the messages to them, and every attempt to deliver one."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import ForeignKey, Index, UniqueConstraint, false
from sqlalchemy.orm import Mapped, mapped_column

from portal.kernel.db import Base, Json, append_only
from portal.kernel.sealed import Encrypted, EncryptedOrNone, PersonalRow, sealed
from portal.kernel.signing import Signing


class WebhookEndpoint(Signing, Base):
    """Where a provider listens, how much it takes at a time, and how it fared lately.

    `failures` are tries in a row, and `failed_messages` those messages whose first try is among
    them. A resting endpoint is asked again at `rests_until`, after the pause number `rests`.
    """

    __tablename__ = "webhook_endpoints"
    part = "webhooks"

    provider_slug: Mapped[str] = mapped_column(unique=True)
    url: Mapped[str]
    state: Mapped[str]
    disabled_reason: Mapped[str | None]
    in_flight: Mapped[int | None]
    per_second: Mapped[int | None]
    failures: Mapped[int] = mapped_column(default=0, server_default="0")
    failed_messages: Mapped[int] = mapped_column(default=0, server_default="0")
    failing_since: Mapped[datetime | None]
    rests: Mapped[int] = mapped_column(default=0, server_default="0")
    rests_until: Mapped[datetime | None]


class WebhookPace(Base):
    """Of an endpoint with limits of its own: when its next message may go. Locked to be asked."""

    __tablename__ = "webhook_paces"

    provider_slug: Mapped[str] = mapped_column(primary_key=True)
    free_at: Mapped[datetime]


class WebhookCall(Base):
    """A call that is under way to an endpoint with limits of its own, until it must be over."""

    __tablename__ = "webhook_calls"

    delivery_id: Mapped[UUID] = mapped_column(primary_key=True)
    provider_slug: Mapped[str] = mapped_column(index=True)
    until: Mapped[datetime]


class Delivery(PersonalRow, Base):
    """One message; `id` is its webhook-id.

    `attempts_before` do not count for the schedule: they were made before it was replayed, or to
    see whether a resting endpoint is back. `about_id` is what its type is about: an application, a
    bill, or the test itself. `waits` says what the endpoint has to do with it that it is held or
    goes later. Somebody who holds it up by hand sets `kept_back`. What is `unshaped` is held until
    its provider has said what it adds.
    """

    __tablename__ = "deliveries"
    __table_args__ = (
        UniqueConstraint("about_id", "sequence"),
        Index("ix_deliveries_provider_slug_id", "provider_slug", "id", "type"),
        Index("ix_deliveries_reference", "provider_slug", "reference", "id"),
        # All but what arrived, which nobody looks for among the others.
        Index(
            "ix_deliveries_open",
            "provider_slug",
            "state",
            "id",
            postgresql_where="state <> 'delivered'",
        ),
        Index("ix_deliveries_state_next_at", "state", "next_at"),
        Index("ix_deliveries_unshaped", "created_at", postgresql_where="unshaped"),
        Index(
            "ix_deliveries_waits",
            "waits",
            "provider_slug",
            "id",
            postgresql_where="waits IS NOT NULL",
        ),
    )

    about_id: Mapped[UUID]
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
    kept_back: Mapped[bool] = mapped_column(default=False, server_default=false())
    waits: Mapped[str | None]
    unshaped: Mapped[bool] = mapped_column(default=False, server_default=false())


@append_only
class DeliveryAttempt(PersonalRow, Base):
    """One try: where it went and with which headers, and what came back.

    `detail` says why nothing came back. What came back may hold words about a person.
    """

    __tablename__ = "delivery_attempts"
    __table_args__ = (
        UniqueConstraint("delivery_id", "number"),
        Index(
            "ix_delivery_attempts_arrived", "provider_slug", "at", postgresql_where="error IS NULL"
        ),
        Index(
            "ix_delivery_attempts_failed",
            "provider_slug",
            "at",
            postgresql_where="error IS NOT NULL",
        ),
    )

    delivery_id: Mapped[UUID] = mapped_column(ForeignKey("deliveries.id"))
    provider_slug: Mapped[str]
    number: Mapped[int]
    at: Mapped[datetime]
    url: Mapped[str]
    sent: Mapped[Json]
    status: Mapped[int | None]
    duration_ms: Mapped[int]
    error: Mapped[str | None]
    detail: Mapped[str | None]
    answer_sealed: Mapped[bytes | None] = sealed("personal", nullable=True)
    answer = EncryptedOrNone(str, "answer_sealed")
    told_sealed: Mapped[bytes | None] = sealed("personal", nullable=True)
    told = EncryptedOrNone(dict[str, str], "told_sealed")
