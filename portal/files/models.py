"""The files that are kept; their content lies sealed on the shelves."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import Index
from sqlalchemy.orm import Mapped, mapped_column

from portal.files.domain import State
from portal.kernel.db import Base
from portal.kernel.sealed import Encrypted, PersonalRow, sealed


class File(PersonalRow, Base):
    """`released_at` is when its last user let it go; a day later it is removed."""

    __tablename__ = "files"
    __table_args__ = (Index("ix_files_state_released_at", "state", "released_at"),)

    person_id: Mapped[UUID] = mapped_column(index=True)
    name_sealed: Mapped[bytes] = sealed("personal")
    name = Encrypted(str, "name_sealed")
    sha256_sealed: Mapped[bytes] = sealed("personal")
    sha256 = Encrypted(str, "sha256_sealed")
    type: Mapped[str]
    size: Mapped[int]
    state: Mapped[str] = mapped_column(default=State.USED)
    released_at: Mapped[datetime | None]
