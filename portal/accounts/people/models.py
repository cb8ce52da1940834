"""People. A person's id is also that of the subject under whose key all of theirs is sealed."""

from datetime import date, datetime
from typing import Any

from sqlalchemy import UniqueConstraint, false
from sqlalchemy.orm import Mapped, mapped_column

from portal.accounts.domain import Gender, State
from portal.kernel.db import Base
from portal.kernel.sealed import Encrypted, EncryptedOrNone, PersonalRow, keyed, sealed


class Person(PersonalRow, Base):
    """A contact has a key from when it is proven, and only then somebody is found by it.

    `new_email` and `new_mobile` wait to be proven, and then take the place of what is in force.
    `mobile_leaves` is when the number goes to its next owner; until then nothing is sent there.
    `text_factor` says whether a code may be sent to the number at the sign-in.
    """

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
    new_email_sealed: Mapped[bytes | None] = sealed("personal", nullable=True)
    new_mobile_sealed: Mapped[bytes | None] = sealed("personal", nullable=True)
    mobile_leaves: Mapped[datetime | None]
    text_factor: Mapped[bool] = mapped_column(default=False, server_default=false())

    name = Encrypted(str, "name_sealed")
    email = EncryptedOrNone(str, "email_sealed")
    mobile = EncryptedOrNone(str, "mobile_sealed")
    new_email = EncryptedOrNone(str, "new_email_sealed")
    new_mobile = EncryptedOrNone(str, "new_mobile_sealed")
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
