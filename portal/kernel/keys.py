"""One data key for each subject, wrapped by the keyring. Destroying it is the erasure.

A subject is whoever personal data is about: a person, a dependant, an anonymous reporter.
"""

import secrets
from collections.abc import Iterable
from typing import cast
from uuid import UUID

from flask import current_app
from sqlalchemy import LargeBinary, select
from sqlalchemy.orm import Mapped, mapped_column

from portal.kernel import crypto
from portal.kernel.crypto import Keyring
from portal.kernel.db import Base, Row, db


class Erased(Exception):
    """The subject's key was destroyed, so nothing sealed under it can be read again."""

    def __init__(self) -> None:
        super().__init__("These personal data were erased.")


class SubjectKey(Row, Base):
    """`id` is the subject's; `wrapped` is empty once the subject is erased."""

    __tablename__ = "subject_keys"

    key_id: Mapped[str]
    wrapped: Mapped[bytes | None] = mapped_column(LargeBinary)


def keyring() -> Keyring:
    return cast("Keyring", current_app.extensions["keyring"])


def new_subject() -> UUID:
    """Make a subject and its data key in this transaction."""
    key = secrets.token_bytes(32)
    row = SubjectKey()
    row.key_id, row.wrapped = keyring().wrap(row.id.bytes, key)
    db.session.add(row)
    # Rows sealed under this key name it, so it must be in the database before they are.
    db.session.flush()
    _opened()[row.id] = key
    return row.id


def subject_key(subject_id: UUID) -> bytes:
    """The 32-byte data key. Raises Erased, CannotOpen."""
    if subject_id not in _opened():
        preload([subject_id])
    try:
        return _opened()[subject_id]
    except KeyError:
        raise Erased from None


def preload(subject_ids: Iterable[UUID]) -> None:
    """Open many subjects' keys by one query, before a list of their rows is shown."""
    wanted = set(subject_ids) - _opened().keys()
    if not wanted:
        return
    remember(db.session.scalars(select(SubjectKey).where(SubjectKey.id.in_(wanted))))


def remember(rows: Iterable[SubjectKey]) -> None:
    """Open keys whose rows came with another query, so that none is asked for them."""
    for row in rows:
        if row.wrapped is not None:
            _opened()[row.id] = keyring().unwrap(row.key_id, row.id.bytes, row.wrapped)


def seal(subject_id: UUID, place: bytes, data: bytes) -> bytes:
    return crypto.seal(subject_key(subject_id), place, data)


def unseal(subject_id: UUID, place: bytes, sealed: bytes) -> bytes:
    """Raises Erased, CannotOpen."""
    return crypto.unseal(subject_key(subject_id), place, sealed)


def keyed_hash(purpose: str, text: str) -> bytes:
    return keyring().hash(purpose, text)


def erase(subject_id: UUID) -> None:
    """Destroy the subject's key in this transaction."""
    row = db.session.get_one(SubjectKey, subject_id)
    row.wrapped = None
    _opened().pop(subject_id, None)


def _opened() -> dict[UUID, bytes]:
    return cast("dict[UUID, bytes]", db.session.info.setdefault("subject_keys", {}))
