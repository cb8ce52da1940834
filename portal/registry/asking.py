"""One pass through a form: what it asks, given some answers, and which of these count.

Conditions look at questions further up only, so that one pass decides all of them: what is hidden
counts as unanswered for what follows. What is worked out is worked out on the way, whatever the
answers say of it. A condition that cannot be decided yet hides what it guards.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any, NamedTuple

from portal.registry.kept import Kept
from portal.registry.questions import AnyField, Computed, Form, Group, GroupedField, Notice, Step
from portal.registry.rule_types import fact, field_type, field_types, worked_out
from portal.rules import BOOL, UNKNOWN, Rule, TooMuchWork, Type, compile_rule

Answers = Mapping[str, Any]
Types = Mapping[str, Type]
# No group may have more rows; further ones are not looked at.
MOST_ROWS = 50


class Place(NamedTuple):
    """A question; one of a group with the number of its row, from 0."""

    field: AnyField
    group: Group | None = None
    row: int | None = None

    @property
    def on_page(self) -> AnyField:
        """The question that stands in the step itself."""
        return self.group or self.field


@dataclass(frozen=True)
class Row:
    """One row of a group. `facts` are its answers as rules read them."""

    asked: tuple[GroupedField, ...]
    answers: dict[str, Any]
    facts: dict[str, Any]

    @property
    def is_empty(self) -> bool:
        """Nobody has answered anything; what is worked out nobody answers."""
        computed = {field.name for field in self.asked if isinstance(field, Computed)}
        return self.answers.keys() <= computed


class Planned:
    """A question with its rules, each compiled when it is first needed."""

    def __init__(self, field: AnyField, types: Types) -> None:
        self.field, self._types = field, types
        within = types
        if isinstance(field, Group):
            within = {**types, **field_types(field.fields)}
        self.inner = tuple(Planned(one, within) for one in getattr(field, "fields", ()))

    @cached_property
    def when(self) -> Rule | None:
        return self._rule(self.field.when)

    @cached_property
    def valid(self) -> Rule | None:
        return None if self.field.valid is None else self._rule(self.field.valid.rule)

    @cached_property
    def work(self) -> Rule:
        rule: str = getattr(self.field, "rule", "")
        return compile_rule(rule, self._types, field_type(self.field))

    def _rule(self, text: str | None) -> Rule | None:
        return None if text is None else compile_rule(text, self._types, BOOL)


@dataclass
class Plan:
    """A form with its rules. Made once for each form: it is what every page of it needs."""

    form: Form

    @cached_property
    def types(self) -> dict[str, Type]:
        return field_types(self.form.fields)

    @cached_property
    def steps(self) -> tuple[tuple[Step, tuple[Planned, ...]], ...]:
        return tuple(
            (step, tuple(Planned(field, self.types) for field in step.fields))
            for step in self.form.steps
        )

    @cached_property
    def conditions(self) -> dict[str, Rule]:
        """Of steps, by slug."""
        conditions = ((step.slug, step.when) for step in self.form.steps)
        return {slug: compile_rule(when, self.types, BOOL) for slug, when in conditions if when}

    @cached_property
    def by_name(self) -> dict[str, Planned]:
        return {each.field.name: each for _, fields in self.steps for each in fields}


# Forms live as long as the version that they belong to; a form is found by being the same one.
_plans: Kept[int, Plan] = Kept(512)


def plan_of(form: Form) -> Plan:
    known = _plans.get(id(form))
    if known is None or known.form is not form:
        known = Plan(form)
        _plans.put(id(form), known)
    return known


@dataclass(frozen=True)
class Asked:
    """What a form asks. `answers` are those that count, `facts` the same as rules read them.

    `rows` holds all rows of the groups that are asked, empty ones too; `answers` has no empty ones.
    Rows are counted as they were given.
    """

    plan: Plan
    steps: tuple[Step, ...]
    answers: dict[str, Any]
    facts: dict[str, Any]
    rows: dict[str, tuple[Row, ...]]

    @cached_property
    def fields(self) -> tuple[AnyField, ...]:
        return tuple(field for step in self.steps for field in step.fields)

    def missing(self) -> Iterator[Place]:
        """The required questions that are asked and have no answer; groups with too few rows."""
        for field in self.fields:
            if isinstance(field, Group):
                yield from self._missing_in(field)
            elif _is_open(field, self.answers):
                yield Place(field)

    def _missing_in(self, group: Group) -> Iterator[Place]:
        filled = self._filled(group)
        if _too_few(group, len(filled)) or (group.required and group.name not in self.answers):
            yield Place(group)
        for number, row in filled:
            for field in row.asked:
                if _is_open(field, row.answers):
                    yield Place(field, group, number)

    def failed(self) -> Iterator[Place]:
        """The answered questions whose own `valid` rule says no; groups with too many rows.

        What a rule cannot decide passes.
        """
        for field in self.fields:
            planned = self.plan.by_name[field.name]
            if field.name in self.answers and _fails(planned.valid, self.facts):
                yield Place(field)
            if isinstance(field, Group):
                yield from self._failed_in(field, planned)

    def _failed_in(self, group: Group, planned: Planned) -> Iterator[Place]:
        filled = self._filled(group)
        if len(filled) > group.at_most:
            yield Place(group)
        for number, row in filled:
            facts = {**self.facts, **row.facts}
            for inner in planned.inner:
                if inner.field.name in row.answers and _fails(inner.valid, facts):
                    yield Place(inner.field, group, number)

    def _filled(self, group: Group) -> list[tuple[int, Row]]:
        rows = self.rows.get(group.name, ())
        return [(number, row) for number, row in enumerate(rows) if not row.is_empty]


def look(form: Form, answers: "Answers | Asked") -> Asked:
    """Go through the form once, from its first question to its last.

    What was found for these answers before is found again without going through them.
    """
    plan = plan_of(form)
    if isinstance(answers, Asked):
        if answers.plan is plan:
            return answers
        answers = answers.answers
    asked = Asked(plan, (), {}, {}, {})
    steps = []
    for step, planned in plan.steps:
        if not _holds(plan.conditions.get(step.slug), asked.facts):
            continue
        fields = tuple(each.field for each in planned if _ask(each, asked, answers))
        if fields:
            whole = len(fields) == len(step.fields)
            steps.append(step if whole else step.model_copy(update={"fields": fields}))
    return Asked(plan, tuple(steps), asked.answers, asked.facts, asked.rows)


def rows_of(asked: Asked, group: Group, given: Sequence[Any]) -> tuple[Row, ...]:
    """What each of these rows of a group would ask, empty ones too."""
    planned = asked.plan.by_name[group.name]
    return tuple(_row(planned, asked.facts, one) for one in given[:MOST_ROWS])


def value(rule: Rule, facts: Answers) -> Any:
    """What the rule gives; too much work for a rule is a question without an answer."""
    try:
        return rule.evaluate(facts).value
    except TooMuchWork:
        return UNKNOWN


def _ask(planned: Planned, asked: Asked, answers: Answers) -> bool:
    """Whether the question is asked; its answer becomes known to what follows."""
    if not _holds(planned.when, asked.facts):
        return False
    field = planned.field
    if isinstance(field, Group):
        _take_rows(planned, field, asked, answers.get(field.name))
    else:
        _take(planned, asked.answers, asked.facts, answers)
    return True


def _take(planned: Planned, kept: dict[str, Any], facts: dict[str, Any], given: Answers) -> None:
    field = planned.field
    if isinstance(field, Notice):
        return
    if isinstance(field, Computed):
        answer = worked_out(field, value(planned.work, facts))
        given = {} if answer is None else {field.name: answer}
    if field.name in given:
        kept[field.name] = given[field.name]
        facts[field.name] = fact(field, given[field.name])


def _take_rows(planned: Planned, group: Group, asked: Asked, given: Any) -> None:
    """What is no list of rows is no answer; a row that is none is empty."""
    if not isinstance(given, list | tuple):
        return
    rows = tuple(_row(planned, asked.facts, one) for one in given[:MOST_ROWS])
    filled = [row for row in rows if not row.is_empty]
    asked.rows[group.name] = rows
    asked.answers[group.name] = [row.answers for row in filled]
    asked.facts[group.name] = [row.facts for row in filled]


def _row(planned: Planned, known: Answers, given: Any) -> Row:
    own: Answers = given if isinstance(given, Mapping) else {}
    own = {name: answer for name, answer in own.items() if answer is not None}
    answers: dict[str, Any] = {}
    facts = dict(known)
    asked: list[Any] = []
    for each in planned.inner:
        if _holds(each.when, facts):
            asked.append(each.field)
            _take(each, answers, facts, own)
    return Row(tuple(asked), answers, {name: facts[name] for name in answers})


def _holds(rule: Rule | None, facts: Answers) -> bool:
    return rule is None or value(rule, facts) is True


def _fails(rule: Rule | None, facts: Answers) -> bool:
    return rule is not None and value(rule, facts) is False


def _is_open(field: AnyField, answers: Answers) -> bool:
    if isinstance(field, Notice | Computed):
        return False
    return field.required and answers.get(field.name) is None


def _too_few(group: Group, rows: int) -> bool:
    """A group that may be left open has no rows, or as many as it asks for."""
    return rows < group.at_least and (group.required or rows > 0)
