"""What a person added to the details that accounts keep, and what others verified of them."""

from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy.orm import Mapped, mapped_column

from portal.kernel.db import Base
from portal.kernel.sealed import EncryptedOrNone, PersonalRow, sealed
from portal.profile.domain import Verified


class Profile(PersonalRow, Base):
    __tablename__ = "profiles"

    person_id: Mapped[UUID] = mapped_column(unique=True)
    extras_sealed: Mapped[bytes | None] = sealed("identity", nullable=True)
    extras = EncryptedOrNone(dict[str, Any], "extras_sealed")
    verified_sealed: Mapped[bytes | None] = sealed("identity", nullable=True)
    verified = EncryptedOrNone(dict[str, Verified], "verified_sealed")
    dates_sealed: Mapped[bytes | None] = sealed("personal", nullable=True)
    # The day on which the person changed each field last.
    dates = EncryptedOrNone(dict[str, date], "dates_sealed")
    changed_at: Mapped[datetime]
