"""What can be wrong with the rules of a service: they are compiled against what they may use."""

from collections.abc import Iterator, Mapping
from typing import Any

from portal.registry.contract import Form, Service
from portal.registry.finding import Finding, nearest
from portal.registry.rule_types import fact_types, field_type, field_types
from portal.rules import BOOL, MONEY, NUMBER, RuleError, Type, compile_rule
from portal.rules.tree import Binary, Items, Literal, Name, Node, walk

Types = Mapping[str, Type]
COMPARING = ("==", "!=", "in")


def about_rules(place: str, service: Service) -> Iterator[Finding]:
    yield from _form(f"{place}.form", service.form)
    types = field_types(service.form.fields)
    if service.fee is not None:
        yield from _fee(f"{place}.fee", service.fee, types)
        yield from _codes(f"{place}.fee", service.fee, types, service.form)
    if service.eligibility is not None:
        yield from _fault(f"{place}.eligibility", service.eligibility, fact_types(), BOOL)


def _form(place: str, form: Form) -> Iterator[Finding]:
    """Each rule may use what is asked before it; `valid` its own question too."""
    known: dict[str, Type] = {}
    for step in form.steps:
        at = f"{place}.steps.{step.slug}"
        yield from _question_rule(f"{at}.when", step.when, known, form)
        for field in step.fields:
            here = f"{at}.fields.{field.name}"
            yield from _question_rule(f"{here}.when", field.when, known, form)
            own = field_type(field)
            known |= {} if own is None else {field.name: own}
            if field.valid is not None:
                yield from _question_rule(f"{here}.valid", field.valid.rule, known, form)


def _question_rule(place: str, text: str | None, known: Types, form: Form) -> Iterator[Finding]:
    if text is None:
        return
    later = {field.name for field in form.fields} - set(known)
    yield from _fault(place, text, known, BOOL, later)
    yield from _codes(place, text, known, form)


def _fault(
    place: str, text: str, types: Types, wants: Type, later: set[str] | None = None
) -> Iterator[Finding]:
    try:
        compile_rule(text, types, wants)
    except RuleError as error:
        name = error.params.get("name", "")
        if later and name in later:
            sentence = f"{name} is asked after this, or cannot be used in rules."
        else:
            sentence = error.sentence
        yield Finding(place, sentence)


def _fee(place: str, text: str, types: Types) -> Iterator[Finding]:
    if _compiles(text, types, NUMBER):
        yield Finding(place, "The fee has no currency. Write amounts as money('150.00', 'INR').")
    else:
        yield from _fault(place, text, types, MONEY)


def _compiles(text: str, types: Types, wants: Type) -> bool:
    try:
        compile_rule(text, types, wants)
    except RuleError:
        return False
    return True


def _codes(place: str, text: str, types: Types, form: Form) -> Iterator[Finding]:
    """A choice that is compared with a code that it does not have: never true, and never seen."""
    try:
        nodes = [*walk(compile_rule(text, types).tree)]
    except RuleError:
        return
    for node in nodes:
        if isinstance(node, Binary) and node.operator in COMPARING:
            for name, code in _compared(node):
                options: Mapping[str, Any] = getattr(form.field(name), "options", {code: None})
                if code not in options:
                    near = nearest(code, options)
                    yield Finding(place, f"{name} has no option {code!r}.{near}")


def _compared(node: Binary) -> Iterator[tuple[str, str]]:
    for one, other in ((node.left, node.right), (node.right, node.left)):
        if isinstance(one, Name):
            for code in _texts(other):
                yield one.name, code


def _texts(node: Node) -> Iterator[str]:
    """The texts that a side of a comparison holds, itself or as a list."""
    items = node.items if isinstance(node, Items) else (node,)
    for item in items:
        if isinstance(item, Literal) and isinstance(item.value, str):
            yield item.value
