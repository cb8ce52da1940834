"""A typed answer as people read it: on the review page, in a case, on a slip."""

from collections.abc import Callable, Mapping
from datetime import date
from decimal import Decimal
from typing import Any, NamedTuple

from portal.geo import service as geo
from portal.i18n import day, file_size, gettext, language, money, number, say
from portal.kernel.money import Money
from portal.registry.questions import AnyField, Notice
from portal.web.fields import say_month, say_phone
from portal.web.fields.groups import heading

Reader = Callable[[Any, Any], str]


class RowAnswer(NamedTuple):
    """One answered question of a row."""

    question: AnyField
    answer: Any
    words: str


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


def _audio(_: Any, answer: Mapping[str, Any]) -> str:
    minutes, seconds = divmod(int(answer.get("seconds") or 0), 60)
    return gettext(", ").join((answer["name"], f"{minutes}:{seconds:02}"))


def _location(_: Any, answer: Mapping[str, Any]) -> str:
    numbers = [answer[part] for part in ("latitude", "longitude") if answer.get(part)]
    position = ", ".join(numbers)
    place = geo.in_words(answer["area"], language()) if answer.get("area") else None
    # Latitude comes first in every script.
    parts = (answer.get("line"), place, position and f"\u2066{position}\u2069")
    return gettext(", ").join(part for part in parts if part)


def _computed(declared: Any, answer: Any) -> str:
    return READERS.get(declared.gives, _plain)(declared, answer)


def _group(declared: Any, answer: Any) -> str:
    """What each row begins with, such as the names of the partners."""
    rows = answers_in_rows(declared, answer)
    if not rows:
        return gettext("None")
    return gettext(", ").join(row[0].words if row else "–" for row in rows)


def answers_in_rows(declared: AnyField, answer: Any) -> list[list[RowAnswer]]:
    """The rows of a group, each with the questions that it answers."""
    rows = answer if isinstance(answer, list | tuple) else ()
    return [_in_row(declared, row) for row in rows if isinstance(row, Mapping)]


def _in_row(declared: Any, row: Mapping[str, Any]) -> list[RowAnswer]:
    asked = (one for one in declared.fields if not isinstance(one, Notice))
    told = ((one, row[one.name]) for one in asked if row.get(one.name) is not None)
    return [RowAnswer(one, answer, in_words(one, answer)) for one, answer in told]


def row_heading(declared: Any, place: int) -> str:
    """Partner 2; rows are counted from 1."""
    return heading(say(declared.item), place)


READERS: Mapping[str, Reader] = {
    "choice": _choice,
    "choices": _choices,
    "integer": _figure,
    "decimal": _figure,
    "money": _money,
    "date": lambda _, answer: day(date.fromisoformat(answer)),
    "month": lambda _, answer: say_month(answer),
    "yes_no": lambda _, answer: gettext("Yes") if answer else gettext("No"),
    "declaration": lambda _, answer: gettext("Agreed") if answer else "",
    "phone": lambda _, answer: say_phone(answer),
    "address": _address,
    "location": _location,
    "document": _document,
    "photo": _document,
    "audio": _audio,
    "group": _group,
    "computed": _computed,
}


def plain_in_words(value: Any) -> str:
    """A value as rules have it, in words; empty for what cannot be said."""
    if isinstance(value, bool):
        return gettext("Yes") if value else gettext("No")
    if isinstance(value, Decimal):
        return number(value)
    if isinstance(value, date):
        return day(value)
    if isinstance(value, Money):
        return money(value)
    return value if isinstance(value, str) else ""
