"""What a declared service means for given answers: what it asks, costs, shares, and by when.

Plain functions; no tables, no web, no clock.

Answers are JSON-able values by field name; a question without an answer has no entry. A condition
that cannot be decided yet hides what it guards.
"""

from collections.abc import Mapping
from datetime import date, timedelta
from typing import Any

from portal.kernel.money import Money
from portal.registry.contract import Calendar, Form, Notice, Service, Step, TextField
from portal.registry.questions import AnyField
from portal.registry.rule_types import TYPES, fact_types
from portal.rules import BOOL, MONEY, UNKNOWN, Rule, Type, Unknown, compile_rule
from portal.rules.functions import pattern

Answers = Mapping[str, Any]


def visible_steps(form: Form, answers: Answers) -> tuple[Step, ...]:
    """The steps to go through, each with the questions it asks now; empty ones are left out.

    Conditions look at questions further up only, so that one pass decides all of them: what is
    hidden counts as unanswered for what follows.
    """
    types = _types(form)
    known: dict[str, Any] = {}
    steps = []
    for step in form.steps:
        asked = _asked(step, types, known, answers)
        if asked:
            steps.append(step.model_copy(update={"fields": asked}))
    return tuple(steps)


def visible_fields(form: Form, answers: Answers) -> tuple[AnyField, ...]:
    return tuple(field for step in visible_steps(form, answers) for field in step.fields)


def clean(form: Form, answers: Answers) -> dict[str, Any]:
    """The answers that count: to questions of this form that are asked. Notices have none."""
    asked = visible_fields(form, answers)
    return {
        field.name: answers[field.name]
        for field in asked
        if field.name in answers and not isinstance(field, Notice)
    }


def missing_fields(form: Form, answers: Answers) -> tuple[AnyField, ...]:
    """The required questions that are asked and have no answer."""
    return tuple(
        field
        for field in visible_fields(form, answers)
        if field.required and not isinstance(field, Notice) and answers.get(field.name) is None
    )


def failed_checks(form: Form, answers: Answers) -> tuple[AnyField, ...]:
    """The answered questions whose own `valid` rule says no. What it cannot decide passes."""
    types, kept = _types(form), clean(form, answers)
    return tuple(
        field
        for field in form.fields
        if field.valid
        and field.name in kept
        and _value(field.valid.rule, types, kept, BOOL) is False
    )


def quote(service: Service, answers: Answers) -> Money | Unknown | None:
    """What the service costs: None if it is free, UNKNOWN while an answer is missing."""
    if service.fee is None:
        return None
    form = service.form
    fee = _value(service.fee, _types(form), clean(form, answers), MONEY)
    return fee if isinstance(fee, Money) else UNKNOWN


def eligible(service: Service, facts: Mapping[str, Any]) -> bool | Unknown:
    """Whether a person may have the service, by facts such as `{"person": {"age": 40}}`."""
    if service.eligibility is None:
        return True
    answer = compile_rule(service.eligibility, fact_types(), BOOL).evaluate(facts).value
    return answer if isinstance(answer, bool) else UNKNOWN


def fits_pattern(field: TextField, answer: str) -> bool:
    """Whether the whole answer fits the pattern, in time that is linear in the answer."""
    return field.pattern is None or pattern(field.pattern).fullmatch(answer) is not None


def shared_fields(service: Service, answers: Answers) -> dict[str, Any]:
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


def _asked(
    step: Step, types: Mapping[str, Type], known: dict[str, Any], answers: Answers
) -> tuple[AnyField, ...]:
    """The questions that a step asks; their answers become known to what follows."""
    if not _holds(step.when, types, known):
        return ()
    asked = []
    for field in step.fields:
        if _holds(field.when, types, known):
            asked.append(field)
            known.update({field.name: answers[field.name]} if field.name in answers else {})
    return tuple(asked)


def _holds(rule: str | None, types: Mapping[str, Type], known: Answers) -> bool:
    return rule is None or _value(rule, types, known, BOOL) is True


def _value(text: str, types: Mapping[str, Type], known: Answers, wants: Type) -> Any:
    return _rule(text, types, wants).evaluate(known).value


def _rule(text: str, types: Mapping[str, Type], wants: Type) -> Rule:
    """Compiled for the few names that the text can mean, so that compiled rules are found again."""
    names = {name: kind for name, kind in types.items() if name in text}
    return compile_rule(text, names, wants)


def _types(form: Form) -> dict[str, Type]:
    return {field.name: TYPES[field.kind] for field in form.fields if field.kind in TYPES}
