"""Making a rule of a text: what it reads as, and what is said of a text that is none."""

import pytest

from portal.kernel.errors import DomainError
from portal.rules import (
    BOOL,
    DATE,
    MONEY,
    NUMBER,
    TEXT,
    RuleError,
    compile_rule,
    is_name,
    list_of,
    record,
)
from portal.rules.tree import Each, Known, Literal, Member, Name, Negative, Variable, walk

PERSON = record({"age": NUMBER, "name": TEXT, "tags": list_of(TEXT)})
NAMES = {
    "a": BOOL,
    "b": BOOL,
    "c": BOOL,
    "taps": NUMBER,
    "n": NUMBER,
    "use": TEXT,
    "born": DATE,
    "fee": MONEY,
    "tags": list_of(TEXT),
    "person": PERSON,
    "members": list_of(PERSON),
}


def tree(text):
    return compile_rule(text, NAMES).tree


@pytest.mark.parametrize(
    ("text", "same"),
    [
        ("a || b && c", "a || (b && c)"),
        ("!a && b", "(!a) && b"),
        ("n + taps * 2", "n + (taps * 2)"),
        ("n - taps - 2", "(n - taps) - 2"),
        ("n / taps * 2 % 3", "((n / taps) * 2) % 3"),
        ("-n * 2", "(-n) * 2"),
        ("-person.age", "-(person.age)"),
        ("n + 1 < taps == a", "((n + 1) < taps) == a"),
        ("n in [1] && a", "(n in [1]) && a"),
        ("a ? 1 : b ? 2 : 3", "a ? 1 : (b ? 2 : 3)"),
        ("a || b ? 1 : 2", "(a || b) ? 1 : 2"),
        ("a // remark\n && b", "a && b"),
        ("n -1", "n - 1"),
        ("'x' == use", '"x" == use'),
    ],
)
def test_brackets_are_where_people_expect_them(text, same):
    assert tree(text) == tree(same)


def test_a_row_of_ors_is_one_node():
    assert [term.name for term in tree("a || b || c").terms] == ["a", "b", "c"]


def test_the_tree_tells_facts_from_the_items_of_loops():
    root = tree("members.exists(m, has(m.name) && m.age > n)")
    assert isinstance(root, Each)
    kinds = [type(node) for node in walk(root) if isinstance(node, (Name, Variable, Known))]
    assert kinds == [Name, Known, Variable, Variable, Name]


def test_every_node_has_its_type_and_place():
    root = tree("a && -person.age < 3")
    negative = next(node for node in walk(root) if isinstance(node, Negative))
    assert (negative.type, negative.at) == (NUMBER, 5)
    assert {node.type for node in walk(root) if isinstance(node, Member)} == {NUMBER}


def test_dates_and_money_are_values_in_the_tree():
    assert {type(node) for node in walk(tree("date('2026-01-31')"))} == {Literal}
    assert tree("money('150.00', 'INR')").value.as_json() == {"amount": "150.00", "currency": "INR"}


def test_the_facts_a_rule_may_ask_for_are_known():
    rule = compile_rule("members.exists(m, m.age > n) || has(person.name)", NAMES)
    assert rule.names_used == {"members", "n", "person"}


@pytest.mark.parametrize(
    ("text", "type_"),
    [
        ("a", BOOL),
        ("n + 1", NUMBER),
        ("use + 'x'", TEXT),
        ("fee * 2", MONEY),
        ("max(born, born)", DATE),
        ("members.map(m, m.age)", list_of(NUMBER)),
        ("tags.filter(t, t != '')", list_of(TEXT)),
        ("a ? [] : tags", list_of(TEXT)),
        ("members[0].tags", list_of(TEXT)),
    ],
)
def test_a_rule_knows_its_type(text, type_):
    assert compile_rule(text, NAMES, wants=type_).type == type_


SENTENCES = {
    "": "Column 1: the rule stops too early. Write what is missing.",
    "a &&": "Column 5: the rule stops too early. Write what is missing.",
    "(a": "Column 3: the rule stops too early. Write what is missing.",
    "taps = 3": "Column 6: write == instead of =.",
    "a and b": "Column 3: write && instead of and.",
    "a or b": "Column 3: write || instead of or.",
    "a & b": "Column 3: write && instead of &.",
    "n n": "Column 3: this does not read as a rule."
    " Look for a missing bracket, quote or operator before it.",
    "use == 'trade": "Column 8: this text has no end. Close it with the quote it begins with,"
    " on the same line.",
    r"use == '\q'": r"Column 8: the text holds \q, which stands for nothing."
    " Write two backslashes to mean one.",
    "n < 1e100": "Column 5: this number cannot be read. Write it with at most 100 digits, 0 to 9.",
    "n < 0x1F": "Column 5: this number cannot be read. Write it with at most 100 digits, 0 to 9.",
    "tapps > 3": "Column 1: nothing is called tapps here. Write taps, if that is meant.",
    "a &&\n  tapps > 3": "Column 2:3: nothing is called tapps here. Write taps, if that is meant.",
    "person.agee > 3": "Column 8: nothing is called agee here. Write age, if that is meant.",
    "person.zip > 3": "Column 8: nothing is called zip here. Known here: age, name, tags.",
    "use.length > 3": "Column 5: .length needs a record before the dot. Here it has text.",
    "sizes(tags)": "Column 1: there is no function sizes. Write size, if that is meant.",
    "tags.size()": "Column 6: there is no function size. Write size(…).",
    "contains(use, 'x')": "Column 1: there is no function contains. Write text.contains(…).",
    "taps > use": "Column 6: > takes (number, number) or (date, date) or (money, money)."
    " Here the left side is number and the right side is text.",
    "use < use": "Column 5: < takes (number, number) or (date, date) or (money, money)."
    " Here the left side is text and the right side is text.",
    "taps == 'three'": "Column 6: == takes two values of one type, not records."
    " Here the left side is number and the right side is text.",
    "members == []": "Column 9: == takes two values of one type, not records."
    " Here the left side is list of record and the right side is empty list.",
    "n in tags": "Column 3: in takes a value before it and a list of such values after it."
    " Here the left side is number and the right side is list of text.",
    "fee / 2": "Column 5: / takes (number, number)."
    " Here the left side is money and the right side is number.",
    "-use": "Column 1: - takes (number) or (money). Here it has text.",
    "!n": "Column 2: ! takes yes or no. Here it has number.",
    "a && n": "Column 6: && takes yes or no. Here it has number.",
    "n ? 1 : 2": "Column 1: ? takes yes or no. Here it has number.",
    "a ? 1 : 'x'": "Column 1: both answers of ? : are of one type."
    " Here the first is number and the second is text.",
    "n in [1, 'x']": "Column 10: all items of a list are of one type."
    " Here one is number and another is text.",
    "[[1]]": "Column 1: a list cannot hold lists. Take one value of each instead.",
    "n[0]": "Column 1: [ ] takes a list before it and a number in it. Here it has"
    " number and number.",
    "size(n)": "Column 1: size takes (text) or (list of anything). Here it has (number).",
    "min() > 1": "Column 1: min takes (number, …) or (date, …) or (money, …). Here it has ().",
    "n.exists(m, true)": "Column 3: .exists takes a list before it. Here it has number.",
    "tags.exists(n, true)": "Column 6: n already means something. Choose another word here.",
    "tags.all(t)": "Column 6: all takes a new word first, as in all(m, m > 0).",
    "tags.all(1, true)": "Column 6: all takes a new word first, as in all(m, m > 0).",
    "tags.all(t, 1)": "Column 13: .all takes yes or no. Here it has number.",
    "has(1)": "Column 1: has takes one name, as in has(person.age).",
    "born < date('31.1.2026')": 'Column 8: write date as in date("2026-01-31").',
    "born < date(use)": 'Column 8: write date as in date("2026-01-31").',
    "money('1.005', 'INR')": 'Column 1: write money as in money("150.00", "INR").',
    "money('1.00', 'INT')": 'Column 1: write money as in money("150.00", "INR").',
    "money('1.00')": 'Column 1: write money as in money("150.00", "INR").',
    "use.matches('(')": "Column 13: the pattern of matches is a text in quotes that RE2"
    " understands. Correct it: missing ): (.",
    "use.matches(use)": "Column 13: the pattern of matches is a text in quotes that RE2"
    " understands. Correct it: it is worked out, not written.",
    "use == null": "Column 8: null cannot stand in a rule."
    " Ask has(name) whether something is known.",
    "{'a': 1}": "Column 1: a map cannot stand in a rule. Use a list.",
    "n == 1u": "Column 6: a number that ends in u cannot stand in a rule. Write the number alone.",
    "person": "The rule gives record. Let it give one member, a number or yes or no.",
}


@pytest.mark.parametrize(("text", "sentence"), SENTENCES.items())
def test_a_wrong_rule_is_refused_with_its_place(text, sentence):
    with pytest.raises(RuleError) as refused:
        compile_rule(text, NAMES)
    assert refused.value.sentence == sentence


def test_a_rule_of_the_wrong_type_is_refused():
    with pytest.raises(RuleError, match="The rule gives number, and yes or no is needed here"):
        compile_rule("taps", NAMES, wants=BOOL)


def test_a_rule_error_is_a_refusal_and_a_wrong_value():
    with pytest.raises(DomainError) as refused:
        compile_rule("taps >", NAMES)
    assert isinstance(refused.value, ValueError)
    assert refused.value.params["place"] == "7"


def test_a_rule_has_two_thousand_characters_at_most():
    compile_rule("n ==" + " " * 1995 + "1", NAMES)
    with pytest.raises(RuleError, match="longer than 2000 characters"):
        compile_rule("n ==" + " " * 1996 + "1", NAMES)


@pytest.mark.parametrize(
    "text", ["!" * 150 + "a", "-" * 150 + "n", "n" + " + n" * 150, "[" * 150 + "]" * 150]
)
def test_a_rule_is_not_nested_too_deep(text):
    with pytest.raises(RuleError, match="nested more than 100 deep"):
        compile_rule(text, NAMES)


def test_what_is_just_not_too_deep_can_be_worked_out():
    text = "true"
    for number in range(33):
        text = f"[1].all(x{number},{text})"
    assert compile_rule(text, {}).evaluate({}).value is True
    assert compile_rule("n" + " + n" * 99, NAMES).evaluate({"n": 1}).value == 100


def test_brackets_alone_and_long_rows_are_not_deep():
    assert tree("(" * 900 + "a" + ")" * 900) == tree("a")
    assert len(tree("a" + "||a" * 600).terms) == 601


def test_a_rule_is_made_once():
    first = compile_rule("n > 41", NAMES)
    assert compile_rule("n > 41", dict(reversed(NAMES.items())), wants=BOOL) is first
    assert compile_rule("n > 41", {"n": NUMBER}) is first
    assert compile_rule("n > 41", {"n": NUMBER, "beside": TEXT}) is first


def test_a_rule_over_other_types_is_another_rule():
    alike = "n == n"
    assert compile_rule(alike, {"n": NUMBER}) is not compile_rule(alike, {"n": TEXT})


def test_a_name_that_others_suggest_is_suggested_again():
    for _ in range(2):
        with pytest.raises(RuleError, match="Write taps, if that is meant"):
            compile_rule("tap > 1", {"taps": NUMBER})


@pytest.mark.parametrize("word", ["a", "land_area", "_x9", "size", "date", "A" * 64])
def test_a_name_is_a_word(word):
    assert is_name(word)


@pytest.mark.parametrize(
    "word", ["", "9a", "a-b", "a.b", "in", "true", "null", "for", "ਪਿੰਡ", "a\n", "A" * 65]
)
def test_other_texts_are_no_names(word):
    assert not is_name(word)
