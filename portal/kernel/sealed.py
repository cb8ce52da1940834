"""Columns of personal data: sealed under the subject's key, looked up by keyed hash."""

from typing import Any, Generic, TypeVar, overload
from uuid import UUID

from pydantic import TypeAdapter
from sqlalchemy import LargeBinary
from sqlalchemy.orm import Mapped, mapped_column

from portal.kernel import keys
from portal.kernel.db import Row

T = TypeVar("T")


class PersonalRow(Row):
    """A row about a subject, whose data key seals the columns."""

    subject_id: Mapped[UUID] = mapped_column(index=True)

    def __init__(self, *, subject_id: UUID, **values: Any) -> None:
        self.subject_id = subject_id
        super().__init__(**values)


def sealed(personal: str, *, nullable: bool = False) -> Mapped[Any]:
    """A column that holds a sealed value of the personal class given."""
    return mapped_column(LargeBinary, nullable=nullable, info={"sealed": personal})


def keyed(*, unique: bool = False, index: bool = False, nullable: bool = True) -> Mapped[Any]:
    """A column of keyed hashes, for look-ups of what is sealed."""
    return mapped_column(
        LargeBinary, unique=unique, index=index, nullable=nullable, info={"keyed": True}
    )


class Encrypted(Generic[T]):
    """The plain value of a sealed column: sealed when set, opened when read.

    Bound to table, column and row by associated data, under the subject's key. `kind` is any type
    that pydantic reads from JSON. Raises CannotOpen for a moved or changed value, Erased when the
    subject's key was destroyed.
    """

    def __init__(self, kind: type[T], column: str) -> None:
        self.column = column
        self.adapter: TypeAdapter[T] = TypeAdapter(kind)

    @overload
    def __get__(self, row: None, owner: type) -> "Encrypted[T]": ...
    @overload
    def __get__(self, row: object, owner: type) -> T: ...
    def __get__(self, row: Any, owner: type) -> Any:
        if row is None:
            return self
        sealed_value = getattr(row, self.column)
        if sealed_value is None:
            return None
        opened = keys.unseal(row.subject_id, self.place(row), sealed_value)
        return self.adapter.validate_json(opened)

    def __set__(self, row: Any, value: T) -> None:
        data = None if value is None else self.adapter.dump_json(value)
        sealed_value = data and keys.seal(row.subject_id, self.place(row), data)
        setattr(row, self.column, sealed_value)

    def place(self, row: Any) -> bytes:
        return f"{row.__tablename__}|{self.column}|{row.id}".encode()


class EncryptedOrNone(Encrypted[T]):
    """As Encrypted, for a column that may be empty."""

    @overload  # type: ignore[override]
    def __get__(self, row: None, owner: type) -> "Encrypted[T]": ...
    @overload
    def __get__(self, row: object, owner: type) -> T | None: ...
    def __get__(self, row: Any, owner: type) -> Any:
        return super().__get__(row, owner)

    def __set__(self, row: Any, value: T | None) -> None:
        super().__set__(row, value)  # type: ignore[arg-type]
