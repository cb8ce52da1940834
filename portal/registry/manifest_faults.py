"""What the contract refuses in a manifest, said to the person who writes it: line, place, sentence.

Knows the shapes of the contract, and nothing of files.
"""

import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from decimal import Decimal
from itertools import islice
from typing import Any, NamedTuple, get_args

import pydantic
from pydantic_core import ErrorDetails

from portal.registry.contract import Provider, Words
from portal.registry.finding import nearest
from portal.registry.manifest_text import Fault, Marked

LONGEST_SHOWN = 60
# Whoever has more mends these first.
MOST_EXPLAINED = 100
Place = tuple[int | str, ...]


class Spot(NamedTuple):
    """Where an error stands: its value, and the names that people call the way to it by."""

    value: Marked
    names: tuple[str, ...]


def faults_of(root: Marked, error: pydantic.ValidationError) -> tuple[Fault, ...]:
    """Every fault, by line. What one value is refused for by several kinds is one fault."""
    told: dict[tuple[int, tuple[str, ...]], list[ErrorDetails]] = {}
    for each in islice(error.errors(include_url=False), MOST_EXPLAINED):
        spot = _spot(root, each)
        told.setdefault((spot.value.line, spot.names), []).append(each)
    found = (Fault(line, ".".join(names), _sentence(same)) for (line, names), same in told.items())
    return tuple(sorted(found))


def traced(root: Marked, place: str) -> tuple[int, str]:
    """The line and the JSON pointer of a place such as `services.hire-hall.title`.

    Goes as far as the text has such names.
    """
    here, pointer = root, ""
    names = place.partition(" [")[0].split(".")
    while names and (found := _part(here, names)):
        here, key, used = found
        pointer += f"/{key.replace('~', '~0').replace('/', '~1')}"
        names = names[used:]
    return here.line, pointer


def _part(here: Marked, names: Sequence[str]) -> tuple[Marked, str, int] | None:
    """The part that the first of the names call; a name may hold full stops itself."""
    for used in range(1, len(names) + 1):
        name = ".".join(names[:used])
        if isinstance(here.value, dict) and name in here.value:
            return here.value[name], name, used
        for number, item in enumerate(here.value if isinstance(here.value, list) else ()):
            if name in (str(number + 1), *_own_names(item)):
                return item, str(number), used
    return None


def _own_names(item: Marked) -> Iterator[str]:
    for key in ("slug", "name", "service"):
        if isinstance(item.value, dict) and key in item.value:
            yield str(item.value[key].value)


def _spot(root: Marked, error: ErrorDetails) -> Spot:
    """Follow an error's way through the text; names that only the contract knows are passed by."""
    here, names = root, []
    way = error["loc"]
    for number, key in enumerate(way):
        if number and isinstance(way[number - 1], int) and _text_at(here, "kind") == key:
            continue
        found = _step(here, key)
        if found is not None:
            here, name = found
            names.append(name)
        elif error["type"] == "missing" and number == len(way) - 1:
            names.append(str(key))
    if error["type"] == "option" and isinstance(here.value, list):
        item = error["ctx"]["number"]
        return Spot(here.value[item - 1], (*names, str(item)))
    return Spot(here, tuple(names))


def _step(here: Marked, key: int | str) -> tuple[Marked, str] | None:
    if isinstance(here.value, dict) and key in here.value:
        return here.value[str(key)], str(key)
    if not isinstance(here.value, list):
        return None
    if isinstance(key, int):
        item = here.value[key]
        return item, _called(item) or str(key + 1)
    of_code = (item for item in here.value if _text_at(item, "code") == key)
    item = next(of_code, here)
    return (item.value["label"], key) if isinstance(item.value, dict) else None


def _called(item: Marked) -> str | None:
    """What people call an item of a list: its slug, name or code."""
    called = (_text_at(item, key) for key in ("slug", "name", "code"))
    return next((text for text in called if text), None)


def _text_at(here: Marked, key: str) -> str | None:
    value = here.value[key].value if isinstance(here.value, dict) and key in here.value else None
    return value if isinstance(value, str) else None


def shown(value: object) -> str:
    """A value in a sentence, cut short if it is long."""
    if isinstance(value, bool):
        return "true" if value else "false"
    text = str(value)
    return f"“{text[:LONGEST_SHOWN]}…”" if len(text) > LONGEST_SHOWN else f"“{text}”"


LIST = "Write a list: each item on lines of its own, the first of which begins with a hyphen."
NAMED = "Write what belongs to this on the lines below it, each with its name and a colon."
LANGUAGES = "Say it in each language: {en: …, pa: …, pa_Arab: …, hi: …, ur: …}."
WANTED = {
    "int_type": "Write a whole number without quotes, such as 15.",
    "bool_type": "Write true or false.",
    "bool_parsing": "Write true or false.",
    "decimal_type": "Write a number, such as 12.5.",
    "decimal_parsing": "Write a number, such as 12.5.",
    "decimal_max_digits": "Write a number with at most 24 digits.",
    "finite_number": "Write a number, such as 12.5.",
    "tuple_type": LIST,
    "dict_type": NAMED,
    "model_attributes_type": NAMED,
    "named_tuple_type": "Write two lines below this: “rule: …” and “message: …”.",
    "bare_words": LANGUAGES,
    "date_from_datetime_parsing": "Write a day of the calendar, such as 2026-01-26.",
    "date_parsing": "Write a day of the calendar, such as 2026-01-26.",
    "union_tag_not_found": "Say of which kind this question is, such as “kind: text”.",
}
Say = Callable[[ErrorDetails], str]


def _sentence(errors: Sequence[ErrorDetails]) -> str:
    """One sentence for one value. A day is refused twice: it is not “today” either."""
    ways = [error["type"] for error in errors]
    if "literal_error" in ways and "string_pattern_mismatch" in ways:
        return _not_fitting(errors[0], "Write today, or a month such as 2026-04.")
    if "literal_error" in ways and len(errors) > 1:
        return _not_fitting(errors[0], "Write today, or a day such as 2026-01-26.")
    error = errors[0]
    if error["type"] in SAYS:
        return SAYS[error["type"]](error)
    if error["type"] in WANTED:
        return _not_fitting(error, WANTED[error["type"]])
    return _not_fitting(error, f"{error['msg']}.")


def _not_fitting(error: ErrorDetails, wanted: str) -> str:
    given = error["input"]
    if given is None:
        return f"Nothing stands here. {wanted}"
    if isinstance(given, list | Mapping):
        return wanted
    return f"{shown(given)} does not fit. {wanted}"


def _missing(error: ErrorDetails) -> str:
    return f"This is missing. Add a line “{error['loc'][-1]}: …”."


def _unknown(error: ErrorDetails) -> str:
    name = str(error["loc"][-1])
    known = tuple(known_names(error["loc"][:-1]))
    near = nearest(name, known)
    return f"Nothing is called {shown(name)} here.{near or f' Known are {_row(known)}.'}"


def _no_text(error: ErrorDetails) -> str:
    given = error["input"]
    if isinstance(given, bool | int | Decimal):
        return f"This is text. Put it in quotes: '{shown(given).strip('“”')}'."
    return _not_fitting(error, "Write one text here.")


def _not_listed(error: ErrorDetails) -> str:
    codes = re.findall(r"'([^']*)'", error["ctx"]["expected"])
    given = error["input"]
    if not isinstance(given, str):
        return _not_fitting(error, f"Write one of: {_row(codes)}.")
    return f"{shown(given)} is none of: {_row(codes)}.{nearest(given, codes)}"


def _unknown_kind(error: ErrorDetails) -> str:
    tag = str(error["ctx"]["tag"])
    kinds = re.findall(r"'([^']*)'", error["ctx"]["expected_tags"])
    if tag == "group":
        return "A group cannot stand in a group. Ask its questions beside the group."
    near = nearest(tag, kinds) or f" Known are {_row(kinds)}."
    return f"No question is of the kind {shown(tag)}.{near}"


def _own(error: ErrorDetails) -> str:
    """What the contract's own checks say is a sentence already."""
    return str(error["ctx"]["error"])


def _option(error: ErrorDetails) -> str:
    return str(error["ctx"]["sentence"])


def _no_words(error: ErrorDetails) -> str:
    wanted = LANGUAGES if error["ctx"]["class_name"] == Words.__name__ else NAMED
    return _not_fitting(error, wanted)


SAYS: Mapping[str, Say] = {
    "missing": _missing,
    "extra_forbidden": _unknown,
    "string_type": _no_text,
    "literal_error": _not_listed,
    "union_tag_invalid": _unknown_kind,
    "value_error": _own,
    "model_type": _no_words,
    "option": _option,
}


def _row(codes: Iterable[str]) -> str:
    return ", ".join(codes)


def known_names(way: Place) -> Iterator[str]:
    """The names that the contract knows at a place."""
    models: list[Any] = [Provider]
    for key in way:
        if isinstance(key, int):
            continue
        if len(models) > 1:
            models = [each for each in models if each.model_fields["kind"].default == key]
        elif key in _fields(models[0]):
            models = [*_models_in(_fields(models[0])[key])]
    for model in models[:1]:
        yield from _fields(model)


def _fields(model: Any) -> Mapping[str, Any]:
    """Each field with its type; a `Check` is a tuple with names."""
    if hasattr(model, "model_fields"):
        return {name: field.annotation for name, field in model.model_fields.items()}
    return dict(model.__annotations__)


def _models_in(annotation: Any) -> Iterator[Any]:
    if hasattr(annotation, "model_fields") or hasattr(annotation, "_fields"):
        yield annotation
        return
    for part in get_args(annotation):
        yield from _models_in(part)
