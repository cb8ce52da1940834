"""Messages, sealed under the key of the person they go to."""

from datetime import datetime

from sqlalchemy import Index
from sqlalchemy.orm import Mapped, mapped_column

from portal.kernel.db import Base, Row
from portal.kernel.sealed import Encrypted, EncryptedOrNone, PersonalRow, keyed, sealed
from portal.post.domain import Channel


class Message(PersonalRow, Base):
    """`key` names what the message is about, so that it goes out once however often it is asked.

    `channel` is mail or text, `kind` one that people choose the ways of, `leave` the address that
    stops such mails. After `good_until` it is not sent any more. `their_id` is what a company calls
    it; at `settled_at` it came, came back, or was given up.
    """

    __tablename__ = "messages"
    __table_args__ = (
        Index("ix_messages_state_created_at", "state", "created_at"),
        Index("ix_messages_their_id", "their_id", postgresql_where="their_id IS NOT NULL"),
    )

    key: Mapped[str | None] = mapped_column(unique=True)
    channel: Mapped[str] = mapped_column(default=Channel.MAIL, server_default=Channel.MAIL)
    kind: Mapped[str | None]
    language: Mapped[str]
    recipient_sealed: Mapped[bytes] = sealed("personal")
    recipient = Encrypted(str, "recipient_sealed")
    title_sealed: Mapped[bytes] = sealed("personal")
    title = Encrypted(str, "title_sealed")
    body_sealed: Mapped[bytes] = sealed("personal")
    body = Encrypted(str, "body_sealed")
    leave_sealed: Mapped[bytes | None] = sealed("personal", nullable=True)
    leave = EncryptedOrNone(str, "leave_sealed")
    state: Mapped[str]
    attempts: Mapped[int]
    error: Mapped[str | None]
    sent_at: Mapped[datetime | None]
    settled_at: Mapped[datetime | None]
    their_id: Mapped[str | None]
    good_until: Mapped[datetime | None]


class ReturnedAddress(Row, Base):
    """An address that a mail server said is none; nothing goes there but what must be sent."""

    __tablename__ = "returned_addresses"

    address_key: Mapped[bytes] = keyed(unique=True, nullable=False)
    status: Mapped[str]
