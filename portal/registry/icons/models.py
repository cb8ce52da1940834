"""Icons as they are shown: our own PNG of the pixels that somebody sent, never the file."""

from sqlalchemy import LargeBinary
from sqlalchemy.orm import Mapped, mapped_column

from portal.kernel.db import Base, append_only


@append_only
class Icon(Base):
    """One picture, under the SHA-256 of it."""

    __tablename__ = "provider_icons"

    digest: Mapped[str] = mapped_column(primary_key=True)
    content: Mapped[bytes] = mapped_column(LargeBinary)
