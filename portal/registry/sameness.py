"""Whether two questions of different services can be one, and what that one asks.

The one question is as strict as the strictest: what it takes, each of the others takes.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any

from portal.registry.questions import AnyField, Check, Form, TextField
from portal.registry.vocabulary import PERSONAL_CLASSES
from portal.registry.words import LANGUAGES, Words

# What somebody states, reads or has worked out belongs to one service; rows are never one.
NEVER = frozenset({"declaration", "notice", "computed", "group"})
HIGHEST = ("min_length", "at_least")
LOWEST = ("max_length", "at_most", "most_bytes", "most_seconds", "places")
EQUAL = ("scheme", "currency")
DAYS = ("not_before", "not_after")
CLASSES = tuple(PERSONAL_CLASSES)


def always_asked(form: Form) -> dict[str, AnyField]:
    """The questions that may be one with others: asked in every case, and filled by no look-up."""
    found = {
        one.name: one
        for step in form.steps
        if step.when is None
        for one in step.fields
        if one.when is None and one.kind not in NEVER
    }
    look_ups = [one for one in form.fields if isinstance(one, TextField) and one.look_up]
    for one in look_ups:
        for name in (one.name, *(one.look_up.fills.values() if one.look_up else ())):
            found.pop(name, None)
    return found


def differs(one: AnyField, other: AnyField) -> str | None:
    """Why they cannot be one question, as the end of a sentence; None when they can."""
    if one.kind != other.kind:
        return f"is of kind {other.kind}, and {one.name} of kind {one.kind}"
    for name in EQUAL:
        if getattr(one, name, None) != getattr(other, name, None):
            return f"has another {name} than {one.name}"
    if getattr(one, "options", {}).keys() != getattr(other, "options", {}).keys():
        return f"has other options than {one.name}"
    if any(_is_mixed(one, other, name) for name in DAYS):
        return f"has another range of days than {one.name}"
    patterns = {getattr(each, "pattern", None) for each in (one, other)} - {None}
    if len(patterns) > 1:
        return f"has another pattern than {one.name}"
    return None if _leaves_room(merged((one, other))) else f"leaves no answer that {one.name} takes"


def _is_mixed(one: AnyField, other: AnyField, name: str) -> bool:
    """Which of today and a day is the stricter changes from day to day."""
    bounds = {getattr(each, name, None) for each in (one, other)} - {None}
    return len(bounds) > 1 and "today" in bounds


def _leaves_room(field: AnyField) -> bool:
    pairs = (("min_length", "max_length"), ("at_least", "at_most"), ("not_before", "not_after"))
    for low, high in pairs:
        least, most = getattr(field, low, None), getattr(field, high, None)
        if least is not None and most is not None and not _in_order(least, most):
            return False
    return getattr(field, "accepts", None) != ()


def _in_order(least: Any, most: Any) -> bool:
    """What is bound to the day that it is today is not known yet."""
    return "today" in (least, most) or bool(least <= most)


def merged(fields: Sequence[AnyField], titles: Sequence[Words] = ()) -> AnyField:
    """One question for all of these; `titles` are the services that ask it, for its hints."""
    first = fields[0]
    if len(fields) == 1:
        return first
    told: dict[str, Any] = {
        "required": any(one.required for one in fields),
        "never_prefill": any(one.never_prefill for one in fields),
        "prefill": first.prefill if all(one.prefill for one in fields) else None,
        "personal": max((one.personal for one in fields), key=CLASSES.index),
        "purpose": _joined(one.purpose for one in fields),
        "hint": _hints(fields, titles),
        "valid": _check([one.valid for one in fields if one.valid is not None]),
    }
    told |= _bounds(fields, HIGHEST, max) | _bounds(fields, LOWEST, min) | _of_kind(fields)
    return first.model_copy(update=told)


def _bounds(
    fields: Sequence[AnyField], names: Iterable[str], strictest: Callable[[Any], Any]
) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for name in names:
        values = [getattr(one, name, None) for one in fields]
        known = [value for value in values if value is not None]
        found |= {name: strictest(known)} if known else {}
    return found


def _of_kind(fields: Sequence[AnyField]) -> dict[str, Any]:
    told: dict[str, Any] = {}
    if hasattr(fields[0], "accepts"):
        others = [set(getattr(one, "accepts", ())) for one in fields]
        kinds: tuple[str, ...] = fields[0].accepts
        told["accepts"] = tuple(kind for kind in kinds if all(kind in one for one in others))
    if hasattr(fields[0], "pattern"):
        asking = [one for one in fields if getattr(one, "pattern", None)]
        parts = ("pattern", "pattern_message")
        told |= {part: getattr(asking[0], part) for part in parts} if asking else {}
    if hasattr(fields[0], "not_before"):
        told["not_before"] = _of_days([getattr(one, "not_before", None) for one in fields], max)
        told["not_after"] = _of_days([getattr(one, "not_after", None) for one in fields], min)
    return told


def _of_days(bounds: Sequence[Any], strictest: Callable[[Any], Any]) -> Any:
    known = {one for one in bounds if one is not None}
    return strictest(known) if known else None


def _check(checks: Sequence[Check]) -> Check | None:
    """All rules at once, and all that they say."""
    if not checks:
        return None
    rules = list(dict.fromkeys(one.rule for one in checks))
    rule = rules[0] if len(rules) == 1 else " && ".join(f"({one})" for one in rules)
    message = _joined(one.message for one in checks)
    return Check(rule, message or checks[0].message)


def _hints(fields: Sequence[AnyField], titles: Sequence[Words]) -> Words | None:
    """A hint that all give, else each with the service that gives it."""
    if len({one.hint for one in fields}) == 1:
        return fields[0].hint
    said = zip(titles, (one.hint for one in fields), strict=False)
    return _joined(_after(title, hint) for title, hint in said if hint is not None)


def _after(title: Words, hint: Words) -> Words:
    return Words(texts={code: f"{title.say(code)}: {hint.say(code)}" for code in LANGUAGES})


def _joined(texts: Iterable[Words | None]) -> Words | None:
    known = list(dict.fromkeys(one for one in texts if one is not None))
    if not known:
        return None
    if len(known) == 1:
        return known[0]
    joined: Mapping[str, str] = {c: " ".join(one.say(c) for one in known) for c in LANGUAGES}
    return Words(texts=dict(joined))
