"""How far the feed of a provider goes, how far it was read, and which message stands where."""

from uuid import UUID

from sqlalchemy import BigInteger, ForeignKey, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from portal.kernel.db import Base


class WebhookFeed(Base):
    """`last` is the last position given, `read` the last one acknowledged. Locked to be changed."""

    __tablename__ = "webhook_feeds"

    provider_slug: Mapped[str] = mapped_column(primary_key=True)
    last: Mapped[int] = mapped_column(BigInteger, default=0, server_default="0")
    read: Mapped[int] = mapped_column(BigInteger, default=0, server_default="0")


class FeedPosition(Base):
    """A message has one; it gets a later one when it was passed over while it was held back."""

    __tablename__ = "webhook_feed_positions"
    __table_args__ = (UniqueConstraint("provider_slug", "position"),)

    delivery_id: Mapped[UUID] = mapped_column(ForeignKey("deliveries.id"), primary_key=True)
    provider_slug: Mapped[str]
    position: Mapped[int] = mapped_column(BigInteger)
