"""What was sent together. Each application then goes its own way."""

from uuid import UUID

from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from portal.kernel.db import Base, Row, append_only


@append_only
class Bundle(Row, Base):
    """The applications of one draft; a draft makes one. `title` is that of the life event."""

    __tablename__ = "bundles"

    draft_id: Mapped[UUID] = mapped_column(unique=True)
    person_id: Mapped[UUID] = mapped_column(index=True)
    life_event: Mapped[str]
    title: Mapped[dict[str, str]] = mapped_column(JSONB)
