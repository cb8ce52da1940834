"""The types of the rule language, and which type fits where. Values are in `values.py`."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Self


class Kind(StrEnum):
    """The words are those of the sentences for the writers of rules."""

    BOOL = "yes or no"
    TEXT = "text"
    NUMBER = "number"
    DATE = "date"
    MONEY = "money"
    LIST = "list"
    RECORD = "record"
    NOTHING = "nothing"
    ANY = "anything"


@dataclass(frozen=True, slots=True)
class Type:
    """`item` is what a list holds; `fields` are the members of a record, in order of name."""

    kind: Kind
    item: Self | None = None
    fields: tuple[tuple[str, Self], ...] = ()

    def member(self, name: str) -> "Type | None":
        return dict(self.fields).get(name)

    @property
    def holds_records(self) -> bool:
        inner = self
        while inner.item is not None:
            inner = inner.item
        return inner.kind is Kind.RECORD

    def __str__(self) -> str:
        if self.item is None:
            return self.kind.value
        return "empty list" if self.item.kind is Kind.NOTHING else f"list of {self.item}"


BOOL = Type(Kind.BOOL)
TEXT = Type(Kind.TEXT)
NUMBER = Type(Kind.NUMBER)
DATE = Type(Kind.DATE)
MONEY = Type(Kind.MONEY)

# NOTHING is the type of the items of []; ANY stands in signatures only.
NOTHING = Type(Kind.NOTHING)
ANY = Type(Kind.ANY)

ORDERED = (NUMBER, DATE, MONEY)


def list_of(item: Type) -> Type:
    return Type(Kind.LIST, item=item)


def record(fields: Mapping[str, Type]) -> Type:
    return Type(Kind.RECORD, fields=tuple(sorted(fields.items(), key=lambda field: field[0])))


def common(one: Type, other: Type) -> Type | None:
    """The type that both have, or None: an empty list is a list of anything."""
    if one == other or other.kind is Kind.NOTHING:
        return one
    if one.kind is Kind.NOTHING:
        return other
    if one.item is None or other.item is None:
        return None
    item = common(one.item, other.item)
    return None if item is None else list_of(item)


def fits(given: Type, wanted: Type) -> bool:
    if wanted.kind is Kind.ANY:
        return True
    if wanted.item is not None and given.item is not None:
        return fits(given.item, wanted.item)
    return common(given, wanted) == wanted
