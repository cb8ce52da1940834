"""What a newer version of a service means for somebody who has begun. Plain Python."""

from collections.abc import Callable, Collection, Iterator, Mapping
from typing import Any

from portal.kernel.money import Money
from portal.registry import domain as declared
from portal.registry.changes import Change, changes
from portal.registry.contract import Declaration, Form, Group, Service
from portal.registry.pricing import Circumstances
from portal.registry.questions import AnyField

Answers = Mapping[str, Any]
# Takes an answer that a question accepts; None for one that it does not.
Accept = Callable[[AnyField, Any], Any]

# Of a question that the person meets; how it is worded or checked shows when they come to it.
OF_QUESTIONS = frozenset(
    {"asked", "not_asked", "kind", "required", "optional", "check", "more_rows", "rows"}
    | {"class_raised", "class_lowered", "question"}
)
OF_SERVICE = frozenset(
    {"fee", "tariff", "payment", "promise", "eligibility", "shares", "keeps", "issues"}
)


def fitting(old: Form, new: Form, answers: Answers, accept: Accept) -> dict[str, Any]:
    """The answers that the new form takes as they are."""
    before = {one.name: one for one in old.fields}
    after = ((one, before.get(one.name)) for one in new.fields if one.name in answers)
    found = {one.name: _taken(was, one, answers[one.name], accept) for one, was in after if was}
    return {name: answer for name, answer in found.items() if answer is not None}


def _taken(old: AnyField, new: AnyField, answer: Any, accept: Accept) -> Any:
    if old.kind != new.kind:
        return None
    # Nobody agreed to other words than those that they read.
    if isinstance(new, Declaration) and old != new:
        return None
    if isinstance(old, Group) and isinstance(new, Group):
        return _rows(old, new, answer, accept)
    return accept(new, answer)


def _rows(old: Group, new: Group, answer: Any, accept: Accept) -> list[dict[str, Any]] | None:
    rows = [row for row in answer if isinstance(row, Mapping)] if isinstance(answer, list) else []
    before = {one.name: one for one in old.fields}
    kept = []
    for row in rows[: new.at_most]:
        pairs = ((one, before.get(one.name)) for one in new.fields if one.name in row)
        taken = {one.name: _taken(was, one, row[one.name], accept) for one, was in pairs if was}
        kept.append({name: value for name, value in taken.items() if value is not None})
    return kept or None


def for_person(
    old: Service,
    new: Service,
    before: Answers,
    after: Answers,
    now: Circumstances = declared.NOWHERE,
) -> list[Change]:
    """The changes that somebody meets who answered so `before`, and goes on with `after`."""
    met = {*_met(old.form, before), *_met(new.form, after)}
    fees = prices((old, new), (before, after), now)
    return [one for one in changes(old, new) if _concerns(one, met, fees)]


def _met(form: Form, answers: Answers) -> Iterator[str]:
    for one in declared.look(form, answers).fields:
        yield one.name
        yield from (inner.name for inner in one.fields) if isinstance(one, Group) else ()


def _concerns(
    change: Change,
    met: Collection[str],
    fees: tuple[Money | None, Money | None],
) -> bool:
    if change.code in OF_QUESTIONS:
        return change.where in met
    if change.code in ("fee", "tariff") and all(fees):
        return fees[0] != fees[1]
    return change.code in OF_SERVICE


def prices(
    services: tuple[Service, Service],
    answers: tuple[Answers, Answers],
    now: Circumstances = declared.NOWHERE,
) -> tuple[Money | None, Money | None]:
    """What each of the two costs this person; None where it is not known, or free."""
    found = [declared.quote(*pair, now) for pair in zip(services, answers, strict=True)]
    first, second = (fee if isinstance(fee, Money) else None for fee in found)
    return first, second
