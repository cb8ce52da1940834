"""Passwords to be set anew."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import CheckConstraint, LargeBinary
from sqlalchemy.orm import Mapped, mapped_column

from portal.accounts.resets.domain import CODE_TRIES
from portal.kernel.db import Base
from portal.kernel.sealed import Encrypted, PersonalRow, keyed, sealed


class Reset(PersonalRow, Base):
    """The subject is whoever asked, of whom nothing else is known; `person_id` whose contact it is.

    Its `id` is known to the asking session alone.
    """

    __tablename__ = "password_resets"
    __table_args__ = (CheckConstraint(f"tries BETWEEN 0 AND {CODE_TRIES}", name="tries"),)

    contact_sealed: Mapped[bytes] = sealed("personal")
    contact = Encrypted(str, "contact_sealed")
    person_id: Mapped[UUID | None] = mapped_column(index=True)
    token_hash: Mapped[bytes | None] = mapped_column(LargeBinary, unique=True)
    code_hash: Mapped[bytes | None] = keyed()
    tries: Mapped[int] = mapped_column(default=0)
    ends: Mapped[datetime] = mapped_column(index=True)
    used_at: Mapped[datetime | None]
