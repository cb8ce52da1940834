"""The answers of a profile as people read them."""

from collections.abc import Callable, Mapping
from datetime import date
from decimal import Decimal
from typing import Any

from portal.geo import service as geo
from portal.i18n import day, gettext, language, number
from portal.i18n import lazy_gettext as _l
from portal.web.fields import say_phone
from portal.web.shell import ltr

GENDERS = {"female": _l("Woman"), "male": _l("Man"), "other": _l("Other")}


def in_words(name: str, answer: Any) -> Any:
    """The answer in the language spoken now; empty where there is none."""
    return READERS.get(name, str)(answer) if answer else ""


def fact_in_words(path: str, value: Any) -> str:
    """A fact of the person as rules used it: `person.age`, `today`."""
    if isinstance(value, date):
        return day(value)
    if isinstance(value, Decimal):
        return number(value)
    if path == "person.area":
        return geo.in_words(value, language())
    return str(READERS.get(path.removeprefix("person."), str)(value))


def _address(answer: Mapping[str, Any]) -> str:
    parts = (answer["line"], geo.in_words(answer["area"], language()), answer.get("postal_code"))
    return gettext(", ").join(part for part in parts if part)


def _phone(answer: str) -> Any:
    return ltr(say_phone(answer))


def _number(answer: str) -> Any:
    """The end alone: enough to know it again, too little to use it."""
    return ltr(f"•••• •••• {answer[-4:]}")


READERS: Mapping[str, Callable[[Any], Any]] = {
    "birth_date": lambda answer: day(date.fromisoformat(answer)),
    "gender": lambda answer: str(GENDERS.get(answer, answer)),
    "mobile": _phone,
    "phone": _phone,
    "email": ltr,
    "address": _address,
    "national_id": _number,
}
