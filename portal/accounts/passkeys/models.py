"""Passkeys, and the challenges that were used up."""

from datetime import datetime

from sqlalchemy import BigInteger
from sqlalchemy.orm import Mapped, mapped_column

from portal.kernel.db import Base, Row
from portal.kernel.sealed import Encrypted, PersonalRow, keyed, sealed


class Passkey(PersonalRow, Base):
    """`credential_key` finds it; `handle` is what the authenticator knows its owner by.

    Credential, key and handle are base64url. `sign_count` is the newest one that was shown.
    """

    __tablename__ = "passkeys"

    credential_key: Mapped[bytes] = keyed(unique=True, nullable=False)
    credential_sealed: Mapped[bytes] = sealed("personal")
    public_key_sealed: Mapped[bytes] = sealed("personal")
    handle_sealed: Mapped[bytes] = sealed("personal")
    name_sealed: Mapped[bytes] = sealed("personal")
    transports_sealed: Mapped[bytes] = sealed("personal")
    sign_count: Mapped[int] = mapped_column(BigInteger)
    backed_up: Mapped[bool]
    used_at: Mapped[datetime | None]

    credential = Encrypted(str, "credential_sealed")
    public_key = Encrypted(str, "public_key_sealed")
    handle = Encrypted(str, "handle_sealed")
    name = Encrypted(str, "name_sealed")
    transports = Encrypted(list[str], "transports_sealed")


class SpentChallenge(Row, Base):
    """A challenge that was answered, rightly or not; kept as long as it could be answered again."""

    __tablename__ = "spent_challenges"

    hash: Mapped[bytes] = keyed(unique=True, nullable=False)
