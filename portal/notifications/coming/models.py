"""Private calendar addresses, one for each person who wants one."""

from sqlalchemy import UniqueConstraint

from portal.kernel.db import Base
from portal.kernel.sealed import PersonalRow


class CalendarFeed(PersonalRow, Base):
    """The id, signed, is the address; a row that is gone ends it."""

    __tablename__ = "calendar_feeds"
    __table_args__ = (UniqueConstraint("subject_id"),)
