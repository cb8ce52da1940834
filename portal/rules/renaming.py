"""The same rule under other names, for a form that is put together from several."""

from collections.abc import Iterator, Mapping

from portal.rules import parse, tree
from portal.rules.faults import Source


def renamed(text: str, names: Mapping[str, str]) -> str:
    """The rule with these facts called otherwise, all at once; others keep their names.

    Raises RuleError for what is no rule.
    """
    places = sorted(_places(parse.parse(Source(text)), frozenset()), reverse=True)
    for at, name in places:
        if name in names:
            text = f"{text[:at]}{names[name]}{text[at + len(name) :]}"
    return text


def _places(node: tree.Node, bound: frozenset[str]) -> Iterator[tuple[int, str]]:
    """Where facts are named; the item that a macro looks at is none."""
    if isinstance(node, tree.Name) and node.name not in bound:
        yield node.at, node.name
    if isinstance(node, tree.Each):
        yield from _places(node.over, bound)
        yield from _places(node.body, bound | {node.variable})
        return
    for child in tree.children(node):
        yield from _places(child, bound)
