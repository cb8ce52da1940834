"""The tree of a rule: frozen nodes, each with its place in the text and its type.

Every reader (row by row, SQL, plain words) works over these classes and nothing else. Two trees
are equal when they mean the same, wherever their texts put spaces and brackets.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field, fields
from datetime import date
from decimal import Decimal
from typing import Literal as Choices

from portal.kernel.money import Money
from portal.rules.types import NOTHING, Type

Constant = bool | str | Decimal | date | Money
Operator = Choices["==", "!=", "<", "<=", ">", ">=", "in", "+", "-", "*", "/", "%"]
Connective = Choices["&&", "||"]


@dataclass(frozen=True, slots=True)
class Node:
    """`at` counts characters from 0. `type` is NOTHING until the tree is checked."""

    at: int = field(default=0, kw_only=True, compare=False, repr=False)
    type: Type = field(default=NOTHING, kw_only=True, compare=False, repr=False)


@dataclass(frozen=True, slots=True)
class Literal(Node):
    """A value written in the rule; checking turns `date("…")` and `money("…", "…")` into one."""

    value: Constant


@dataclass(frozen=True, slots=True)
class Name(Node):
    """A fact."""

    name: str


@dataclass(frozen=True, slots=True)
class Variable(Node):
    """The item that an `Each` around it is looking at."""

    name: str


@dataclass(frozen=True, slots=True)
class Member(Node):
    of: Node
    name: str


@dataclass(frozen=True, slots=True)
class Index(Node):
    of: Node
    position: Node


@dataclass(frozen=True, slots=True)
class Items(Node):
    """A list written in the rule."""

    items: tuple[Node, ...]


@dataclass(frozen=True, slots=True)
class Not(Node):
    operand: Node


@dataclass(frozen=True, slots=True)
class Negative(Node):
    operand: Node


@dataclass(frozen=True, slots=True)
class Logic(Node):
    """Two or more terms joined by the same connective."""

    connective: Connective
    terms: tuple[Node, ...]


@dataclass(frozen=True, slots=True)
class Binary(Node):
    operator: Operator
    left: Node
    right: Node


@dataclass(frozen=True, slots=True)
class Choice(Node):
    """`condition ? yes : no`."""

    condition: Node
    yes: Node
    no: Node


@dataclass(frozen=True, slots=True)
class Known(Node):
    """`has(of)`: whether the fact is there at all."""

    of: Node


@dataclass(frozen=True, slots=True)
class Call(Node):
    """A function; the text before a dot is the first argument: `a.contains(b)`."""

    function: str
    args: tuple[Node, ...]
    dotted: bool = False


@dataclass(frozen=True, slots=True)
class Each(Node):
    """`over.macro(variable, body)`."""

    macro: str
    over: Node
    variable: str
    body: Node


def children(node: Node) -> Iterator[Node]:
    for each in fields(node):
        value = getattr(node, each.name)
        if isinstance(value, Node):
            yield value
        elif each.name in {"args", "items", "terms"}:
            yield from value


def walk(node: Node) -> Iterator[Node]:
    """The node and all below it, each before its children, in the order of the text."""
    yield node
    for child in children(node):
        yield from walk(child)
