"""A rule, ready to be used, and the one way to make it from text."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import lru_cache

from portal.rules import check, evaluate, parse, tree
from portal.rules.evaluate import Read, Verdict
from portal.rules.faults import Source
from portal.rules.types import Type

KEPT = 2048


@dataclass(frozen=True, slots=True)
class Rule:
    """`names_used` are the facts it may ask for, without their members."""

    text: str
    tree: tree.Node
    names_used: frozenset[str]
    _read: Read = field(compare=False, repr=False)

    @property
    def type(self) -> Type:
        return self.tree.type

    def evaluate(self, facts: Mapping[str, object]) -> Verdict:
        """Facts of other names are not looked at. Raises TooMuchWork, and nothing else."""
        return evaluate.verdict(self._read, facts)


def compile_rule(text: str, names: Mapping[str, Type], wants: Type | None = None) -> Rule:
    """Raise RuleError, whose sentence is for the writer of the rule."""
    rule = _compiled(text, tuple(sorted(names.items(), key=lambda name: name[0])))
    check.check_result(rule.type, wants)
    return rule


@lru_cache(maxsize=KEPT)
def _compiled(text: str, names: tuple[tuple[str, Type], ...]) -> Rule:
    source = Source(text)
    root = check.checked(parse.parse(source), source, dict(names))
    used = frozenset(node.name for node in tree.walk(root) if isinstance(node, tree.Name))
    return Rule(text, root, used, evaluate.reader(root))
