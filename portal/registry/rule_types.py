"""Which type an answer and a fact have in the rule language; the language is portal.rules."""

from collections.abc import Iterable, Mapping

from portal.registry.questions import Question
from portal.registry.vocabulary import FACTS
from portal.rules import BOOL, DATE, MONEY, NUMBER, TEXT, Type, list_of, record

ADDRESS = record({"line": TEXT, "area": TEXT, "postal_code": TEXT})

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
    "yes_no": BOOL,
    "declaration": BOOL,
    "address": ADDRESS,
}


def field_type(field: Question) -> Type | None:
    """None for a question that rules cannot ask about."""
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
