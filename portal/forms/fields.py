"""A declared question as a field of a page: one maker for each kind."""

from collections.abc import Callable, Mapping
from datetime import date
from typing import Any

from portal.geo import service as geo
from portal.i18n import say
from portal.kernel import clock
from portal.registry.questions import AnyField, Day, Notice
from portal.web import fields as web
from portal.web.fields.groups import GroupField

Maker = Callable[[Any, dict[str, Any]], Any]


def make(declared: AnyField) -> Any:
    """The WTForms field of a question, in the language spoken now. Notices have none."""
    common = {"hint": say(declared.hint) or None, "required": declared.required}
    return MAKERS[declared.kind](declared, {"label": say(declared.label), **common})


def _bounds(declared: Any, common: dict[str, Any]) -> dict[str, Any]:
    return common | {"at_least": declared.at_least, "at_most": declared.at_most}


def _lengths(declared: Any, common: dict[str, Any]) -> dict[str, Any]:
    return common | {"min_length": declared.min_length, "max_length": declared.max_length}


def _date(declared: Any, common: dict[str, Any]) -> Any:
    bounds = {"not_before": _day(declared.not_before), "not_after": _day(declared.not_after)}
    return web.DateField(**common, **bounds)


def _month(declared: Any, common: dict[str, Any]) -> Any:
    names = ("not_before", "not_after")
    return web.MonthField(**common, **{name: _of_today(getattr(declared, name)) for name in names})


def _of_today(bound: str | None) -> str | None:
    return f"{clock.today():%Y-%m}" if bound == "today" else bound


def _day(bound: Day | None) -> date | None:
    return clock.today() if bound == "today" else bound


def _options(declared: Any) -> list[tuple[str, str]]:
    return [(code, say(words)) for code, words in declared.options.items()]


def _choice(declared: Any, common: dict[str, Any]) -> Any:
    # A long row of cards is harder to read than a list that opens.
    kind = web.ChoiceField if len(declared.options) <= 8 else web.SelectField
    return kind(**common, options=_options(declared))


def _choices(declared: Any, common: dict[str, Any]) -> Any:
    return web.ChoicesField(**_bounds(declared, common), options=_options(declared))


def _document(declared: Any, common: dict[str, Any]) -> Any:
    return web.DocumentField(**common, accepts=declared.accepts, most_bytes=declared.most_bytes)


def _photo(declared: Any, common: dict[str, Any]) -> Any:
    return web.PhotoField(**common, accepts=declared.accepts, most_bytes=declared.most_bytes)


def _audio(declared: Any, common: dict[str, Any]) -> Any:
    limits = {"most_seconds": declared.most_seconds, "most_bytes": declared.most_bytes}
    return web.AudioField(**common, **limits)


def _group(declared: Any, common: dict[str, Any]) -> Any:
    inner = {one.name: make(one) for one in declared.fields if not isinstance(one, Notice)}
    limits = (declared.at_least, declared.at_most)
    return GroupField(**common, item=say(declared.item), questions=lambda: inner, limits=limits)


def _decimal(declared: Any, common: dict[str, Any]) -> Any:
    more = {"places": declared.places, "unit": say(declared.unit) or None}
    return web.DecimalField(**_bounds(declared, common), **more)


def _integer(declared: Any, common: dict[str, Any]) -> Any:
    return web.WholeNumberField(**_bounds(declared, common), unit=say(declared.unit) or None)


MAKERS: Mapping[str, Maker] = {
    "text": lambda declared, common: web.TextField(**_lengths(declared, common)),
    "long_text": lambda declared, common: web.LongTextField(**_lengths(declared, common)),
    "name": lambda _, common: web.NameField(**common),
    "phone": lambda _, common: web.PhoneField(**common),
    "email": lambda _, common: web.EmailField(**common),
    "integer": _integer,
    "decimal": _decimal,
    "money": lambda declared, common: web.MoneyField(
        **_bounds(declared, common), currency=declared.currency
    ),
    "date": _date,
    "month": _month,
    "yes_no": lambda _, common: web.YesNoField(**common),
    "choice": _choice,
    "choices": _choices,
    "national_id": lambda declared, common: web.NationalIdField(**common, scheme=declared.scheme),
    "address": lambda _, common: web.AddressField(**common, levels=geo.levels),
    "location": lambda _, common: web.LocationField(**common, levels=geo.levels),
    "document": _document,
    "photo": _photo,
    "audio": _audio,
    "group": _group,
    "computed": lambda _, common: web.ComputedField(**common),
    "declaration": lambda _, common: web.DeclarationField(**common),
}
