"""Secrets that sign what is said to other programs: kept sealed, followed by new ones, and used.

They are no person's data, so a part of the keyring seals them. What is signed is the rooms' own. Of
Standard Webhooks' two kinds, `v1` shares a secret (whsec_), and `v1a` signs with a private key
(whsk_) that nobody else ever sees: whoever checks has the public one (whpk_).
"""

import base64
import secrets as randomness
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any, ClassVar, Literal

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from sqlalchemy import LargeBinary
from sqlalchemy.orm import Mapped, mapped_column
from standardwebhooks import Webhook

from portal.kernel import clock, crypto
from portal.kernel.db import Row
from portal.kernel.keys import keyring

Kind = Literal["v1", "v1a"]
ROTATION = timedelta(hours=24)
SHARED, PRIVATE, PUBLIC = "whsec_", "whsk_", "whpk_"


class Signing(Row):
    """A row with a secret, and for a day with the one before it; `part` of the keyring seals it.

    A table that was renamed keeps in `sealed_as` the name that its secrets were sealed under.
    """

    __tablename__: Any
    part: ClassVar[str]
    sealed_as: ClassVar[str | None] = None
    secret_sealed: Mapped[bytes] = mapped_column(LargeBinary)
    earlier_secret_sealed: Mapped[bytes | None] = mapped_column(LargeBinary)
    earlier_until: Mapped[datetime | None]


def new_secret(kind: Kind = "v1") -> str:
    return (PRIVATE if kind == "v1a" else SHARED) + _text(randomness.token_bytes(32))


def kind_of(secret: str) -> Kind:
    return "v1a" if secret.startswith(PRIVATE) else "v1"


def public_key(secret: str) -> str:
    """What checks the signatures of a private key; no secret."""
    return PUBLIC + _text(_private(secret).public_key().public_bytes_raw())


def public_keys(row: Signing) -> tuple[str, ...]:
    """Those of the private keys that sign now, the newest first; none of a shared secret."""
    return tuple(public_key(one) for one in valid(row) if kind_of(one) == "v1a")


def put(row: Signing, secret: str) -> None:
    """Sign with this secret alone from now on, or beside an earlier one that still lasts."""
    row.secret_sealed = crypto.seal(_key(row), _place(row), secret.encode())


def rotate(row: Signing, kind: Kind = "v1") -> str:
    """A new secret of this kind; the one that it follows signs beside it for a day."""
    made = new_secret(kind)
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
    signatures = (_signature(secret, message_id, said, at) for secret in secrets)
    return {
        "webhook-id": message_id,
        "webhook-timestamp": str(int(at.timestamp())),
        "webhook-signature": " ".join(signatures),
    }


def _signature(secret: str, message_id: str, said: str, at: datetime) -> str:
    if kind_of(secret) == "v1":
        return Webhook(secret).sign(message_id, at, said)
    signed = _private(secret).sign(f"{message_id}.{int(at.timestamp())}.{said}".encode())
    return f"v1a,{_text(signed)}"


def _private(secret: str) -> Ed25519PrivateKey:
    """Libraries write the seed alone, or the public key behind it."""
    return Ed25519PrivateKey.from_private_bytes(base64.b64decode(secret.removeprefix(PRIVATE))[:32])


def _text(raw: bytes) -> str:
    return base64.b64encode(raw).decode()


def _key(row: Signing) -> bytes:
    return keyring().part(row.part)


def _place(row: Signing) -> bytes:
    return f"{row.sealed_as or row.__tablename__}|secret|{row.id}".encode()
