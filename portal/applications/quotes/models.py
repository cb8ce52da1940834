"""What a provider said that a draft costs."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import BigInteger
from sqlalchemy.orm import Mapped, mapped_column

from portal.kernel.db import Base


class FeeQuote(Base):
    """`saved_at` is the draft's: with other answers, the provider is asked anew."""

    __tablename__ = "fee_quotes"

    draft_id: Mapped[UUID] = mapped_column(primary_key=True)
    saved_at: Mapped[datetime]
    quoted_at: Mapped[datetime]
    minor: Mapped[int] = mapped_column(BigInteger)
    currency: Mapped[str]
