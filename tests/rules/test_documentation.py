"""docs/rules.md: every row of its tables is run."""

import json
import re
from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest

from portal.kernel.money import Money
from portal.rules import (
    BOOL,
    DATE,
    MONEY,
    NUMBER,
    TEXT,
    UNKNOWN,
    compile_rule,
    functions,
    list_of,
    parse,
    record,
)

PAGE = (Path(__file__).parents[2] / "docs/rules.md").read_text()
SCALARS = {"number": NUMBER, "text": TEXT, "date": DATE, "money": MONEY, "yes or no": BOOL}
VALUES = {"true": True, "false": False, "unknown": UNKNOWN}


def table(first_heading):
    lines = PAGE.split(f"\n| {first_heading} |", 1)[1].split("\n\n", 1)[0].splitlines()[2:]
    rows = [re.split(r"(?<!\\)\|", line)[1:-1] for line in lines]
    return [[cell.strip().replace("\\|", "|") for cell in row] for row in rows]


def read_type(words):
    if words.startswith("list of "):
        return list_of(read_type(words.removeprefix("list of ")))
    if words.startswith("record of "):
        members = [member.split() for member in words.removeprefix("record of ").split(",")]
        return record({name: read_type(kind) for name, kind in members})
    return SCALARS[words]


def plain(value):
    """As the page writes it."""
    if isinstance(value, Decimal):
        return int(value) if value == int(value) else str(value)
    if isinstance(value, Money):
        return value.as_json()
    if isinstance(value, date):
        return value.isoformat()
    return [plain(item) for item in value] if isinstance(value, tuple) else value


NAMES = {name: read_type(words) for name, words, _ in table("Name")}
FACTS = {name: json.loads(value) for name, _, value in table("Name") if value}


@pytest.mark.parametrize(("words", "example", "gives"), table("Construct"))
def test_the_example_gives_what_the_page_says(words, example, gives):
    value = compile_rule(example.strip("`"), NAMES).evaluate(FACTS).value
    assert plain(value) == (UNKNOWN if gives == "unknown" else json.loads(gives))


@pytest.mark.parametrize(("a", "b", "both", "either", "inverse"), table("a"))
def test_the_truth_table_is_true(a, b, both, either, inverse):
    facts = {name: VALUES[word] for name, word in (("a", a), ("b", b)) if word != "unknown"}
    for text, expected in (("a && b", both), ("a || b", either), ("!a", inverse)):
        rule = compile_rule(text, {"a": BOOL, "b": BOOL})
        assert rule.evaluate(facts).value is VALUES[expected]


def test_every_function_and_macro_has_an_example():
    examples = " ".join(row[1] for row in table("Construct"))
    for word in (*functions.FUNCTIONS, *functions.CONSTANTS, *parse.MACROS, "has"):
        assert f"{word}(" in examples


def test_every_operator_has_an_example():
    examples = " ".join(row[1] for row in table("Construct"))
    for sign in ("&&", "||", "!", "?", *functions.OPERATORS, "==", "!=", "in"):
        assert f"{sign}" in examples
