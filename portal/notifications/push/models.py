"""Browsers that asked to be rung, and the key that shows them who rings."""

from sqlalchemy import Boolean, LargeBinary
from sqlalchemy.orm import Mapped, mapped_column

from portal.kernel.db import Base, Row
from portal.kernel.sealed import Encrypted, PersonalRow, keyed, sealed
from portal.notifications.push.domain import Browser


class PushSubscription(PersonalRow, Base):
    """One browser of a person, as it told us how to reach it."""

    __tablename__ = "push_subscriptions"

    endpoint_key: Mapped[bytes] = keyed(unique=True, nullable=False)
    browser_sealed: Mapped[bytes] = sealed("personal")
    browser = Encrypted(Browser, "browser_sealed")


class PushKey(Row, Base):
    """The portal's own key (VAPID, RFC 8292); there is one, since browsers pin it."""

    __tablename__ = "push_keys"

    only: Mapped[bool] = mapped_column(Boolean, unique=True)
    public: Mapped[str]
    secret_sealed: Mapped[bytes] = mapped_column(LargeBinary)
