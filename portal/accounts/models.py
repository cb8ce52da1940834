"""The tables. A person's id is also that of the subject under whose key all of theirs is sealed."""

from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import BigInteger, Index, LargeBinary, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from portal.accounts.domain import Gender, Level, Role, State
from portal.kernel.db import Base, Row
from portal.kernel.sealed import Encrypted, EncryptedOrNone, PersonalRow, keyed, sealed


class Person(PersonalRow, Base):
    __tablename__ = "people"

    state: Mapped[str] = mapped_column(default=State.ENROLLING)
    language: Mapped[str] = mapped_column(default="en")
    name_sealed: Mapped[bytes] = sealed("personal")
    email_sealed: Mapped[bytes | None] = sealed("personal", nullable=True)
    mobile_sealed: Mapped[bytes | None] = sealed("personal", nullable=True)
    phone_sealed: Mapped[bytes | None] = sealed("personal", nullable=True)
    address_sealed: Mapped[bytes | None] = sealed("personal", nullable=True)
    birth_date_sealed: Mapped[bytes] = sealed("personal")
    gender_sealed: Mapped[bytes | None] = sealed("personal", nullable=True)
    email_key: Mapped[bytes | None] = keyed(unique=True)
    mobile_key: Mapped[bytes | None] = keyed(unique=True)

    name = Encrypted(str, "name_sealed")
    email = EncryptedOrNone(str, "email_sealed")
    mobile = EncryptedOrNone(str, "mobile_sealed")
    phone = EncryptedOrNone(str, "phone_sealed")
    address = EncryptedOrNone(dict[str, Any], "address_sealed")
    birth_date = Encrypted(date, "birth_date_sealed")
    gender = EncryptedOrNone(Gender, "gender_sealed")


class Password(PersonalRow, Base):
    """The argon2id hash, sealed besides: a stolen table alone lets nobody guess."""

    __tablename__ = "passwords"
    __table_args__ = (UniqueConstraint("subject_id"),)

    hash_sealed: Mapped[bytes] = sealed("personal")
    hash = Encrypted(str, "hash_sealed")


class App(PersonalRow, Base):
    """An authenticator app. `last_step` is the newest time step whose code was used."""

    __tablename__ = "authenticator_apps"

    secret_sealed: Mapped[bytes] = sealed("personal")
    secret = Encrypted(str, "secret_sealed")
    last_step: Mapped[int] = mapped_column(BigInteger, default=0)
    confirmed_at: Mapped[datetime | None]


class RecoveryCode(Row, Base):
    __tablename__ = "recovery_codes"
    __table_args__ = (UniqueConstraint("person_id", "hash"),)

    person_id: Mapped[UUID]
    hash: Mapped[bytes] = keyed(nullable=False)
    used_at: Mapped[datetime | None]


class SessionRow(Row, Base):
    """`data` opens only with the token, which no table holds."""

    __tablename__ = "sessions"
    __table_args__ = (Index("ix_sessions_ends", "ends"),)

    token_hash: Mapped[bytes] = mapped_column(LargeBinary, unique=True)
    person_id: Mapped[UUID | None] = mapped_column(index=True)
    level: Mapped[str] = mapped_column(default=Level.VISITOR)
    data: Mapped[bytes | None] = mapped_column(LargeBinary)
    seen: Mapped[datetime]
    ends: Mapped[datetime]


class Attempts(Base):
    """One counter of tries; `key` is a keyed hash, so the table names no account and no address."""

    __tablename__ = "attempts"

    key: Mapped[bytes] = mapped_column(LargeBinary, primary_key=True)
    count: Mapped[int]
    pauses: Mapped[int]
    began: Mapped[datetime]
    last: Mapped[datetime] = mapped_column(index=True)
    until: Mapped[datetime | None]


class RoleGrant(Row, Base):
    __tablename__ = "role_grants"
    __table_args__ = (
        UniqueConstraint("person_id", "role", "provider", postgresql_nulls_not_distinct=True),
    )

    person_id: Mapped[UUID]
    role: Mapped[Role]
    provider: Mapped[str | None]
    granted_by: Mapped[str]


class Invitation(Row, Base):
    """A link that makes whoever registers with it, under that address, hold the role."""

    __tablename__ = "invitations"

    token_hash: Mapped[bytes] = mapped_column(LargeBinary, unique=True)
    email_key: Mapped[bytes] = keyed(nullable=False)
    role: Mapped[str]
    ends: Mapped[datetime]
    used_at: Mapped[datetime | None]
