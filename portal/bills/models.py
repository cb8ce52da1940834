"""What people asked providers about their bills, and what they paid."""

from datetime import date, datetime
from uuid import UUID

from sqlalchemy import BigInteger, Index
from sqlalchemy.orm import Mapped, mapped_column

from portal.bills.domain import Fetched, Particulars
from portal.kernel.db import Base
from portal.kernel.money import Money
from portal.kernel.sealed import Encrypted, PersonalRow, keyed, sealed


class BillLookup(PersonalRow, Base):
    """What a person asked a provider, and its answer; gone within a day."""

    __tablename__ = "bill_lookups"
    __table_args__ = (Index("ix_bill_lookups_person_id_created_at", "person_id", "created_at"),)

    person_id: Mapped[UUID]
    provider_slug: Mapped[str]
    told_sealed: Mapped[bytes] = sealed("personal")
    told = Encrypted(Fetched, "told_sealed")


class Bill(PersonalRow, Base):
    """One bill that a person pays or paid. It is never paid twice: the indexes see to it.

    `number_key` is the keyed hash of its number, in which the account often stands. Of a bill in
    parts a row is one part, and `before_minor` what had been paid here before it: one part follows
    another, and only when the provider says that it has taken in all before.
    """

    __tablename__ = "bills"
    __table_args__ = (
        Index(
            "uq_bills_one_after_another",
            *("provider_slug", "number_key", "before_minor"),
            unique=True,
            postgresql_where="state <> 'released'",
        ),
        Index(
            "uq_bills_one_that_is_paid_now",
            *("provider_slug", "number_key"),
            unique=True,
            postgresql_where="state = 'paying'",
        ),
        Index("ix_bills_person_id_id", "person_id", "id"),
    )

    person_id: Mapped[UUID]
    provider_slug: Mapped[str]
    number_key: Mapped[bytes] = keyed(nullable=False)
    told_sealed: Mapped[bytes] = sealed("personal")
    told = Encrypted(Particulars, "told_sealed")
    minor: Mapped[int] = mapped_column(BigInteger)
    before_minor: Mapped[int] = mapped_column(BigInteger, default=0, server_default="0")
    currency: Mapped[str]
    due_on: Mapped[date | None]
    state: Mapped[str]
    held_until: Mapped[datetime]
    payment_id: Mapped[UUID | None]
    paid_at: Mapped[datetime | None]

    @property
    def amount(self) -> Money:
        return Money(self.minor, self.currency)
