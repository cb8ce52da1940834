"""Whatever is written and whatever the facts are: an answer or a RuleError, and soon."""

import contextlib
import time
from datetime import date
from decimal import Decimal

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from portal.kernel.money import Money
from portal.rules import (
    BOOL,
    DATE,
    MONEY,
    NUMBER,
    TEXT,
    UNKNOWN,
    RuleError,
    TooMuchWork,
    compile_rule,
    list_of,
    record,
)
from portal.rules.types import NOTHING

NAMES = {
    "yes": BOOL,
    "n": NUMBER,
    "word": TEXT,
    "day": DATE,
    "fee": MONEY,
    "marks": list_of(NUMBER),
    "members": list_of(record({"age": NUMBER, "child": BOOL})),
}
MARKS = list_of(NUMBER)
PIECES = (
    "a n word 1 2.5 1e9 'x' \"y\" ''' \\n \\x // \n ( ) [ ] { } , . ? : ! - + * / % < <= == = && ||"
    " & in has size exists all map m true false null date money matches r' b' 0x ਪੰ 💧 \ud800 u"
)
BITS = PIECES.split(" ")
QUICKLY = settings(max_examples=300, deadline=None, suppress_health_check=list(HealthCheck))


def written(*shapes):
    """Texts made by filling each shape: ("{} + {}", strategy, strategy)."""
    return st.one_of(
        *(
            st.tuples(*parts).map(lambda got, shape=shape: shape.format(*got))
            for shape, *parts in shapes
        )
    )


LEAVES = {
    BOOL: st.sampled_from(["yes", "true", "false", "has(n)", "members[0].child"]),
    NUMBER: st.sampled_from(["n", "0", "3", "0.1", "1e60", "-7", "members[0].age", "marks[1]"]),
    TEXT: st.sampled_from(["word", "'ਪੰ'", "''"]),
    DATE: st.sampled_from(["day", "date('2024-02-29')"]),
    MONEY: st.sampled_from(["fee", "money('1.50', 'INR')", "money('2', 'USD')"]),
    MARKS: st.sampled_from(["marks", "[]", "[1, n]", "members.map(p, p.age)"]),
}
ORDERS = st.sampled_from(["<", "<=", ">", ">=", "==", "!="])


def grown(depth):
    """For each type, rules of that type."""
    if depth == 0:
        return LEAVES
    of = grown(depth - 1)
    loop = f"v{depth}"
    choice = {kind: ("({} ? {} : {})", of[BOOL], of[kind], of[kind]) for kind in LEAVES}
    sums = st.sampled_from("+-*/%")
    return {
        BOOL: written(
            ("({} && {} || !{})", of[BOOL], of[BOOL], of[BOOL]),
            ("({} {} {})", of[NUMBER], ORDERS, of[NUMBER]),
            ("({} {} {})", of[DATE], ORDERS, of[DATE]),
            ("({} {} {})", of[MONEY], ORDERS, of[MONEY]),
            ("({} == {})", of[MARKS], of[MARKS]),
            ("({} in {})", of[NUMBER], of[MARKS]),
            ("{}.contains({})", of[TEXT], of[TEXT]),
            ("{}.matches('^.*$')", of[TEXT]),
            (f"{{}}.exists({loop}, {loop} > {{}})", of[MARKS], of[NUMBER]),
            (f"members.all({loop}, {loop}.age > {{}} || {{}})", of[NUMBER], of[BOOL]),
            (f"{{}}.exists_one({loop}, {{}})", of[MARKS], of[BOOL]),
            choice[BOOL],
        ),
        NUMBER: written(
            ("({} {} {})", of[NUMBER], sums, of[NUMBER]),
            ("-({})", of[NUMBER]),
            ("size({})", of[TEXT]),
            ("{}[{}]", of[MARKS], of[NUMBER]),
            ("max({}, {})", of[NUMBER], of[NUMBER]),
            ("round_up({})", of[NUMBER]),
            ("sum({})", of[MARKS]),
            ("years_between({}, {})", of[DATE], of[DATE]),
            choice[NUMBER],
        ),
        TEXT: written(("({} + {})", of[TEXT], of[TEXT]), choice[TEXT]),
        DATE: written(("min({}, {})", of[DATE], of[DATE]), choice[DATE]),
        MONEY: written(
            ("({} + {})", of[MONEY], of[MONEY]),
            ("({} * {})", of[MONEY], of[NUMBER]),
            ("sum([{}, {}])", of[MONEY], of[MONEY]),
            choice[MONEY],
        ),
        MARKS: written(
            (f"{{}}.filter({loop}, {loop} < {{}})", of[MARKS], of[NUMBER]),
            (f"{{}}.map({loop}, {loop} * {{}})", of[MARKS], of[NUMBER]),
            ("[{}, {}]", of[NUMBER], of[NUMBER]),
            choice[MARKS],
        ),
    }


RULES = st.one_of(*grown(3).values())
ANYTHING = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats()
    | st.text()
    | st.decimals()
    | st.dates(),
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3)
    ),
    max_leaves=5,
)
NUMBERS = st.none() | st.integers(-9, 9) | st.decimals(-100, 100, places=2)
FACTS = st.fixed_dictionaries(
    {},
    optional={
        "yes": st.none() | st.booleans(),
        "n": NUMBERS,
        "word": st.text(max_size=9),
        "day": st.dates(),
        "fee": st.integers(-(10**6), 10**6).map(lambda minor: Money(minor, "INR")),
        "marks": st.lists(NUMBERS, max_size=4),
        "members": st.lists(
            st.fixed_dictionaries({}, optional={"age": NUMBERS, "child": st.booleans()}), max_size=4
        ),
    },
)
PYTHON = {
    BOOL: bool,
    NUMBER: Decimal,
    TEXT: str,
    DATE: date,
    MONEY: Money,
    MARKS: tuple,
    list_of(NOTHING): tuple,
}


def settled(text, facts):
    """The verdict, or None where it would be too long or too much work."""
    with contextlib.suppress(RuleError):
        return compile_rule(text, NAMES).evaluate(facts)
    return None


@QUICKLY
@given(st.one_of(st.text(max_size=60), st.lists(st.sampled_from(BITS), max_size=30).map(" ".join)))
def test_no_text_raises_anything_but_a_rule_error(text):
    settled(text, {})


@QUICKLY
@given(st.lists(st.sampled_from(BITS), max_size=30).map("".join))
def test_no_text_without_spaces_raises_anything_else(text):
    settled(text, {})


@QUICKLY
@given(RULES)
def test_every_well_typed_text_is_a_rule(text):
    if len(text) <= 2000:
        compile_rule(text, NAMES)


@QUICKLY
@given(RULES, FACTS)
def test_a_known_value_has_its_type_and_misses_nothing(text, facts):
    verdict = settled(text, facts)
    if verdict is not None and verdict.value is not UNKNOWN:
        assert isinstance(verdict.value, PYTHON[compile_rule(text, NAMES).type])
        assert not verdict.missing or UNKNOWN in verdict.value


@QUICKLY
@given(RULES, FACTS, FACTS)
def test_more_facts_never_change_an_answer(text, facts, more):
    """What is true or false with some facts missing stays so, whatever they turn out to be."""
    first, second = settled(text, facts), settled(text, facts_with(more, facts))
    if first is None or second is None or "has(" in text:
        return
    if isinstance(first.value, (bool, Decimal, str, date, Money)):
        assert second.value == first.value


def facts_with(more, facts):
    """Facts that were given stay as they are; an unknown one may get a value."""
    return {**more, **{name: fact for name, fact in facts.items() if fact is not None}}


@QUICKLY
@given(RULES, st.dictionaries(st.sampled_from(sorted(NAMES)), ANYTHING))
def test_no_facts_raise_anything_but_too_much_work(text, facts):
    if len(text) <= 2000:
        with contextlib.suppress(TooMuchWork):
            compile_rule(text, NAMES).evaluate(facts)


@QUICKLY
@given(RULES, FACTS)
def test_the_same_facts_give_the_same_verdict(text, facts):
    assert settled(text, facts) == settled(text, facts)


@pytest.mark.parametrize(
    "text",
    [
        "'" + r"\n" * 900,
        "'''" + r"\n" * 900 + "'",
        'use == "' + r"\t" * 900,
        "a // '" + r"\n" * 900,
        "r'" + r"\\" * 900 + "x",
        "((" * 990,
        "[1," * 600,
        "1e" * 900,
        "a." * 900,
        "word.matches('" + "(a{1000})" * 200 + "')",
    ],
)
def test_no_text_keeps_anybody_waiting(text):
    started = time.process_time()
    with pytest.raises(RuleError):
        compile_rule(text, NAMES)
    assert time.process_time() - started < 2
