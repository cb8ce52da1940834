"""Browsers that asked to be rung."""

from sqlalchemy.orm import Mapped

from portal.kernel.db import Base
from portal.kernel.sealed import Encrypted, PersonalRow, keyed, sealed
from portal.notifications.push.domain import Browser


class PushSubscription(PersonalRow, Base):
    """One browser of a person, as it told us how to reach it."""

    __tablename__ = "push_subscriptions"

    endpoint_key: Mapped[bytes] = keyed(unique=True, nullable=False)
    browser_sealed: Mapped[bytes] = sealed("personal")
    browser = Encrypted(Browser, "browser_sealed")
