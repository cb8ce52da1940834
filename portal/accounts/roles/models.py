"""Who holds which role, who was invited to one, and which changes wait for a second person."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import CheckConstraint, LargeBinary, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from portal.accounts.domain import Role
from portal.kernel.db import Base, Row
from portal.kernel.sealed import Encrypted, PersonalRow, keyed, sealed


class RoleGrant(Row, Base):
    __tablename__ = "role_grants"
    __table_args__ = (
        UniqueConstraint(
            "person_id",
            "role",
            "provider",
            "area",
            "category",
            "post",
            postgresql_nulls_not_distinct=True,
        ),
    )

    person_id: Mapped[UUID]
    role: Mapped[Role]
    provider: Mapped[str | None]
    area: Mapped[str | None]
    category: Mapped[str | None]
    post: Mapped[str | None]
    granted_by: Mapped[str]


class Invitation(Row, Base):
    """A link that makes whoever registers with it, under that address, hold the role."""

    __tablename__ = "invitations"

    token_hash: Mapped[bytes] = mapped_column(LargeBinary, unique=True)
    email_key: Mapped[bytes] = keyed(nullable=False)
    role: Mapped[str]
    provider: Mapped[str | None]
    area: Mapped[str | None]
    category: Mapped[str | None]
    post: Mapped[str | None]
    invited_by: Mapped[str]
    ends: Mapped[datetime]
    used_at: Mapped[datetime | None]


class RoleChange(PersonalRow, Base):
    """A role to be given or taken away: proposed by one, decided by another.

    Both are an id, or the name of a part of the house, such as "command".
    """

    __tablename__ = "role_changes"
    __table_args__ = (CheckConstraint("decided_by <> proposed_by", name="two_people"),)

    gives: Mapped[bool]
    role: Mapped[str]
    provider: Mapped[str | None]
    area: Mapped[str | None]
    category: Mapped[str | None]
    post: Mapped[str | None]
    reason_sealed: Mapped[bytes] = sealed("personal")
    reason = Encrypted(str, "reason_sealed")
    proposed_by: Mapped[str]
    decided_by: Mapped[str | None]
    approved: Mapped[bool | None]
    ends: Mapped[datetime] = mapped_column(index=True)


class Emergency(PersonalRow, Base):
    """Access of one of the staff to a provider's cases for a short while, with what they wrote."""

    __tablename__ = "emergencies"

    provider: Mapped[str]
    reason_sealed: Mapped[bytes] = sealed("personal")
    reason = Encrypted(str, "reason_sealed")
    until: Mapped[datetime]
