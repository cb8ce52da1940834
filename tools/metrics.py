"""Prints the shape of the code: lengths of functions and modules, types, tests, late imports.

A code line carries code; blank lines, comments and docstrings do not count. Nothing is judged here:
the bounds stand in tests and in ruff.toml.
"""

import ast
import sys
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from statistics import quantiles

ROOT = Path(__file__).parents[1]
OURS = ("portal", "payments", "providers", "examples")
Function = ast.FunctionDef | ast.AsyncFunctionDef


@dataclass(frozen=True)
class Module:
    name: str
    tree: ast.Module
    lines: frozenset[int]

    @property
    def functions(self) -> list[Function]:
        return [node for node in ast.walk(self.tree) if isinstance(node, Function)]

    def length(self, function: Function) -> int:
        return len(self.lines & set(range(function.lineno, (function.end_lineno or 0) + 1)))


def read(root: Path, folders: Iterable[str]) -> Iterator[Module]:
    for folder in folders:
        for path in sorted((root / folder).rglob("*.py")):
            source = path.read_text(encoding="utf-8")
            tree = ast.parse(source)
            yield Module(path.relative_to(root).as_posix(), tree, code_lines(source, tree))


def code_lines(source: str, tree: ast.Module) -> frozenset[int]:
    """The numbers of the lines that carry code."""
    written = {
        number
        for number, line in enumerate(source.splitlines(), start=1)
        if line.strip() and not line.lstrip().startswith("#")
    }
    return frozenset(written - _docstring_lines(tree))


def _docstring_lines(tree: ast.Module) -> set[int]:
    lines: set[int] = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.Module | ast.ClassDef | Function) and ast.get_docstring(node):
            first = node.body[0]
            lines.update(range(first.lineno, (first.end_lineno or first.lineno) + 1))
    return lines


def is_typed(function: Function) -> bool:
    """Its answer and all its arguments but self and cls have a type."""
    given = function.args
    named = [*given.posonlyargs, *given.args, *given.kwonlyargs]
    named += [one for one in (given.vararg, given.kwarg) if one]
    bare = [one for one in named if one.annotation is None and one.arg not in ("self", "cls")]
    return function.returns is not None and not bare


def late_imports(module: Module) -> Iterator[str]:
    """Imports of our own inside functions: they are how a cycle is hidden."""
    for function in module.functions:
        for node in ast.walk(function):
            if isinstance(node, ast.ImportFrom) and _is_ours(node.module):
                yield f"{module.name}:{node.lineno} {node.module}"
            if isinstance(node, ast.Import):
                names = [alias.name for alias in node.names if _is_ours(alias.name)]
                yield from (f"{module.name}:{node.lineno} {name}" for name in names)


def _is_ours(name: str | None) -> bool:
    return (name or "").split(".")[0] in OURS


def spread(numbers: Sequence[int]) -> str:
    """Median, ninth tenth, largest."""
    if len(numbers) < 2:
        return f"max {max(numbers, default=0)}"
    tenths = quantiles(numbers, n=10, method="inclusive")
    return f"p50 {tenths[4]:.0f}, p90 {tenths[8]:.0f}, max {max(numbers)}"


def report(root: Path) -> Iterator[str]:
    ours = list(read(root, OURS))
    functions = [(module, function) for module in ours for function in module.functions]
    lengths = {
        f"{module.name}:{function.lineno} {function.name}": module.length(function)
        for module, function in functions
    }
    sizes = {module.name: len(module.lines) for module in ours}
    typed = sum(is_typed(function) for _, function in functions)
    tests = sum(len(module.lines) for module in read(root, ["tests"]))
    late = [place for module in ours for place in late_imports(module)]
    yield f"modules          {len(ours)}, code lines {sum(sizes.values())}"
    yield f"function lines   {spread(list(lengths.values()))}"
    yield f"module lines     {spread(list(sizes.values()))}"
    yield f"typed functions  {100 * typed / max(len(functions), 1):.1f} %"
    yield f"tests to code    {tests / max(sum(sizes.values()), 1):.2f}"
    yield f"late imports     {len(late)}"
    yield from (f"  {place}" for place in late)
    for title, counted in (("longest functions", lengths), ("longest modules", sizes)):
        yield title
        most = sorted(counted, key=lambda name: -counted[name])[:5]
        yield from (f"  {counted[name]:>4} {name}" for name in most)


def main() -> None:
    sys.stdout.writelines(f"{line}\n" for line in report(ROOT))


if __name__ == "__main__":
    main()
