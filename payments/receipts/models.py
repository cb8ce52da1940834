"""Where the paper of a receipt lies."""

from uuid import UUID

from sqlalchemy import ForeignKey
from sqlalchemy.orm import Mapped, mapped_column

from portal.kernel.db import Base, append_only
from portal.kernel.sealed import PersonalRow


@append_only
class PaymentReceipt(PersonalRow, Base):
    """One for each payment; `document_id` is that of the paper, which anybody can look up."""

    __tablename__ = "payment_receipts"

    payment_id: Mapped[UUID] = mapped_column(ForeignKey("payments.id"), unique=True)
    file_id: Mapped[UUID] = mapped_column(unique=True)
    document_id: Mapped[UUID] = mapped_column(unique=True)
