"""The accounts that people want to be reminded of."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import Index, UniqueConstraint
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from portal.bills.domain import Fetched
from portal.kernel.db import Base
from portal.kernel.sealed import Encrypted, PersonalRow, keyed, sealed


class BillWatch(PersonalRow, Base):
    """One account, since its person agreed; a row that is gone ends it.

    `told` is what the provider said at `asked_at`, `tried_at` when it was asked last, heard or not.
    `dues` are the days of its open bills, for those who are to be reminded.
    """

    __tablename__ = "bill_watches"
    __table_args__ = (
        UniqueConstraint("person_id", "provider_slug", "account_key"),
        Index("ix_bill_watches_provider_slug_tried_at", "provider_slug", "tried_at"),
    )

    person_id: Mapped[UUID]
    provider_slug: Mapped[str]
    account_key: Mapped[bytes] = keyed(nullable=False)
    told_sealed: Mapped[bytes] = sealed("personal")
    told = Encrypted(Fetched, "told_sealed")
    dues: Mapped[list[str]] = mapped_column(JSONB)
    asked_at: Mapped[datetime]
    tried_at: Mapped[datetime]
