"""What lies in people's vaults; the files are kept by the files room."""

from datetime import date
from typing import Any
from uuid import UUID

from sqlalchemy import Index
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from portal.kernel.db import Base
from portal.kernel.sealed import PersonalRow


class VaultItem(PersonalRow, Base):
    """A document of a person. `document_id` is that of the paper, if the portal made it.

    `path` is the one by which forms find it, and `names` say, by language, what it is and who gave
    it out; both are empty for what nobody asks for by a name.
    """

    __tablename__ = "vault_items"
    __table_args__ = (Index("ix_vault_items_person_id_path", "person_id", "path", "id"),)

    person_id: Mapped[UUID]
    path: Mapped[str | None]
    file_id: Mapped[UUID] = mapped_column(unique=True)
    document_id: Mapped[UUID | None] = mapped_column(unique=True)
    names: Mapped[dict[str, Any] | None] = mapped_column(JSONB)
    good_until: Mapped[date | None]
