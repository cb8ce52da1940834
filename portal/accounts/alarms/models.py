"""Warnings that were sent, each to one contact with one link."""

from datetime import datetime

from sqlalchemy import LargeBinary
from sqlalchemy.orm import Mapped, mapped_column

from portal.kernel.db import Base
from portal.kernel.sealed import EncryptedOrNone, PersonalRow, keyed, sealed


class Alarm(PersonalRow, Base):
    """`event` is a keyed hash of what happened and who was told; `token_hash` that of the link.

    `former` is a contact that was the person's until this: it hears for a while what goes on.
    """

    __tablename__ = "alarms"

    what: Mapped[str]
    event: Mapped[bytes] = keyed(nullable=False)
    token_hash: Mapped[bytes] = mapped_column(LargeBinary, unique=True)
    former_sealed: Mapped[bytes | None] = sealed("personal", nullable=True)
    former = EncryptedOrNone(str, "former_sealed")
    former_key: Mapped[bytes | None] = keyed(index=True)
    ends: Mapped[datetime] = mapped_column(index=True)
    used_at: Mapped[datetime | None]
