"""What can be wrong with the rules of a service: they are compiled against what they may use."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import Any, TypeGuard

from portal.registry.contract import Form, Service
from portal.registry.domain import every_field
from portal.registry.finding import Finding, nearest
from portal.registry.questions import AnyField, Computed, Group
from portal.registry.rule_types import fact_types, field_type, field_types
from portal.rules import BOOL, MONEY, NUMBER, Kind, RuleError, Type, compile_rule
from portal.rules.tree import Binary, Items, Literal, Member, Name, Node, Variable, walk

Types = Mapping[str, Type]
COMPARING = ("==", "!=", "in")


@dataclass(frozen=True)
class Scope:
    """What rules may speak of at one place of a form; `known` grows with each question."""

    known: dict[str, Type]
    fields: Mapping[str, AnyField]
    # Of questions in groups: the name of the group.
    grouped: Mapping[str, str] = field(default_factory=dict)

    def why(self, name: str) -> str | None:
        """Why a name of the form cannot be used here, if it is one."""
        if name not in self.fields or name in self.known:
            return None
        if name in self.grouped and self.grouped[name] in self.known:
            group = self.grouped[name]
            return f"Each row of {group} has a {name}. Write {group}.map(r, r.{name})."
        return f"{name} is asked after this, or cannot be used in rules."


def about_rules(place: str, service: Service) -> Iterator[Finding]:
    scope = scope_of(service.form)
    yield from _form(f"{place}.form", service.form, replace(scope, known={}))
    if service.fee is not None:
        yield from about_amount(f"{place}.fee", service.fee, scope)
    if service.eligibility is not None:
        everything = replace(scope, known=scope.known | fact_types())
        yield from about_rule(f"{place}.eligibility", service.eligibility, everything)


def scope_of(form: Form) -> Scope:
    """All that a rule about the whole form may use."""
    groups = [one for one in form.fields if isinstance(one, Group)]
    grouped = {inner.name: group.name for group in groups for inner in group.fields}
    fields = {one.name: one for one in every_field(form)}
    return Scope(field_types(form.fields), fields, grouped)


def _form(place: str, form: Form, scope: Scope) -> Iterator[Finding]:
    """Each rule may use what is asked before it; `valid` its own question too."""
    for step in form.steps:
        at = f"{place}.steps.{step.slug}"
        yield from about_rule(f"{at}.when", step.when, scope)
        for one in step.fields:
            yield from _question(f"{at}.fields.{one.name}", one, scope)


def _question(place: str, one: AnyField, scope: Scope) -> Iterator[Finding]:
    yield from about_rule(f"{place}.when", one.when, scope)
    if isinstance(one, Computed):
        yield from about_rule(f"{place}.rule", one.rule, scope, field_type(one))
    if isinstance(one, Group):
        inside = replace(scope, known=dict(scope.known))
        for inner in one.fields:
            yield from _question(f"{place}.fields.{inner.name}", inner, inside)
    own = field_type(one)
    scope.known.update({} if own is None else {one.name: own})
    if one.valid is not None:
        yield from about_rule(f"{place}.valid", one.valid.rule, scope)


def about_rule(
    place: str, text: str | None, scope: Scope, wants: Type | None = BOOL
) -> Iterator[Finding]:
    if text is not None:
        yield from _fault(place, text, scope, wants)
        yield from _codes(place, text, scope)


def _fault(place: str, text: str, scope: Scope, wants: Type | None) -> Iterator[Finding]:
    try:
        compile_rule(text, scope.known, wants)
    except RuleError as error:
        why = scope.why(str(error.params.get("name", "")))
        yield Finding(place, why or error.sentence)


def about_amount(place: str, text: str, scope: Scope) -> Iterator[Finding]:
    """A rule that gives money."""
    if _compiles(text, scope.known, NUMBER):
        yield Finding(place, "The fee has no currency. Write amounts as money('150.00', 'INR').")
    else:
        yield from _fault(place, text, scope, MONEY)
        yield from _codes(place, text, scope)


def _compiles(text: str, types: Types, wants: Type) -> bool:
    try:
        compile_rule(text, types, wants)
    except RuleError:
        return False
    return True


def _codes(place: str, text: str, scope: Scope) -> Iterator[Finding]:
    """A choice that is compared with a code that it does not have: never true, and never seen."""
    try:
        nodes = [*walk(compile_rule(text, scope.known).tree)]
    except RuleError:
        return
    for node in nodes:
        if isinstance(node, Binary) and node.operator in COMPARING:
            for name, code in _compared(node):
                options: Mapping[str, Any] = getattr(scope.fields.get(name), "options", {code: 0})
                if code not in options:
                    near = nearest(code, options)
                    yield Finding(place, f"{name} has no option {code!r}.{near}")


def _compared(node: Binary) -> Iterator[tuple[str, str]]:
    for one, other in ((node.left, node.right), (node.right, node.left)):
        if isinstance(one, Name) or _is_of_a_row(one):
            for code in _texts(other):
                yield one.name, code


def _is_of_a_row(node: Node) -> TypeGuard[Member]:
    """`p.role` in `partners.exists(p, p.role == 'manager')`."""
    of = node.of if isinstance(node, Member) else None
    return isinstance(of, Variable) and of.type.kind is Kind.RECORD


def _texts(node: Node) -> Iterator[str]:
    """The texts that a side of a comparison holds, itself or as a list."""
    items = node.items if isinstance(node, Items) else (node,)
    for item in items:
        if isinstance(item, Literal) and isinstance(item.value, str):
            yield item.value
