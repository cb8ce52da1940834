"""What can be wrong with the questions of a form. Their rules are in `rule_conformance`."""

import re
from collections.abc import Callable, Iterator, Mapping
from datetime import date
from typing import Any

from babel.numbers import is_currency

from portal.registry.asking import MOST_ROWS
from portal.registry.contract import Form, Step
from portal.registry.domain import every_field
from portal.registry.finding import SLUG, Finding, nearest, slug, twice
from portal.registry.questions import (
    AnyField,
    Audio,
    Computed,
    Declaration,
    Group,
    LookUp,
    Notice,
    Photo,
    TextField,
)
from portal.registry.vocabulary import (
    DOCUMENT_TYPES,
    FACTS,
    FILLED_BY,
    MOST_BYTES,
    PERSONAL_CLASSES,
    PREFILL,
)
from portal.rules import is_name
from portal.rules.functions import pattern_fault

MOST_FIELDS = 500
LONGEST_PATTERN = 200
# All that one page may come to hold, with every row of its groups: more, no browser sends at once.
MOST_ON_A_PAGE = 300
MOST_SECONDS = 180
PICTURES = ("jpeg", "png", "webp")
MOST_AUDIO_BYTES = 20_000_000
NEVER_FILLED = (Audio, Computed, Declaration, Group, Notice, Photo)
LONGEST_TEXT = 10_000
MOST_FILLED = 10
MEMBER = re.compile(r"[a-z][a-z0-9_]{0,59}")
# What a look-up may fill. It tells whoever has the number, so never who somebody is.
FILLABLE = frozenset(
    {"text", "long_text", "name", "phone", "email", "integer", "decimal", "money"}
    | {"date", "month", "choice", "address", "yes_no"}
)
MOST_PLACES = 6
LAST_CLASS = tuple(PERSONAL_CLASSES)[-1]
TAKEN = {path.partition(".")[0] for path in FACTS}
# Names that the portal's own buttons and hidden fields have on a page of a form.
OF_THE_PAGE = {"csrf_token", "shown", "refresh", "later", "draft", "seen", "agree"}


def about_form(place: str, form: Form) -> Iterator[Finding]:
    if not form.steps:
        yield Finding(place, "The form asks nothing. Give it a Step with questions.")
    names = [field.name for field in every_field(form)]
    if len(names) > MOST_FIELDS:
        yield Finding(
            place,
            f"The form has {len(names)} questions, and {MOST_FIELDS} is the most. Ask less, "
            "or split the service.",
        )
    yield from twice(f"{place}.steps", (step.slug for step in form.steps), "steps")
    yield from twice(f"{place}.fields", names, "questions")
    for step in form.steps:
        yield from _about_step(f"{place}.steps.{step.slug}", step)


def _about_step(place: str, step: Step) -> Iterator[Finding]:
    yield from slug(f"{place}.slug", step.slug)
    if not step.fields:
        yield Finding(place, "The step has no questions. Give it some, or leave it out.")
    most = sum(_at_most(field) for field in step.fields)
    if most > MOST_ON_A_PAGE:
        yield Finding(
            place,
            f"The step may come to {most} questions with all rows of its groups, and "
            f"{MOST_ON_A_PAGE} is the most. Split it, or allow fewer rows.",
        )
    here = {field.name: field for field in step.fields}
    for field in step.fields:
        yield from _about_field(f"{place}.fields.{field.name}", field)
        if isinstance(field, TextField) and field.look_up is not None:
            there = f"{place}.fields.{field.name}.look_up"
            yield from _look_up(there, field.look_up, field.name, here)


def about_pattern(place: str, pattern: str) -> Iterator[Finding]:
    if len(pattern) > LONGEST_PATTERN:
        sentence = (
            f"The pattern has {len(pattern)} characters, and {LONGEST_PATTERN} is the most. "
            "Ask for less."
        )
        yield Finding(place, sentence)
    elif fault := pattern_fault(pattern):
        yield Finding(place, f"RE2 does not understand the pattern: {fault}.")


def _at_most(field: AnyField) -> int:
    return max(field.at_most, 0) * len(field.fields) if isinstance(field, Group) else 1


def _about_field(place: str, field: AnyField) -> Iterator[Finding]:
    for check in COMMON:
        yield from check(place, field)
    if field.kind in OF_KIND:
        yield from OF_KIND[field.kind](place, field)
    for inner in field.fields if isinstance(field, Group) else ():
        yield from _about_field(f"{place}.fields.{inner.name}", inner)
        if inner.prefill is not None:
            yield Finding(
                f"{place}.fields.{inner.name}.prefill",
                "Questions of a group are not filled in for people. Leave prefill out.",
            )
        if isinstance(inner, TextField) and inner.look_up is not None:
            yield Finding(
                f"{place}.fields.{inner.name}.look_up",
                "Questions of a group are not looked up. Leave look_up out.",
            )


def _look_up(
    place: str, declared: LookUp, own: str, here: Mapping[str, AnyField]
) -> Iterator[Finding]:
    """`here` are the questions of the step by name; those inside groups are not among them."""
    fills, filled = declared.fills, set[str]()
    if not fills:
        yield Finding(f"{place}.fills", "The look-up fills no question. Name one, or leave it out.")
    if len(fills) > MOST_FILLED:
        sentence = f"The look-up fills {len(fills)} questions, and {MOST_FILLED} is the most."
        yield Finding(f"{place}.fills", f"{sentence} Fill fewer.")
        return
    for member, name in fills.items():
        there = f"{place}.fills.{member}"
        if not MEMBER.fullmatch(member):
            sentence = f"{member!r} is no name of a member. Use small letters, digits and _."
            yield Finding(there, sentence)
        if name == own:
            yield Finding(there, f"{name} is the question that is looked up. Fill another one.")
        elif name in filled:
            yield Finding(there, f"Two members fill {name}. Leave one of them out.")
        elif name not in here:
            sentence = f"No question of this step is called {name}.{nearest(name, here)}"
            yield Finding(there, sentence)
        else:
            yield from _filled(there, here[name])
        filled.add(name)


def _filled(place: str, field: AnyField) -> Iterator[Finding]:
    if field.kind not in FILLABLE:
        sentence = f"{field.name} is of kind {field.kind}, which no look-up fills. Leave it out."
        yield Finding(place, sentence)
    elif field.never_prefill:
        yield Finding(place, f"{field.name} is never filled in for people. Leave it out.")
    elif field.personal == LAST_CLASS:
        sentence = f"{field.name} says who somebody is, and a look-up tells it whoever has the"
        yield Finding(place, f"{sentence} number. Leave it out.")


def _name(place: str, field: AnyField) -> Iterator[Finding]:
    if not is_name(field.name) or field.name != field.name.lower():
        yield Finding(
            f"{place}.name",
            f"{field.name!r} cannot be used in rules. Use small letters, digits and _, begin with "
            "a letter, and avoid words of the rule language.",
        )
    if field.name in TAKEN:
        yield Finding(f"{place}.name", f"{field.name} is a fact already. Choose another name.")
    if field.name in OF_THE_PAGE:
        sentence = f"{field.name} is a name that every page of a form uses. Choose another name."
        yield Finding(f"{place}.name", sentence)


def _prefill(place: str, field: AnyField) -> Iterator[Finding]:
    if field.prefill is None:
        return
    if field.never_prefill or isinstance(field, NEVER_FILLED):
        yield Finding(
            f"{place}.prefill", "This question is never filled in for people. Leave prefill out."
        )
    elif field.prefill not in PREFILL:
        yield Finding(
            f"{place}.prefill",
            f"Nothing is called {field.prefill}.{nearest(field.prefill, PREFILL)}",
        )
    else:
        yield from _source(f"{place}.prefill", field)


def _source(place: str, field: AnyField) -> Iterator[Finding]:
    source = PREFILL[field.prefill or ""]
    if source.kind not in FILLED_BY.get(field.kind, (field.kind,)):
        yield Finding(
            place, f"{field.prefill} is of kind {source.kind}, and the question is {field.kind}."
        )
    left_out = [code for code in source.codes if code not in getattr(field, "options", {code})]
    if left_out:
        yield Finding(
            place,
            f"{field.prefill} may be {', '.join(left_out)}, which is no option here. Add it.",
        )


def _personal(place: str, field: AnyField) -> Iterator[Finding]:
    if field.personal in ("sensitive", "identity") and field.purpose is None:
        yield Finding(
            f"{place}.purpose",
            f"An answer that is {field.personal} needs a purpose: say why you ask for it.",
        )


COMMON: tuple[Callable[[str, AnyField], Iterator[Finding]], ...] = (_name, _prefill, _personal)


def _ordered(place: str, low: Any, high: Any, what: str) -> Iterator[Finding]:
    if low is not None and high is not None and low > high:
        yield Finding(place, f"No answer fits: the {what} is at least {low} and at most {high}.")


def _text(place: str, field: Any) -> Iterator[Finding]:
    yield from _ordered(f"{place}.max_length", field.min_length, field.max_length, "length")
    if field.min_length < 0 or not 0 < field.max_length <= LONGEST_TEXT:
        yield Finding(f"{place}.max_length", f"A text has 1 to {LONGEST_TEXT} characters.")
    pattern = getattr(field, "pattern", None)
    if pattern is None:
        return
    yield from about_pattern(f"{place}.pattern", pattern)
    if field.pattern_message is None:
        yield Finding(
            f"{place}.pattern_message",
            "Say in words what the pattern asks for; people cannot read patterns.",
        )


def _number(place: str, field: Any) -> Iterator[Finding]:
    yield from _ordered(f"{place}.at_most", field.at_least, field.at_most, "number")
    if not 0 <= getattr(field, "places", 0) <= MOST_PLACES:
        yield Finding(f"{place}.places", f"A number has 0 to {MOST_PLACES} decimal places.")


def _money(place: str, field: Any) -> Iterator[Finding]:
    yield from _ordered(f"{place}.at_most", field.at_least, field.at_most, "amount")
    if not is_currency(field.currency):
        yield Finding(
            f"{place}.currency", f"{field.currency!r} is no currency. Write a code such as INR."
        )


def _date(place: str, field: Any) -> Iterator[Finding]:
    first, last = field.not_before, field.not_after
    if isinstance(first, date) and isinstance(last, date):
        yield from _ordered(f"{place}.not_after", first, last, "date")


def _month(place: str, field: Any) -> Iterator[Finding]:
    first, last = field.not_before, field.not_after
    if "today" not in (first, last):
        yield from _ordered(f"{place}.not_after", first, last, "month")


def _options(place: str, field: Any) -> Iterator[Finding]:
    if len(field.options) < 2:
        yield Finding(f"{place}.options", "A choice needs two options or more.")
    for code in field.options:
        if not SLUG.match(code.replace("_", "-")):
            yield Finding(
                f"{place}.options.{code}",
                f"{code!r} is no code. Use small letters, digits, and - or _ between them.",
            )


def _choices(place: str, field: Any) -> Iterator[Finding]:
    yield from _options(place, field)
    most = len(field.options) if field.at_most is None else field.at_most
    yield from _ordered(f"{place}.at_most", field.at_least, most, "number of options")
    if most > len(field.options) or field.at_least < 0 or most < 1:
        yield Finding(f"{place}.at_most", f"Choose between 0 and {len(field.options)} options.")


def _national_id(place: str, field: Any) -> Iterator[Finding]:
    if field.personal != LAST_CLASS:
        yield Finding(
            f"{place}.personal",
            f"A national number is of the class {LAST_CLASS}. Leave personal out.",
        )


def _document(place: str, field: Any) -> Iterator[Finding]:
    yield from _file(place, field, tuple(DOCUMENT_TYPES))


def _photo(place: str, field: Any) -> Iterator[Finding]:
    yield from _file(place, field, PICTURES)


def _file(place: str, field: Any, kinds: tuple[str, ...]) -> Iterator[Finding]:
    if not field.accepts:
        yield Finding(f"{place}.accepts", f"Say which kinds fit: {', '.join(kinds)}.")
    for kind in field.accepts:
        if kind not in kinds:
            yield Finding(
                f"{place}.accepts",
                f"Files of kind {kind} are refused here. Use {', '.join(kinds)}.",
            )
    yield from _bytes(place, field, MOST_BYTES)


def _bytes(place: str, field: Any, most: int) -> Iterator[Finding]:
    if not 0 < field.most_bytes <= most:
        yield Finding(f"{place}.most_bytes", f"Say a size from 1 to {most} bytes.")


def _audio(place: str, field: Any) -> Iterator[Finding]:
    if not 0 < field.most_seconds <= MOST_SECONDS:
        yield Finding(f"{place}.most_seconds", f"Say a length from 1 to {MOST_SECONDS} seconds.")
    yield from _bytes(place, field, MOST_AUDIO_BYTES)


def _computed(place: str, field: Any) -> Iterator[Finding]:
    if field.required:
        yield Finding(f"{place}.required", "Nobody answers this question. Leave required out.")


def _group(place: str, field: Any) -> Iterator[Finding]:
    yield from _ordered(f"{place}.at_most", field.at_least, field.at_most, "number of rows")
    if field.at_least < 0 or not 0 < field.at_most <= MOST_ROWS:
        yield Finding(f"{place}.at_most", f"A group has 1 to {MOST_ROWS} rows at most.")
    if all(isinstance(inner, Notice | Computed) for inner in field.fields):
        yield Finding(f"{place}.fields", "The group asks nothing. Give it questions.")


OF_KIND: Mapping[str, Callable[[str, Any], Iterator[Finding]]] = {
    "text": _text,
    "long_text": _text,
    "integer": _number,
    "decimal": _number,
    "money": _money,
    "date": _date,
    "month": _month,
    "choice": _options,
    "choices": _choices,
    "national_id": _national_id,
    "document": _document,
    "photo": _photo,
    "audio": _audio,
    "computed": _computed,
    "group": _group,
}
