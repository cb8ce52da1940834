"""From text to a tree that is not checked yet. The grammar is that of the library cel-python.

What the grammar allows and the language leaves out is refused here, with what to write instead.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cache
from threading import Lock
from typing import Any, cast

from celpy.celparser import CELParser
from lark import Lark, Token, Tree
from lark.exceptions import UnexpectedInput, UnexpectedToken

from portal.rules import faults, lexical, tree
from portal.rules.faults import Source

DEEPEST = 100
Branch = Tree[Token]

_LOCK = Lock()
_WRAPPERS = frozenset(
    {"expr", "conditionalor", "conditionaland", "relation", "addition", "multiplication"}
    | {"unary", "member", "primary", "paren_expr"}
)
_OPERATORS: Mapping[str, tree.Operator] = {
    "relation_lt": "<",
    "relation_le": "<=",
    "relation_gt": ">",
    "relation_ge": ">=",
    "relation_eq": "==",
    "relation_ne": "!=",
    "relation_in": "in",
    "addition_add": "+",
    "addition_sub": "-",
    "multiplication_mul": "*",
    "multiplication_div": "/",
    "multiplication_mod": "%",
}
MACROS = frozenset({"exists", "all", "exists_one", "filter", "map"})
_FOREIGN = {"=": "==", "and": "&&", "or": "||", "&": "&&", "|": "||", "<>": "!=", "not": "!"}
_LEFT_OUT = {
    "map_lit": ("a map", "Use a list."),
    "member_object": ("a message", "Use a list."),
    "dot_ident": ("a name that begins with a dot", "Leave the dot out."),
    "dot_ident_arg": ("a name that begins with a dot", "Leave the dot out."),
    "NULL_LIT": ("null", "Ask has(name) whether something is known."),
    "UINT_LIT": ("a number that ends in u", "Write the number alone."),
    "BYTES_LIT": ("bytes", "Write a text."),
}


def parse(source: Source) -> tree.Node:
    return _Reading(source).node(_grammar_tree(source), 0, 0)


@cache
def _grammar() -> Lark:
    CELParser()
    return cast("Lark", CELParser.CEL_PARSER)


def _grammar_tree(source: Source) -> Branch:
    text = lexical.prepare(source)
    try:
        with _LOCK:
            return _grammar().parse(text)
    except UnexpectedInput as error:
        raise _syntax_fault(source, text, error) from error


def _syntax_fault(source: Source, text: str, error: UnexpectedInput) -> faults.RuleError:
    end = len(text.rstrip())
    token = error.token if isinstance(error, UnexpectedToken) else None
    if end == 0 or (token is not None and token.type == "$END"):
        return faults.StopsTooEarly(source.place(end))
    at = getattr(error, "pos_in_stream", None) or 0
    wrong = str(token) if token is not None else text[at : at + 2].strip()
    for word in (wrong, wrong[:1]):
        if word in _FOREIGN:
            return faults.ForeignOperator(source.place(at), wrong=word, right=_FOREIGN[word])
    return faults.NotARule(source.place(at))


@dataclass(frozen=True)
class _Reading:
    source: Source

    def node(self, branch: Branch, at: int, depth: int) -> tree.Node:
        """`at` is the place of what is around it, for the few branches that know none."""
        while branch.data in _WRAPPERS and len(branch.children) == 1:
            branch = _branch(branch.children[0])
        at = _place(branch.meta, at)
        if depth >= DEEPEST:
            raise faults.TooDeep(self.source.place(at), most=DEEPEST)
        self.refuse(branch.data, at)
        return _READERS[branch.data](self, branch, at, depth + 1)

    def refuse(self, what: str, at: int) -> None:
        if what in _LEFT_OUT:
            words, instead = _LEFT_OUT[what]
            raise faults.NotInTheLanguage(self.source.place(at), what=words, instead=instead)

    def choice(self, branch: Branch, at: int, depth: int) -> tree.Node:
        condition, yes, no = (self.node(_branch(part), at, depth) for part in branch.children)
        return tree.Choice(condition, yes, no, at=at)

    def logic(self, branch: Branch, at: int, depth: int) -> tree.Node:
        """A row of the same connective is one node, however long."""
        kind, parts = branch.data, []
        while branch.data == kind and len(branch.children) == 2:
            parts.append(_branch(branch.children[1]))
            branch = _branch(branch.children[0])
        parts.append(branch)
        terms = tuple(self.node(part, at, depth) for part in reversed(parts))
        return tree.Logic("||" if kind == "conditionalor" else "&&", terms, at=at)

    def binary(self, branch: Branch, at: int, depth: int) -> tree.Node:
        first, second = map(_branch, branch.children)
        operator = _OPERATORS[first.data]
        left = self.node(_branch(first.children[0]), at, depth)
        right = self.node(second, at, depth)
        sign_at = getattr(first.meta, "end_pos", at + len(operator)) - len(operator)
        return tree.Binary(operator, left, right, at=sign_at)

    def unary(self, branch: Branch, at: int, depth: int) -> tree.Node:
        sign, operand = map(_branch, branch.children)
        kind = tree.Not if sign.data == "unary_not" else tree.Negative
        return kind(self.node(operand, at, depth), at=at)

    def member(self, branch: Branch, at: int, depth: int) -> tree.Node:
        of, name = branch.children
        return tree.Member(self.node(_branch(of), at, depth), str(name), at=_place(name, at))

    def index(self, branch: Branch, at: int, depth: int) -> tree.Node:
        of, position = (self.node(_branch(part), at, depth) for part in branch.children)
        return tree.Index(of, position, at=at)

    def name(self, branch: Branch, at: int, _depth: int) -> tree.Node:
        return tree.Name(str(branch.children[0]), at=at)

    def items(self, branch: Branch, at: int, depth: int) -> tree.Node:
        return tree.Items(self.args(branch, at, depth), at=at)

    def args(self, branch: Branch, at: int, depth: int) -> tuple[tree.Node, ...]:
        last = branch.children[-1] if branch.children else None
        if not isinstance(last, Tree) or last.data != "exprlist":
            return ()
        return tuple(self.node(_branch(part), at, depth) for part in last.children)

    def call(self, branch: Branch, at: int, depth: int) -> tree.Node:
        function, args = str(branch.children[0]), self.args(branch, at, depth)
        if function != "has":
            return tree.Call(function, args, at=at)
        if len(args) != 1 or not isinstance(args[0], (tree.Name, tree.Member)):
            raise faults.NothingToHave(self.source.place(at))
        return tree.Known(args[0], at=at)

    def dotted_call(self, branch: Branch, at: int, depth: int) -> tree.Node:
        over, name = self.node(_branch(branch.children[0]), at, depth), branch.children[1]
        function, at = str(name), _place(name, at)
        if function in MACROS:
            # A loop takes three times the stack of anything else when it is worked out.
            return self.each(function, over, self.args(branch, at, depth + 2), at)
        return tree.Call(function, (over, *self.args(branch, at, depth)), dotted=True, at=at)

    def each(self, macro: str, over: tree.Node, args: tuple[tree.Node, ...], at: int) -> tree.Node:
        if (
            len(args) != 2
            or not isinstance(args[0], tree.Name)
            or not lexical.is_name(args[0].name)
        ):
            example = f"{macro}(m, m > 0)"
            raise faults.NotAName(self.source.place(at), macro=macro, example=example)
        return tree.Each(macro, over, args[0].name, args[1], at=at)

    def literal(self, branch: Branch, at: int, _depth: int) -> tree.Node:
        written = cast("Token", branch.children[0])
        self.refuse(written.type, at)
        place = self.source.place(at)
        if written.type == "BOOL_LIT":
            return tree.Literal(written == "true", at=at)
        if written.type in {"STRING_LIT", "MLSTRING_LIT"}:
            return tree.Literal(lexical.text_value(written, place), at=at)
        return tree.Literal(lexical.number_value(written, place), at=at)


def _branch(part: Any) -> Branch:
    return cast("Branch", part)


def _place(part: Any, at: int) -> int:
    """`true` and `false` come without a place, and so does what holds nothing else."""
    start = getattr(part, "start_pos", None)
    return at if start is None else int(start)


_READERS: Mapping[str, Callable[[_Reading, Branch, int, int], tree.Node]] = {
    "expr": _Reading.choice,
    "conditionalor": _Reading.logic,
    "conditionaland": _Reading.logic,
    "relation": _Reading.binary,
    "addition": _Reading.binary,
    "multiplication": _Reading.binary,
    "unary": _Reading.unary,
    "member_dot": _Reading.member,
    "member_dot_arg": _Reading.dotted_call,
    "member_index": _Reading.index,
    "ident": _Reading.name,
    "ident_arg": _Reading.call,
    "list_lit": _Reading.items,
    "literal": _Reading.literal,
}
