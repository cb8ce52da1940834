"""Keys of ID tokens, sealed by the keyring."""

from datetime import datetime
from typing import Any

from sqlalchemy import LargeBinary
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from portal.kernel.db import Base, Row


class OauthKey(Row, Base):
    """`begins` is empty for the next key, which is published ahead; `ends` for what is in use."""

    __tablename__ = "oauth_keys"

    key_id: Mapped[str]
    sealed: Mapped[bytes] = mapped_column(LargeBinary)
    public: Mapped[dict[str, Any]] = mapped_column(JSONB)
    begins: Mapped[datetime | None]
    ends: Mapped[datetime | None]
