"""Mobile numbers on the way from one owner to the next."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import LargeBinary
from sqlalchemy.orm import Mapped, mapped_column

from portal.kernel.db import Base
from portal.kernel.sealed import Encrypted, PersonalRow, keyed, sealed


class Release(PersonalRow, Base):
    """The subject is the next owner, of whom nothing else is known; `former_id` is a person.

    `token_hash` is that of the link by which the former owner keeps the number.
    """

    __tablename__ = "number_releases"

    former_id: Mapped[UUID] = mapped_column(index=True)
    mobile_key: Mapped[bytes] = keyed(unique=True, nullable=False)
    mobile_sealed: Mapped[bytes] = sealed("personal")
    mobile = Encrypted(str, "mobile_sealed")
    token_hash: Mapped[bytes] = mapped_column(LargeBinary, unique=True)
    language: Mapped[str]
    due: Mapped[datetime] = mapped_column(index=True)
