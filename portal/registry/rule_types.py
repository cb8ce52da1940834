"""Which type an answer and a fact have in the rule language; the language is portal.rules.

An answer becomes the fact that rules read, and what a rule works out becomes an answer.
"""

from collections.abc import Callable, Iterable, Mapping
from datetime import date
from decimal import Decimal
from typing import Any

from portal.kernel.money import Money
from portal.registry.questions import Computed, Group, Question
from portal.registry.vocabulary import FACTS
from portal.rules import BOOL, DATE, MONEY, NUMBER, TEXT, Type, list_of, record

ADDRESS = record({"line": TEXT, "area": TEXT, "postal_code": TEXT})
LOCATION = record({"latitude": NUMBER, "longitude": NUMBER, "area": TEXT, "line": TEXT})

# Kinds that are not here cannot be used in rules: notices have no answer, and files are not read.
TYPES: Mapping[str, Type] = {
    "text": TEXT,
    "long_text": TEXT,
    "name": TEXT,
    "phone": TEXT,
    "email": TEXT,
    "national_id": TEXT,
    "choice": TEXT,
    "choices": list_of(TEXT),
    "integer": NUMBER,
    "decimal": NUMBER,
    "money": MONEY,
    "date": DATE,
    "month": DATE,
    "yes_no": BOOL,
    "declaration": BOOL,
    "address": ADDRESS,
    "location": LOCATION,
}


def field_type(field: Question) -> Type | None:
    """None for a question that rules cannot ask about."""
    if isinstance(field, Group):
        return list_of(record(field_types(field.fields)))
    if isinstance(field, Computed):
        return TYPES[field.gives]
    return TYPES.get(getattr(field, "kind", ""))


def field_types(fields: Iterable[Question]) -> dict[str, Type]:
    typed = ((field.name, field_type(field)) for field in fields)
    return {name: kind for name, kind in typed if kind is not None}


def fact_types() -> dict[str, Type]:
    """The names that rules of eligibility may use: `today`, and `person` with its members."""
    members: dict[str, dict[str, Type]] = {}
    names: dict[str, Type] = {}
    for path, fact in FACTS.items():
        root, _, member = path.partition(".")
        if member:
            members.setdefault(root, {})[member] = TYPES[fact.kind]
        else:
            names[root] = TYPES[fact.kind]
    return names | {root: record(fields) for root, fields in members.items()}


def fact(field: Question, answer: Any) -> Any:
    """What rules read of an answer: a month is the first of its days."""
    if getattr(field, "kind", "") == "month" and isinstance(answer, str):
        return f"{answer}-01"
    return answer


def _decimal(value: Decimal) -> str:
    return format(value, "f")


def _integer(value: Decimal) -> int | None:
    """A share of a whole is no whole number: the rule has to say how it is rounded."""
    return int(value) if value == value.to_integral_value() else None


_ANSWERS: Mapping[type, Callable[[Any], Any]] = {
    bool: lambda value: value,
    str: lambda value: value,
    date: date.isoformat,
    Money: Money.as_json,
    Decimal: _decimal,
}


def worked_out(field: Computed, value: Any) -> Any:
    """A value of the rule as an answer; None for one that the question cannot have."""
    if field.gives == "integer" and isinstance(value, Decimal):
        return _integer(value)
    read = _ANSWERS.get(type(value))
    return None if read is None else read(value)
