"""Posts that wait for their sender."""

from datetime import datetime
from typing import Any

from sqlalchemy import LargeBinary
from sqlalchemy.orm import Mapped, mapped_column

from portal.kernel.db import Base
from portal.kernel.sealed import Encrypted, PersonalRow, sealed


class HeldPost(PersonalRow, Base):
    """`post` holds path, endpoint and fields; the token that names it is in no table."""

    __tablename__ = "held_posts"

    token_hash: Mapped[bytes] = mapped_column(LargeBinary, unique=True)
    post_sealed: Mapped[bytes] = sealed("personal")
    ends: Mapped[datetime] = mapped_column(index=True)

    post = Encrypted(dict[str, Any], "post_sealed")
