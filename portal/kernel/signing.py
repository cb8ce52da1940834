"""Secrets that sign what is said to other programs: kept sealed, followed by new ones, and used.

They are no person's data, so a part of the keyring seals them. What is signed is the rooms' own.
"""

import base64
import secrets as randomness
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any, ClassVar

from sqlalchemy import LargeBinary
from sqlalchemy.orm import Mapped, mapped_column
from standardwebhooks import Webhook

from portal.kernel import clock, crypto
from portal.kernel.db import Row
from portal.kernel.keys import keyring

ROTATION = timedelta(hours=24)


class Signing(Row):
    """A row with a secret, and for a day with the one before it; `part` of the keyring seals it."""

    __tablename__: Any
    part: ClassVar[str]
    secret_sealed: Mapped[bytes] = mapped_column(LargeBinary)
    earlier_secret_sealed: Mapped[bytes | None] = mapped_column(LargeBinary)
    earlier_until: Mapped[datetime | None]


def new_secret() -> str:
    return "whsec_" + base64.b64encode(randomness.token_bytes(32)).decode()


def put(row: Signing, secret: str) -> None:
    """Sign with this secret alone from now on, or beside an earlier one that still lasts."""
    row.secret_sealed = crypto.seal(_key(row), _place(row), secret.encode())


def rotate(row: Signing) -> str:
    """A new secret; the one that it follows signs beside it for a day."""
    made = new_secret()
    row.earlier_secret_sealed, row.earlier_until = row.secret_sealed, clock.now() + ROTATION
    put(row, made)
    return made


def valid(row: Signing) -> tuple[str, ...]:
    """Those that sign now, the newest first."""
    sealed = [row.secret_sealed]
    if row.earlier_secret_sealed and row.earlier_until and clock.now() < row.earlier_until:
        sealed.append(row.earlier_secret_sealed)
    return tuple(crypto.unseal(_key(row), _place(row), one).decode() for one in sealed)


def headers(message_id: str, said: str, secrets: Sequence[str], at: datetime) -> dict[str, str]:
    """Those of Standard Webhooks, with one signature for each secret."""
    signatures = (Webhook(secret).sign(message_id, at, said) for secret in secrets)
    return {
        "webhook-id": message_id,
        "webhook-timestamp": str(int(at.timestamp())),
        "webhook-signature": " ".join(signatures),
    }


def _key(row: Signing) -> bytes:
    return keyring().part(row.part)


def _place(row: Signing) -> bytes:
    return f"{row.__tablename__}|secret|{row.id}".encode()
