"""Which questions decide a fee: those that its rules name, and all that these hang on."""

from collections.abc import Iterable, Iterator

from portal.registry.asking import Types, plan_of
from portal.registry.contract import Form, Service, Step
from portal.registry.domain import FILES
from portal.registry.pricing import types_of
from portal.registry.questions import AnyField
from portal.registry.tariff_conformance import rules_of
from portal.rules import compile_rule
from portal.rules.tree import Name, walk

# Nobody is asked for these only to be told a price.
TOO_MUCH = FILES | {"name", "phone", "email", "national_id", "address", "location", "group"}


def fee_form(service: Service) -> Form | None:
    """The questions that decide the fee, as a form of one step; it may have no question.

    None where a price takes more than a few plain answers: a place, a list, or the provider's word.
    """
    if "quote" in (service.asks or ()):
        return None
    named = _named(_rules(service), types_of(plan_of(service.form).types))
    names = _reached(service, named | _place(service))
    fields = tuple(_freed(one, service.form) for one in service.form.fields if one.name in names)
    if any(one.kind in TOO_MUCH for one in fields):
        return None
    return Form(Step(service.title, *fields, slug="fee"))


def _rules(service: Service) -> Iterator[str]:
    if service.fee is not None:
        yield service.fee
    if service.tariff is not None:
        yield from (rule for _, rule in rules_of("", service.tariff))


def _place(service: Service) -> set[str]:
    tariff = service.tariff
    return {tariff.area} if tariff and tariff.area else set()


def _named(rules: Iterable[str], types: Types) -> set[str]:
    nodes = (node for rule in rules for node in walk(compile_rule(rule, types).tree))
    return {node.name for node in nodes if isinstance(node, Name)}


def _reached(service: Service, names: set[str]) -> set[str]:
    """With the questions that these are asked by, or worked out of."""
    form, types = service.form, plan_of(service.form).types
    found: set[str] = set()
    while new := names - found:
        found |= new
        asked = [one for one in form.fields if one.name in new]
        rules = (rule for one in asked for rule in _of_question(one, form))
        names = _named(rules, types)
    return found


def _of_question(one: AnyField, form: Form) -> Iterator[str]:
    if one.when is not None:
        yield one.when
    if (when := _step(one, form).when) is not None:
        yield when
    if (rule := getattr(one, "rule", None)) is not None:
        yield rule


def _freed(one: AnyField, form: Form) -> AnyField:
    """Asked by itself: neither filled in nor checked against what is not asked here."""
    when = " && ".join(f"({rule})" for rule in (_step(one, form).when, one.when) if rule)
    left = {"when": when or None, "prefill": None, "valid": None, "look_up": None}
    return one.model_copy(update={name: left[name] for name in left if hasattr(one, name)})


def _step(one: AnyField, form: Form) -> Step:
    return next(step for step in form.steps if one in step.fields)
