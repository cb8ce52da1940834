"""What can be wrong with the questions of a form. Their rules are in `rule_conformance`."""

from collections.abc import Callable, Iterator, Mapping
from datetime import date
from typing import Any

from babel.numbers import is_currency

from portal.registry.contract import Form, Step
from portal.registry.finding import SLUG, Finding, nearest, slug, twice
from portal.registry.questions import AnyField, Declaration, Document, Notice
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
LONGEST_TEXT = 10_000
MOST_PLACES = 6
LAST_CLASS = tuple(PERSONAL_CLASSES)[-1]
TAKEN = {path.partition(".")[0] for path in FACTS}
# Names that the portal's own buttons and hidden fields have on a page of a form.
OF_THE_PAGE = {"csrf_token", "shown", "refresh", "later", "draft", "seen", "agree"}


def about_form(place: str, form: Form) -> Iterator[Finding]:
    if not form.steps:
        yield Finding(place, "The form asks nothing. Give it a Step with questions.")
    if len(form.fields) > MOST_FIELDS:
        yield Finding(
            place,
            f"The form has {len(form.fields)} questions, and {MOST_FIELDS} is the most. Ask less, "
            "or split the service.",
        )
    yield from twice(f"{place}.steps", (step.slug for step in form.steps), "steps")
    yield from twice(f"{place}.fields", (field.name for field in form.fields), "questions")
    for step in form.steps:
        yield from _about_step(f"{place}.steps.{step.slug}", step)


def _about_step(place: str, step: Step) -> Iterator[Finding]:
    yield from slug(f"{place}.slug", step.slug)
    if not step.fields:
        yield Finding(place, "The step has no questions. Give it some, or leave it out.")
    for field in step.fields:
        at = f"{place}.fields.{field.name}"
        for check in COMMON:
            yield from check(at, field)
        if field.kind in OF_KIND:
            yield from OF_KIND[field.kind](at, field)


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
    if field.never_prefill or isinstance(field, Declaration | Document | Notice):
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
    if fault := pattern_fault(pattern):
        yield Finding(f"{place}.pattern", f"RE2 does not understand the pattern: {fault}.")
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
    if not field.accepts:
        yield Finding(f"{place}.accepts", f"Say which kinds fit: {', '.join(DOCUMENT_TYPES)}.")
    for kind in field.accepts:
        if kind not in DOCUMENT_TYPES:
            yield Finding(
                f"{place}.accepts",
                f"Files of kind {kind} are refused here. Use {', '.join(DOCUMENT_TYPES)}.",
            )
    if not 0 < field.most_bytes <= MOST_BYTES:
        yield Finding(f"{place}.most_bytes", f"Say a size from 1 to {MOST_BYTES} bytes.")


OF_KIND: Mapping[str, Callable[[str, Any], Iterator[Finding]]] = {
    "text": _text,
    "long_text": _text,
    "integer": _number,
    "decimal": _number,
    "money": _money,
    "date": _date,
    "choice": _options,
    "choices": _choices,
    "national_id": _national_id,
    "document": _document,
}
