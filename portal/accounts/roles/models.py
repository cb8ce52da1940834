"""Who holds which role, and who was invited to one."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import LargeBinary, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from portal.accounts.domain import Role
from portal.kernel.db import Base, Row
from portal.kernel.sealed import keyed


class RoleGrant(Row, Base):
    __tablename__ = "role_grants"
    __table_args__ = (
        UniqueConstraint("person_id", "role", "provider", postgresql_nulls_not_distinct=True),
    )

    person_id: Mapped[UUID]
    role: Mapped[Role]
    provider: Mapped[str | None]
    granted_by: Mapped[str]


class Invitation(Row, Base):
    """A link that makes whoever registers with it, under that address, hold the role."""

    __tablename__ = "invitations"

    token_hash: Mapped[bytes] = mapped_column(LargeBinary, unique=True)
    email_key: Mapped[bytes] = keyed(nullable=False)
    role: Mapped[str]
    ends: Mapped[datetime]
    used_at: Mapped[datetime | None]
