"""The first reader of the tree: one set of facts at a time, in three-valued logic, with a trace.

Where this differs from CEL (docs/rules.md says it at length): one exact decimal type of at most
100 digits; true division, to 16 places; UNKNOWN wherever CEL has an error, and for every missing
fact; `has` takes a bare name too; no variable hides another name.
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from functools import singledispatch
from typing import Any

from portal.kernel.money import MixedCurrencies
from portal.rules import faults, functions, tree
from portal.rules.types import Kind, Type
from portal.rules.values import SCALARS, UNKNOWN, Unknown, contains, equal

MOST_ITEMS = 10_000
MOST_WORK = 200_000


@dataclass(frozen=True, slots=True)
class Used:
    """A fact that was looked at. UNKNOWN only where `has` found nothing."""

    name: str
    value: object


@dataclass(frozen=True, slots=True)
class Verdict:
    """`missing` names the facts that left the value UNKNOWN; it is empty for a known value."""

    value: Any
    used: tuple[Used, ...]
    missing: frozenset[str]


@dataclass(frozen=True, slots=True, eq=False)
class Row:
    """A record among the facts, read member by member. `raw` is None when it is missing."""

    path: str
    raw: Mapping[str, object] | None


@dataclass(slots=True)
class Run:
    """One evaluation: its facts, and what it has seen of them so far."""

    facts: Mapping[str, object]
    used: dict[str, object] = field(default_factory=dict)
    missing: list[str] = field(default_factory=list)
    variables: dict[str, object] = field(default_factory=dict)
    seen: dict[str, tuple[object, tuple[str, ...]]] = field(default_factory=dict)
    items: int = 0
    work: int = 0

    def fact(self, path: str, raw: object, type_: Type) -> object:
        """The value at a path, read once; what is missing in it is named each time."""
        if path not in self.seen:
            mark = len(self.missing)
            value = self._read(path, raw, type_)
            self.seen[path] = value, tuple(self.missing[mark:])
            del self.missing[mark:]
            self._note(path, value, type_)
        value, missing = self.seen[path]
        self.missing.extend(missing)
        return value

    def _read(self, path: str, raw: object, type_: Type) -> object:
        if type_.kind is Kind.RECORD:
            return Row(path, raw if isinstance(raw, Mapping) else None)
        if type_.item is not None and isinstance(raw, (list, tuple)):
            self.spend(len(raw))
            inner = type_.item
            return tuple(self._read(f"{path}[{n}]", item, inner) for n, item in enumerate(raw))
        value = SCALARS[type_.kind](raw) if type_.kind in SCALARS else None
        if value is None:
            self.missing.append(path)
            return UNKNOWN
        return value

    def _note(self, path: str, value: object, type_: Type) -> None:
        """Of a list of records only its size: members are noted where they are looked at."""
        if value is UNKNOWN or type_.kind is Kind.RECORD:
            return
        if type_.holds_records and isinstance(value, tuple):
            self.used[f"size({path})"] = functions.size(value)
        else:
            self.used[path] = value

    def spend(self, work: int) -> None:
        self.work += work
        if self.work > MOST_WORK:
            raise faults.TooMuchWork

    def look_at(self, variable: str, item: object) -> None:
        self.items += 1
        if self.items > MOST_ITEMS:
            raise faults.TooMuchWork
        self.variables[variable] = item


Read = Callable[[Run], object]


def verdict(read: Read, facts: Mapping[str, object]) -> Verdict:
    run = Run(facts)
    value = read(run)
    used = tuple(Used(name, seen) for name, seen in run.used.items())
    return Verdict(value, used, frozenset(run.missing))


def reader(node: tree.Node) -> Read:
    """A function that works the checked node out. Made once for a rule, used for every row."""
    work_out = _reader(node)

    def read(run: Run) -> object:
        mark = len(run.missing)
        value = work_out(run)
        run.spend(_weight(value))
        if _settled(value):
            # What was missing below has not mattered.
            del run.missing[mark:]
        return value

    return read


def _weight(value: object) -> int:
    if isinstance(value, tuple):
        return 1 + len(value)
    if isinstance(value, str):
        return 1 + len(value) // 100
    return 1


def _settled(value: object) -> bool:
    if isinstance(value, tuple):
        return all(map(_settled, value))
    return value is not UNKNOWN


def _strict(run: Callable[..., object], readers: tuple[Read, ...]) -> Read:
    """UNKNOWN for any unknown argument, and for what has no answer, as 1 / 0."""

    def read(state: Run) -> object:
        values = [each(state) for each in readers]
        if any(value is UNKNOWN for value in values):
            return UNKNOWN
        try:
            return run(*values)
        except (ArithmeticError, MixedCurrencies):
            return UNKNOWN

    return read


@singledispatch
def _reader(node: tree.Node) -> Read:
    raise NotImplementedError(type(node).__name__)


@_reader.register
def _literal(node: tree.Literal) -> Read:
    return lambda _: node.value


@_reader.register
def _name(node: tree.Name) -> Read:
    return lambda run: run.fact(node.name, run.facts.get(node.name), node.type)


@_reader.register
def _variable(node: tree.Variable) -> Read:
    return lambda run: run.variables[node.name]


@_reader.register
def _member(node: tree.Member) -> Read:
    of = reader(node.of)

    def read(run: Run) -> object:
        row = of(run)
        if not isinstance(row, Row):
            return UNKNOWN
        raw = None if row.raw is None else row.raw.get(node.name)
        return run.fact(f"{row.path}.{node.name}", raw, node.type)

    return read


@_reader.register
def _index(node: tree.Index) -> Read:
    of, position = reader(node.of), reader(node.position)

    def pick(items: tuple[object, ...], place: Any) -> object:
        return items[int(place)] if 0 <= place < len(items) and place == int(place) else UNKNOWN

    return _strict(pick, (of, position))


@_reader.register
def _items(node: tree.Items) -> Read:
    readers = tuple(map(reader, node.items))
    return lambda run: tuple([read(run) for read in readers])


@_reader.register
def _not(node: tree.Not) -> Read:
    return _strict(lambda value: not value, (reader(node.operand),))


@_reader.register
def _negative(node: tree.Negative) -> Read:
    operand = node.operand
    signature = functions.chosen(functions.NEGATIVE, (operand.type,))
    return _strict(signature.run, (reader(operand),))


@_reader.register
def _logic(node: tree.Logic) -> Read:
    readers, decides = tuple(map(reader, node.terms)), node.connective == "||"

    def read(run: Run) -> object:
        return _any_or_all((each(run) for each in readers), decides=decides)

    return read


def _any_or_all(values: Iterable[object], *, decides: bool) -> bool | Unknown:
    """Kleene: one deciding value settles it; short of that, one unknown leaves it open."""
    answer: bool | Unknown = not decides
    for value in values:
        if value is decides:
            return decides
        if value is UNKNOWN:
            answer = UNKNOWN
    return answer


@_reader.register
def _binary(node: tree.Binary) -> Read:
    sides = reader(node.left), reader(node.right)
    if node.operator == "in":
        return lambda run: _within(*(side(run) for side in sides))
    if node.operator in {"==", "!="}:
        return _equality(sides, wanted=node.operator == "==")
    types = node.left.type, node.right.type
    return _strict(functions.chosen(functions.OPERATORS[node.operator], types).run, sides)


def _within(item: object, items: object) -> object:
    return contains(items, item) if isinstance(items, tuple) else UNKNOWN


def _equality(sides: tuple[Read, Read], *, wanted: bool) -> Read:
    def read(run: Run) -> object:
        same = equal(sides[0](run), sides[1](run))
        return UNKNOWN if same is UNKNOWN else same is wanted

    return read


@_reader.register
def _choice(node: tree.Choice) -> Read:
    condition, yes, no = map(reader, (node.condition, node.yes, node.no))

    def read(run: Run) -> object:
        answer = condition(run)
        if answer is UNKNOWN:
            value = yes(run)
            return value if equal(value, no(run)) is True else UNKNOWN
        return yes(run) if answer else no(run)

    return read


@_reader.register
def _known(node: tree.Known) -> Read:
    of = reader(node.of)

    def read(run: Run) -> bool:
        mark = len(run.missing)
        value = of(run)
        if isinstance(value, Row):
            return value.raw is not None
        if value is UNKNOWN:
            run.used.update(dict.fromkeys(run.missing[mark:], UNKNOWN))
        return value is not UNKNOWN

    return read


@_reader.register
def _call(node: tree.Call) -> Read:
    types = tuple(arg.type for arg in node.args)
    signature = functions.chosen(functions.FUNCTIONS[node.function].signatures, types)
    return _strict(signature.run, tuple(map(reader, node.args)))


@_reader.register
def _each(node: tree.Each) -> Read:
    over, body, macro = reader(node.over), reader(node.body), MACROS[node.macro]

    def read(run: Run) -> object:
        items = over(run)
        if not isinstance(items, tuple):
            return UNKNOWN

        def look(item: object) -> object:
            run.look_at(node.variable, item)
            return body(run)

        return macro(items, look)

    return read


Look = Callable[[object], object]


def _exists_one(items: tuple[object, ...], look: Look) -> object:
    found = [look(item) for item in items]
    sure = sum(1 for value in found if value is True)
    if sure <= 1 and any(value is UNKNOWN for value in found):
        return UNKNOWN
    return sure == 1


def _filter(items: tuple[object, ...], look: Look) -> object:
    found = [(item, look(item)) for item in items]
    if any(value is UNKNOWN for _, value in found):
        return UNKNOWN
    return tuple([item for item, value in found if value is True])


MACROS: Mapping[str, Callable[[tuple[object, ...], Look], object]] = {
    "exists": lambda items, look: _any_or_all(map(look, items), decides=True),
    "all": lambda items, look: _any_or_all(map(look, items), decides=False),
    "exists_one": _exists_one,
    "filter": _filter,
    "map": lambda items, look: tuple(map(look, items)),
}
