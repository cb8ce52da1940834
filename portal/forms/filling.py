"""Values from elsewhere as answers: what fits a question, and nothing that only nearly does.

What profiles know is right already; what a provider says is looked at as what anybody types.
"""

import re
from collections.abc import Callable, Mapping
from typing import Any

from portal.forms import engine
from portal.registry.questions import AnyField
from portal.web.fields.base import tidy

LONGEST = 4000
DAY, MONTH = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}"), re.compile(r"[0-9]{4}-[0-9]{2}")
OF_ADDRESS = {"line", "area", "postal_code"}


def fitting(declared: AnyField, value: Any) -> Any:
    """The answer that this value is to the question; None when it is none.

    It has the shape that answers have in a case that is delivered.
    """
    given = _tidied(value, lines=declared.kind == "long_text")
    fits = SHAPES.get(declared.kind)
    if fits is None or not fits(declared, given):
        return None
    return engine.accepted(declared, given)


def _tidied(value: Any, *, lines: bool = False) -> Any:
    if isinstance(value, str):
        return tidy(value[:LONGEST], lines=lines)
    if isinstance(value, Mapping):
        return {name: _tidied(part) for name, part in value.items()}
    return value


def _is_text(_: Any, value: Any) -> bool:
    return isinstance(value, str)


def _is_number(_: Any, value: Any) -> bool:
    return isinstance(value, str | int | float) and not isinstance(value, bool)


def _is_amount(declared: Any, value: Any) -> bool:
    return (
        isinstance(value, Mapping)
        and isinstance(value.get("amount"), str)
        and value.get("currency") == declared.currency
    )


def _is_address(_: Any, value: Any) -> bool:
    if not isinstance(value, Mapping) or not set(value) <= OF_ADDRESS:
        return False
    return all(isinstance(part, str | None) for part in value.values())


def _is_like(pattern: re.Pattern[str]) -> Callable[[Any, Any], bool]:
    return lambda _, value: isinstance(value, str) and bool(pattern.fullmatch(value))


SHAPES: Mapping[str, Callable[[Any, Any], bool]] = {
    "text": _is_text,
    "long_text": _is_text,
    "name": _is_text,
    "phone": _is_text,
    "email": _is_text,
    "choice": _is_text,
    "integer": _is_number,
    "decimal": _is_number,
    "money": _is_amount,
    "date": _is_like(DAY),
    "month": _is_like(MONTH),
    "yes_no": lambda _, value: isinstance(value, bool),
    "address": _is_address,
}
