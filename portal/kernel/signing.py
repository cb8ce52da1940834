"""Secrets that sign what is said to other programs: kept sealed, and followed by new ones.

They are no person's data, so a part of the keyring seals them. What is signed is the rooms' own.
"""

from datetime import datetime, timedelta
from typing import Any, ClassVar

from sqlalchemy import LargeBinary
from sqlalchemy.orm import Mapped, mapped_column

from portal.kernel import clock, crypto
from portal.kernel.db import Row
from portal.kernel.keys import keyring
from portal.kernel.signatures import Kind, kind_of, new_secret, public_key

ROTATION = timedelta(hours=24)


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


def _key(row: Signing) -> bytes:
    return keyring().part(row.part)


def _place(row: Signing) -> bytes:
    return f"{row.sealed_as or row.__tablename__}|secret|{row.id}".encode()
