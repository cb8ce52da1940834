"""Who is whose guardian, and the codes that let a second guardian join."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import CheckConstraint, Index, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from portal.accounts.family.domain import Relation
from portal.kernel.db import Base, Row
from portal.kernel.sealed import Encrypted, PersonalRow, keyed, sealed


class Guardianship(PersonalRow, Base):
    """`subject_id` is the child, whose key seals how they are related."""

    __tablename__ = "guardianships"
    __table_args__ = (
        Index(
            "uq_guardianships_live",
            "guardian_id",
            "subject_id",
            unique=True,
            postgresql_where=text("ended_at IS NULL"),
        ),
        CheckConstraint("guardian_id <> subject_id", name="not_oneself"),
    )

    guardian_id: Mapped[UUID]
    relation_sealed: Mapped[bytes] = sealed("personal")
    relation = Encrypted(Relation, "relation_sealed")
    ended_at: Mapped[datetime | None]


class GuardianCode(Row, Base):
    """The one code of a child that another guardian types, made by a guardian."""

    __tablename__ = "guardian_codes"
    __table_args__ = (UniqueConstraint("subject_id"),)

    subject_id: Mapped[UUID]
    made_by: Mapped[UUID]
    hash: Mapped[bytes] = keyed(unique=True, nullable=False)
    ends: Mapped[datetime] = mapped_column(index=True)
