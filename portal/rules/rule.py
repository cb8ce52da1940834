"""A rule, ready to be used, and the one way to make it from text."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import lru_cache

from portal.rules import check, evaluate, parse, tree
from portal.rules.evaluate import Read, Verdict
from portal.rules.faults import RuleError, Source
from portal.rules.types import Type

# Some ten services with every question under a condition, or a hundred plain ones.
KEPT = 4096


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
    words = _parsed(text)[1]
    # Only what the text says decides: rules are found again, however many names are about.
    meant = tuple((word, names[word]) for word in words if word in names)
    try:
        rule = _compiled(text, meant)
    except RuleError:
        # Again with all names, which the sentence may suggest.
        _checked(text, names)
        raise
    check.check_result(rule.type, wants)
    return rule


def parse_rule(text: str) -> None:
    """Whether it is a rule at all, whatever it speaks of. Raises RuleError."""
    _parsed(text)


@lru_cache(maxsize=KEPT)
def _parsed(text: str) -> tuple[tree.Node, tuple[str, ...]]:
    """The tree, and the words in it that may be names of facts."""
    root = parse.parse(Source(text))
    words = {node.name for node in tree.walk(root) if isinstance(node, tree.Name)}
    words |= {node.variable for node in tree.walk(root) if isinstance(node, tree.Each)}
    return root, tuple(sorted(words))


def _checked(text: str, names: Mapping[str, Type]) -> tree.Node:
    return check.checked(_parsed(text)[0], Source(text), names)


@lru_cache(maxsize=KEPT)
def _compiled(text: str, names: tuple[tuple[str, Type], ...]) -> Rule:
    root = _checked(text, dict(names))
    used = frozenset(node.name for node in tree.walk(root) if isinstance(node, tree.Name))
    return Rule(text, root, used, evaluate.reader(root))
