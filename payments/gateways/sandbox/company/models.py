"""The pretended company's own books. The portal never reads them but through service.py."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import BigInteger, CheckConstraint, ForeignKey
from sqlalchemy.orm import Mapped, mapped_column

from portal.kernel.db import Base, Row
from portal.kernel.money import Money


class SandboxOrder(Row, Base):
    """An order to take money, by the reference of the merchant, which is us."""

    __tablename__ = "sandbox_orders"
    __table_args__ = (
        CheckConstraint("returned_minor BETWEEN 0 AND amount_minor", name="no_more_back_than_came"),
    )

    reference: Mapped[str] = mapped_column(unique=True)
    number: Mapped[str] = mapped_column(unique=True)
    page_hash: Mapped[bytes] = mapped_column(unique=True)
    title: Mapped[str]
    amount_minor: Mapped[int] = mapped_column(BigInteger)
    currency: Mapped[str]
    returned_minor: Mapped[int] = mapped_column(BigInteger)
    return_url: Mapped[str]
    notice_url: Mapped[str]
    expires_at: Mapped[datetime]
    state: Mapped[str]

    @property
    def amount(self) -> Money:
        return Money(self.amount_minor, self.currency)


class SandboxReturn(Row, Base):
    """Money given back, once for each key of the merchant."""

    __tablename__ = "sandbox_returns"

    key: Mapped[str] = mapped_column(unique=True)
    order_id: Mapped[UUID] = mapped_column(ForeignKey("sandbox_orders.id"), index=True)
    number: Mapped[str]
    amount_minor: Mapped[int] = mapped_column(BigInteger)


class SandboxNotice(Row, Base):
    """A message to the merchant, until it was taken."""

    __tablename__ = "sandbox_notices"

    order_id: Mapped[UUID] = mapped_column(ForeignKey("sandbox_orders.id"), index=True)
    body: Mapped[str]
    tries: Mapped[int]
    taken_at: Mapped[datetime | None]
