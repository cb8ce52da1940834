"""What a declared service means for given answers: what it asks, costs, shares, and by when.

Plain functions; no tables, no web, no clock.

Answers are JSON-able values by field name; a question without an answer has no entry. Which
questions are asked is found in `portal.registry.asking`.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any

from portal.kernel.money import Money
from portal.registry.asking import Answers, Asked, Place, Row, look, plan_of, rows_of, value
from portal.registry.contract import Calendar, Form, Group, Service, Step, TextField
from portal.registry.pricing import (
    Circumstances,
    Line,
    LineKind,
    Price,
    Written,
    price,
    written,
)
from portal.registry.questions import AnyField
from portal.registry.rule_types import fact_types
from portal.rules import BOOL, MONEY, UNKNOWN, TooMuchWork, Unknown, Verdict, compile_rule
from portal.rules.functions import pattern

# Kinds whose answers name a file.
FILES = frozenset({"document", "photo", "audio"})

# Whatever depends on the day or the place stays open.
NOWHERE = Circumstances()

# Of portal.registry.asking: one look tells all of these at once.
__all__ = ["Asked", "Place", "Row", "look", "rows_of"]


@dataclass(frozen=True)
class Eligibility:
    """Whether somebody may have a service, and what that rests on.

    `used` holds the facts and answers that the rule looked at, as values of the rule language;
    `missing` names those that it lacks for a yes or no.
    """

    answer: bool | Unknown
    used: Mapping[str, Any] = field(default_factory=dict)
    missing: tuple[str, ...] = ()


def visible_steps(form: Form, answers: Answers) -> tuple[Step, ...]:
    """The steps to go through, each with the questions it asks now; empty ones are left out.

    A group stands with all its questions: which of them a row asks is in `look(…).rows`.
    """
    return look(form, answers).steps


def visible_fields(form: Form, answers: Answers) -> tuple[AnyField, ...]:
    return look(form, answers).fields


def clean(form: Form, answers: Answers | Asked) -> dict[str, Any]:
    """The answers that count: to questions of this form that are asked, and what follows of them.

    Notices have none. What is worked out is worked out here, whatever the answers say.
    """
    return look(form, answers).answers


def missing_fields(form: Form, answers: Answers) -> tuple[AnyField, ...]:
    """The required questions that are asked and have no answer; a group for what its rows miss."""
    return _on_page(look(form, answers).missing())


def failed_checks(form: Form, answers: Answers) -> tuple[AnyField, ...]:
    """The answered questions whose own `valid` rule says no; a group for those of its rows too."""
    return _on_page(look(form, answers).failed())


def _on_page(places: Iterator[Place]) -> tuple[AnyField, ...]:
    return tuple({place.on_page.name: place.on_page for place in places}.values())


def every_field(form: Form) -> Iterator[AnyField]:
    """The questions in order, those of a group after the group."""
    for one in form.fields:
        yield one
        if isinstance(one, Group):
            yield from one.fields


def file_answers(form: Form, answers: Answers) -> list[tuple[str, dict[str, Any]]]:
    """Each answer that names a file, with its path: `licence`, or `partners.0.photo` in a row."""
    found: list[tuple[str, dict[str, Any]]] = []
    for one in form.fields:
        if isinstance(one, Group):
            rows = answers.get(one.name)
            for number, row in enumerate(rows if isinstance(rows, list | tuple) else ()):
                found += _files_among(one.fields, row, f"{one.name}.{number}.")
        else:
            found += _files_among((one,), answers, "")
    return found


def _files_among(fields: Any, answers: Any, place: str) -> Iterator[tuple[str, dict[str, Any]]]:
    if not isinstance(answers, Mapping):
        return
    for one in fields:
        answer = answers.get(one.name) if one.kind in FILES else None
        if isinstance(answer, Mapping) and "file" in answer:
            yield f"{place}{one.name}", dict(answer)


def quote(
    service: Service, answers: Answers | Asked, now: Circumstances = NOWHERE
) -> Money | Unknown | None:
    """What the service costs: None if it is free, UNKNOWN while an answer is missing."""
    found = priced(service, answers, now)
    return found.total if isinstance(found, Price) else found


def priced(
    service: Service, answers: Answers | Asked, now: Circumstances = NOWHERE
) -> Price | Unknown | None:
    """The same with each line that it is made of; a fee that a rule says has one."""
    asked = look(service.form, answers)
    if service.tariff is not None:
        return price(service.tariff, asked, now)
    if service.fee is None:
        return None
    fee = value(compile_rule(service.fee, asked.plan.types, MONEY), asked.facts)
    words = service.fee_words or service.title
    return Price((Line(LineKind.RATE, "fee", words, fee),)) if isinstance(fee, Money) else UNKNOWN


def table(service: Service) -> tuple[Written, ...]:
    """The table of fees as it stands, if there is one."""
    if service.tariff is None:
        return ()
    return tuple(written(service.tariff, plan_of(service.form).types))


def eligibility(
    service: Service, facts: Mapping[str, Any], answers: Answers | Asked
) -> Eligibility:
    """By facts such as `{"person": {"age": 40}}` and the answers that count, by bare name."""
    if service.eligibility is None:
        return Eligibility(answer=True)
    known = {**look(service.form, answers).facts, **facts}
    types = {**plan_of(service.form).types, **fact_types()}
    try:
        verdict = compile_rule(service.eligibility, types, BOOL).evaluate(known)
    except TooMuchWork:
        return Eligibility(UNKNOWN)
    return _told(verdict)


def _told(verdict: Verdict) -> Eligibility:
    used = {one.name: one.value for one in verdict.used if one.value is not UNKNOWN}
    return Eligibility(verdict.value, used, tuple(sorted(verdict.missing)))


def fits_pattern(field: TextField, answer: str) -> bool:
    """Whether the whole answer fits the pattern, in time that is linear in the answer."""
    return field.pattern is None or pattern(field.pattern).fullmatch(answer) is not None


def shared_fields(service: Service, answers: Answers | Asked) -> dict[str, Any]:
    """What goes to the provider: the declared and asked fields with their answers, nothing else."""
    return clean(service.form, answers)


def is_working(calendar: Calendar, day: date) -> bool:
    return day.isoweekday() not in calendar.weekend and all(
        day != holiday.date for holiday in calendar.holidays
    )


def due_on(calendar: Calendar, start: date, working_days: int) -> date:
    """The last working day of the promise; the day it starts on does not count."""
    day, left = start, working_days
    while left > 0:
        day += timedelta(days=1)
        left -= is_working(calendar, day)
    return day
