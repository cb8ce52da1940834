"""What import-linter cannot say of the house."""

import ast
from pathlib import Path

import grimp
import pytest

ROOT = Path(__file__).parents[1]
SOURCES = sorted(
    file
    for folder in ("portal", "payments", "providers", "examples")
    for file in (ROOT / folder).rglob("*.py")
)


def room(module):
    """`portal.forms.models` is of portal.forms, `payments.models` of payments."""
    return ".".join(module.split(".")[: 1 if module.startswith("payments") else 2])


def test_a_rooms_tables_are_touched_by_that_room_only():
    graph = grimp.build_graph("portal", "payments")
    strangers = {
        (importer, models)
        for models in graph.modules
        if models.endswith(".models")
        for importer in graph.find_modules_that_directly_import(models)
        if room(importer) != room(models)
    }
    assert strangers == set()


@pytest.mark.parametrize("source", SOURCES, ids=lambda file: str(file.relative_to(ROOT)))
def test_modules_and_functions_stay_small(source):
    tree = ast.parse(source.read_text())
    lines = {node.lineno for node in ast.walk(tree) if hasattr(node, "lineno")}
    assert len(lines) <= 350
    long = [
        node.name
        for node in ast.walk(tree)
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
        and (node.end_lineno or 0) - node.lineno + 1 > 50
    ]
    assert long == []


def test_no_file_is_called_what_says_nothing():
    nameless = {"utils.py", "helpers.py", "misc.py", "common.py", "manager.py"}
    assert not [file for file in SOURCES if file.name in nameless]
