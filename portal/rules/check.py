"""Gives every node of a tree its type, or says which place is wrong. Reads names, never facts."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal
from difflib import get_close_matches
from functools import reduce, singledispatch

from portal.kernel.money import Money
from portal.rules import faults, functions, tree
from portal.rules.faults import Source
from portal.rules.types import (
    BOOL,
    DATE,
    MONEY,
    NOTHING,
    NUMBER,
    TEXT,
    Kind,
    Type,
    common,
    fits,
    list_of,
)

MOST_HINTS = 8
TYPES: Mapping[type, Type] = {bool: BOOL, str: TEXT, Decimal: NUMBER, date: DATE, Money: MONEY}


@dataclass(frozen=True)
class Scope:
    source: Source
    names: Mapping[str, Type]
    variables: Mapping[str, Type]

    def place(self, node: tree.Node) -> str:
        return self.source.place(node.at)

    def within(self, variable: str, type_: Type) -> "Scope":
        return replace(self, variables={**self.variables, variable: type_})

    def known(self) -> list[str]:
        return sorted({*self.names, *self.variables})


def checked(node: tree.Node, source: Source, names: Mapping[str, Type]) -> tree.Node:
    return check(node, Scope(source, names, {}))


def check_result(given: Type, wanted: Type | None) -> None:
    if given.holds_records:
        raise faults.RecordResult(given=given)
    if wanted is not None and not fits(given, wanted):
        raise faults.WrongResult(given=given, wanted=wanted)


def literal(value: tree.Constant, at: int) -> tree.Literal:
    return tree.Literal(value, at=at, type=TYPES[type(value)])


@singledispatch
def check(node: tree.Node, scope: Scope) -> tree.Node:
    raise NotImplementedError(type(node).__name__)


@check.register
def _literal(node: tree.Literal, _scope: Scope) -> tree.Node:
    return literal(node.value, node.at)


@check.register
def _name(node: tree.Name, scope: Scope) -> tree.Node:
    if node.name in scope.variables:
        return tree.Variable(node.name, at=node.at, type=scope.variables[node.name])
    if node.name in scope.names:
        return replace(node, type=scope.names[node.name])
    hint = _hint(node.name, scope.known())
    raise faults.UnknownName(scope.place(node), name=node.name, hint=hint)


@check.register
def _member(node: tree.Member, scope: Scope) -> tree.Node:
    of = check(node.of, scope)
    if of.type.kind is not Kind.RECORD:
        raise faults.NoMembers(scope.place(node), name=node.name, given=of.type)
    type_ = of.type.member(node.name)
    if type_ is None:
        hint = _hint(node.name, [name for name, _ in of.type.fields])
        raise faults.UnknownName(scope.place(node), name=node.name, hint=hint)
    return replace(node, of=of, type=type_)


@check.register
def _index(node: tree.Index, scope: Scope) -> tree.Node:
    of, position = check(node.of, scope), check(node.position, scope)
    if of.type.item is None or not fits(position.type, NUMBER):
        raise faults.WrongOperand(
            scope.place(node),
            operator="[ ]",
            takes="a list before it and a number in it",
            given=f"{of.type} and {position.type}",
        )
    return replace(node, of=of, position=position, type=of.type.item)


@check.register
def _items(node: tree.Items, scope: Scope) -> tree.Node:
    items = tuple(check(item, scope) for item in node.items)

    def join(so_far: Type, item: tree.Node) -> Type:
        joined = common(so_far, item.type)
        if joined is None:
            raise faults.MixedList(scope.place(item), left=so_far, right=item.type)
        return joined

    type_ = _flat_list(reduce(join, items, NOTHING), scope.place(node))
    return replace(node, items=items, type=type_)


def _flat_list(item: Type, place: str) -> Type:
    """Lists made by a rule hold no lists: a few nested `map`s would make a billion values."""
    if item.item is not None:
        raise faults.ListOfLists(place)
    return list_of(item)


@check.register
def _not(node: tree.Not, scope: Scope) -> tree.Node:
    operand = check(node.operand, scope)
    _yes_or_no(operand, "!", scope)
    return replace(node, operand=operand, type=BOOL)


@check.register
def _negative(node: tree.Negative, scope: Scope) -> tree.Node:
    operand = check(node.operand, scope)
    signature = functions.choose(functions.NEGATIVE, (operand.type,))
    if signature is None:
        takes = functions.needs(functions.NEGATIVE)
        raise faults.WrongOperand(scope.place(node), operator="-", takes=takes, given=operand.type)
    return replace(node, operand=operand, type=signature.gives)


@check.register
def _logic(node: tree.Logic, scope: Scope) -> tree.Node:
    terms = tuple(check(term, scope) for term in node.terms)
    for term in terms:
        _yes_or_no(term, node.connective, scope)
    return replace(node, terms=terms, type=BOOL)


@check.register
def _binary(node: tree.Binary, scope: Scope) -> tree.Node:
    left, right = check(node.left, scope), check(node.right, scope)
    type_, takes = _result(node.operator, left.type, right.type)
    if type_ is None:
        raise faults.WrongSides(
            scope.place(node), operator=node.operator, takes=takes, left=left.type, right=right.type
        )
    return replace(node, left=left, right=right, type=type_)


def _result(operator: str, left: Type, right: Type) -> tuple[Type | None, str]:
    if operator in {"==", "!="}:
        return _comparable(common(left, right)), "two values of one type, not records"
    if operator == "in":
        both = None if right.item is None else common(left, right.item)
        return _comparable(both), "a value before it and a list of such values after it"
    signatures = functions.OPERATORS[operator]
    signature = functions.choose(signatures, (left, right))
    return signature.gives if signature else None, functions.needs(signatures)


def _comparable(both: Type | None) -> Type | None:
    return None if both is None or both.holds_records else BOOL


@check.register
def _choice(node: tree.Choice, scope: Scope) -> tree.Node:
    condition = check(node.condition, scope)
    yes, no = check(node.yes, scope), check(node.no, scope)
    _yes_or_no(condition, "?", scope)
    both = common(yes.type, no.type)
    if both is None:
        raise faults.BranchesDiffer(scope.place(node), left=yes.type, right=no.type)
    return replace(node, condition=condition, yes=yes, no=no, type=both)


@check.register
def _known(node: tree.Known, scope: Scope) -> tree.Node:
    return replace(node, of=check(node.of, scope), type=BOOL)


@check.register
def _call(node: tree.Call, scope: Scope) -> tree.Node:
    if node.function in functions.CONSTANTS and not node.dotted:
        return _constant(node, scope)
    signatures = _signatures(node, scope)
    args = tuple(check(arg, scope) for arg in node.args)
    signature = functions.choose(signatures, tuple(arg.type for arg in args))
    if signature is None:
        takes, given = functions.needs(signatures), ", ".join(str(arg.type) for arg in args)
        raise faults.WrongArguments(
            scope.place(node), function=node.function, takes=takes, given=f"({given})"
        )
    if node.function == "matches":
        _check_pattern(args[1], scope)
    return replace(node, args=args, type=signature.gives)


def _signatures(node: tree.Call, scope: Scope) -> tuple[functions.Signature, ...]:
    function = functions.FUNCTIONS.get(node.function)
    if function is None or function.dotted != node.dotted:
        hint = _function_hint(node)
        raise faults.UnknownFunction(scope.place(node), name=node.function, hint=hint)
    return function.signatures


def _constant(node: tree.Call, scope: Scope) -> tree.Node:
    constant = functions.CONSTANTS[node.function]
    texts = [arg.value for arg in node.args if isinstance(arg, tree.Literal)]
    value = None
    if len(texts) == len(node.args) == constant.takes:
        value = constant.read(*texts) if all(isinstance(text, str) for text in texts) else None
    if value is None:
        example = constant.example
        raise faults.BadConstant(scope.place(node), function=node.function, example=example)
    return literal(value, node.at)


def _check_pattern(node: tree.Node, scope: Scope) -> None:
    """A pattern is written in the rule, so that it is known to be one before any fact comes."""
    if not isinstance(node, tree.Literal):
        raise faults.BadPattern(scope.place(node), reason="it is worked out, not written")
    reason = functions.pattern_fault(str(node.value))
    if reason is not None:
        raise faults.BadPattern(scope.place(node), reason=reason)


@check.register
def _each(node: tree.Each, scope: Scope) -> tree.Node:
    over = check(node.over, scope)
    if over.type.item is None:
        raise faults.WrongOperand(
            scope.place(node), operator=f".{node.macro}", takes="a list before it", given=over.type
        )
    if node.variable in scope.names or node.variable in scope.variables:
        raise faults.NameTaken(scope.place(node), name=node.variable)
    body = check(node.body, scope.within(node.variable, over.type.item))
    if node.macro == "map":
        type_ = _flat_list(body.type, scope.place(node))
        return replace(node, over=over, body=body, type=type_)
    _yes_or_no(body, f".{node.macro}", scope)
    type_ = over.type if node.macro == "filter" else BOOL
    return replace(node, over=over, body=body, type=type_)


def _yes_or_no(node: tree.Node, operator: str, scope: Scope) -> None:
    if not fits(node.type, BOOL):
        raise faults.WrongOperand(scope.place(node), operator=operator, takes=BOOL, given=node.type)


def _function_hint(node: tree.Call) -> str:
    function = functions.FUNCTIONS.get(node.function)
    if function is None:
        return _hint(node.function, [*functions.FUNCTIONS, *functions.CONSTANTS])
    shape = "text.%s(…)" if function.dotted else "%s(…)"
    return f"Write {shape % node.function}."


def _hint(wrong: str, known: Iterable[str]) -> str:
    words = list(known)
    near = get_close_matches(wrong, words, n=1)
    if near:
        return f"Write {near[0]}, if that is meant."
    ends = ", …" if len(words) > MOST_HINTS else ""
    return f"Known here: {', '.join(words[:MOST_HINTS])}{ends}." if words else "No name is known."
