"""Newsletters, in every language; nothing in them is about anybody."""

from datetime import datetime
from uuid import UUID

from sqlalchemy.orm import Mapped

from portal.kernel.db import Base, Json, Row


class Letter(Row, Base):
    """`titles` and `texts` are by language."""

    __tablename__ = "letters"

    kind: Mapped[str]
    titles: Mapped[Json]
    texts: Mapped[Json]
    state: Mapped[str]
    written_by: Mapped[UUID]
    approved_by: Mapped[UUID | None]
    approved_at: Mapped[datetime | None]
