"""A typed answer as people read it: on the review page, in a case, on a slip."""

from collections.abc import Callable, Mapping
from datetime import date
from decimal import Decimal
from typing import Any

from portal.geo import service as geo
from portal.i18n import day, file_size, gettext, language, money, number, say
from portal.kernel.money import Money
from portal.registry.questions import AnyField
from portal.web.fields import say_phone

Reader = Callable[[Any, Any], str]


def in_words(declared: AnyField, answer: Any) -> str:
    """The answer in the language spoken now; empty where there is none."""
    if answer is None:
        return ""
    return READERS.get(declared.kind, _plain)(declared, answer)


def _plain(_: Any, answer: Any) -> str:
    return str(answer)


def _choice(declared: Any, code: str) -> str:
    return say(declared.options[code]) if code in declared.options else code


def _choices(declared: Any, codes: list[str]) -> str:
    return gettext(", ").join(_choice(declared, code) for code in codes)


def _figure(declared: Any, answer: Any) -> str:
    return f"{number(Decimal(str(answer)))} {say(declared.unit)}".strip()


def _money(_: Any, answer: Mapping[str, str]) -> str:
    return money(Money.of(answer["amount"], answer["currency"]))


def _address(_: Any, answer: Mapping[str, Any]) -> str:
    place = geo.in_words(answer["area"], language())
    parts = (answer["line"], place, answer.get("postal_code"))
    return gettext(", ").join(part for part in parts if part)


def _document(_: Any, answer: Mapping[str, Any]) -> str:
    return f"{answer['name']}, {file_size(answer['bytes'])}"


READERS: Mapping[str, Reader] = {
    "choice": _choice,
    "choices": _choices,
    "integer": _figure,
    "decimal": _figure,
    "money": _money,
    "date": lambda _, answer: day(date.fromisoformat(answer)),
    "yes_no": lambda _, answer: gettext("Yes") if answer else gettext("No"),
    "declaration": lambda _, answer: gettext("Agreed") if answer else "",
    "phone": lambda _, answer: say_phone(answer),
    "address": _address,
    "document": _document,
}
