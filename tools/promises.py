"""Prints each promise of docs/promises.md beside the tests that carry its mark.

`check` says what does not fit together; a test of ours holds it empty.
"""

import ast
import re
import sys
from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).parents[1]
PAGE = "docs/promises.md"
STATES = ("kept", "first form", "planned")
ROW = re.compile(r"^\| *([A-Z]\d+) *\| *(.+?) *\| *(.+?) *\|$", re.MULTILINE)
Proofs = Mapping[str, list[str]]


@dataclass(frozen=True)
class Promise:
    id: str
    words: str
    state: str


def promises(root: Path) -> list[Promise]:
    return [Promise(*row) for row in ROW.findall((root / PAGE).read_text(encoding="utf-8"))]


def proofs(root: Path) -> Proofs:
    """Promise's id -> the tests that carry it, as pytest would name them."""
    found = defaultdict(list)
    for path in sorted((root / "tests").rglob("*.py")):
        tree = ast.parse(path.read_text(encoding="utf-8"))
        for id_, place in _marks(tree, path.relative_to(root).as_posix()):
            found[id_].append(place)
    return found


def check(root: Path = ROOT) -> list[str]:
    """What is wrong with the promises, in sentences."""
    known, proved = promises(root), proofs(root)
    ids = [promise.id for promise in known]
    wrong = [f"{PAGE} has {id_} twice." for id_ in sorted({i for i in ids if ids.count(i) > 1})]
    wrong += [
        f"{', '.join(places)} names {id_}, which {PAGE} does not have."
        for id_, places in proved.items()
        if id_ not in ids
    ]
    for promise in known:
        if promise.state not in STATES:
            wrong.append(f"{PAGE} calls {promise.id} {promise.state!r}; it is {_either(STATES)}.")
        if promise.state == "kept" and promise.id not in proved:
            wrong.append(f"{PAGE} calls {promise.id} kept, and no test proves it.")
    return wrong


def main() -> None:
    proved = proofs(ROOT)
    for promise in promises(ROOT):
        sys.stdout.write(f"{promise.id:<4} {promise.state:<11} {promise.words}\n")
        sys.stdout.writelines(f"     {'':<11} - {place}\n" for place in proved.get(promise.id, ()))
    if wrong := check():
        sys.exit("\n".join(wrong))


def _marks(node: ast.AST, place: str) -> Iterator[tuple[str, str]]:
    """Every mark below this node, with the function, class or file that carries it."""
    for child in ast.iter_child_nodes(node):
        inside = place
        if isinstance(child, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
            inside = f"{place}::{child.name}"
        if isinstance(child, ast.Call) and ast.unparse(child.func) == "pytest.mark.promise":
            for argument in child.args:
                yield str(ast.literal_eval(argument)), place
        yield from _marks(child, inside)


def _either(words: tuple[str, ...]) -> str:
    return f"{', '.join(words[:-1])} or {words[-1]}"


if __name__ == "__main__":
    main()
