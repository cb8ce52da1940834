"""What people chose; codes and hours alone."""

from sqlalchemy import UniqueConstraint
from sqlalchemy.orm import Mapped

from portal.kernel.db import Base, Json
from portal.kernel.sealed import PersonalRow


class NoticeChoice(PersonalRow, Base):
    """`chosen` names the ways of each kind that the person chose for."""

    __tablename__ = "notice_choices"
    __table_args__ = (UniqueConstraint("subject_id"),)

    chosen: Mapped[Json]
    quiet_from: Mapped[int | None]
    quiet_to: Mapped[int | None]
    digest: Mapped[str]
