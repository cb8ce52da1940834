"""Working a rule out: three answers, what was used, what is missing, how much work it may be."""

import threading
from datetime import date, datetime
from decimal import Decimal

import pytest

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
    Unknown,
    Used,
    compile_rule,
    list_of,
    record,
)

MEMBER = record({"age": NUMBER, "name": TEXT})
NAMES = {
    "a": BOOL,
    "b": BOOL,
    "n": NUMBER,
    "k": NUMBER,
    "word": TEXT,
    "day": DATE,
    "fee": MONEY,
    "marks": list_of(NUMBER),
    "tags": list_of(TEXT),
    "person": MEMBER,
    "members": list_of(MEMBER),
}
RUPEES = Money(15000, "INR")


def verdict(text, **facts):
    return compile_rule(text, NAMES).evaluate(facts)


def value(text, **facts):
    return verdict(text, **facts).value


def test_unknown_is_neither_true_nor_false():
    with pytest.raises(TypeError, match="is UNKNOWN"):
        bool(UNKNOWN)
    assert Unknown("unknown") is UNKNOWN


@pytest.mark.parametrize(("condition", "expected"), [(True, 1), (False, 2), (None, UNKNOWN)])
def test_a_choice_follows_its_condition(condition, expected):
    assert value("a ? 1 : 2", a=condition) == expected


def test_a_choice_between_equals_needs_no_condition():
    assert verdict("a ? n : n + 0", n=4).value == 4
    assert verdict("a ? n : n", n=4).missing == frozenset()


def test_a_choice_between_unknowns_is_unknown():
    assert verdict("a ? n : n").missing == {"a", "n"}


@pytest.mark.parametrize(
    "text", ["n + 1", "n == 1", "n < 1", "-n", "n in [1]", "min(n, 1)", "[1][n]", "size(tags)"]
)
def test_a_missing_fact_makes_it_unknown(text):
    assert value(text) is UNKNOWN


@pytest.mark.parametrize(
    "text",
    [
        "1 / 0",
        "1 % 0",
        "[1][1]",
        "[1][-1]",
        "[1][0.5]",
        "1e99 * 10",
        "fee + money('1', 'USD')",
        "fee == money('150', 'USD')",
        "min(fee, money('1', 'USD'))",
        "fee * 1e99",
    ],
)
def test_what_cel_calls_an_error_is_unknown_here(text):
    seen = verdict(text, fee=RUPEES)
    assert seen.value is UNKNOWN
    assert not seen.missing


@pytest.mark.parametrize(
    ("macro", "expected"),
    [("exists", UNKNOWN), ("all", UNKNOWN), ("exists_one", UNKNOWN), ("filter", UNKNOWN)],
)
def test_one_unknown_item_leaves_it_open(macro, expected):
    facts = {"exists": [1, None], "all": [9, None], "exists_one": [9, None], "filter": [9, None]}
    assert value(f"marks.{macro}(m, m > 5)", marks=facts[macro]) is expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("marks.exists(m, m > 5)", True),
        ("marks.all(m, m > 5)", False),
        ("marks.exists_one(m, m > 0)", False),
        ("size(marks) == 3", True),
        ("9 in marks", True),
        ("marks == [1, 2, 3, 4]", False),
        ("marks == [9, 2, 1]", UNKNOWN),
        ("marks == [8, 2, 1]", False),
    ],
)
def test_an_unknown_item_that_cannot_matter_does_not(text, expected):
    assert value(text, marks=[9, None, 1]) is expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("marks.exists(m, true)", False),
        ("marks.all(m, false)", True),
        ("marks.exists_one(m, true)", False),
        ("size(marks) == 0 && marks == []", True),
        ("1 in []", False),
    ],
)
def test_an_empty_list_is_known(text, expected):
    assert value(text, marks=[]) is expected


def test_exactly_one_means_one():
    assert value("marks.exists_one(m, m > 5)", marks=[9, 1]) is True
    assert value("marks.exists_one(m, m > 5)", marks=[9, 8]) is False


def test_loops_see_the_names_around_them():
    text = "members.exists(m, members.all(o, o.age <= m.age) && m.age > n)"
    assert value(text, members=[{"age": 3}, {"age": 70}], n=60) is True


def test_the_values_used_are_named_in_the_order_of_reading():
    seen = verdict("n > 3 && word == 'x' && n < k", n=5, word="x", k=9)
    assert seen.used == (Used("n", 5), Used("word", "x"), Used("k", 9))


def test_what_was_not_needed_was_not_used():
    assert verdict("a || n > 3", a=True, n=5).used == (Used("a", value=True),)


def test_members_of_rows_are_named_by_their_place():
    seen = verdict("members.exists(m, m.age > 60)", members=[{"age": 70, "name": "Bibi"}])
    assert seen.used == (Used("size(members)", 1), Used("members[0].age", 70))


def test_a_fact_asked_for_and_not_there_is_in_the_trace():
    seen = verdict("has(person.age)", person={})
    assert (seen.value, seen.used) == (False, (Used("person.age", UNKNOWN),))


@pytest.mark.parametrize(
    ("text", "facts", "missing"),
    [
        ("a && b", {}, {"a", "b"}),
        ("a && b", {"a": True}, {"b"}),
        ("a && b", {"b": False}, set()),
        ("(a && b) || n > 1", {"n": 2}, set()),
        ("(n > k) == a", {"n": 1}, {"k", "a"}),
        ("person.age > 3", {}, {"person.age"}),
        ("members.all(m, m.age > 3)", {"members": [{"age": 9}, {}]}, {"members[1].age"}),
        ("members[1].age", {"members": [{"age": 9}, None]}, {"members[1].age"}),
        ("size(members) > 2", {}, {"members"}),
        ("marks[1]", {"marks": [1, None]}, {"marks[1]"}),
        ("n > 1 && n > 2", {}, {"n"}),
        ("has(n)", {}, set()),
    ],
)
def test_only_the_facts_that_matter_are_missing(text, facts, missing):
    assert verdict(text, **facts).missing == missing


@pytest.mark.parametrize(
    ("text", "facts", "expected"),
    [
        ("has(n)", {"n": 0}, True),
        ("has(n)", {"n": None}, False),
        ("has(word)", {"word": ""}, True),
        ("has(person)", {"person": {}}, True),
        ("has(person)", {}, False),
        ("has(tags)", {"tags": []}, True),
        ("members.all(m, has(m.name))", {"members": [{"name": "B"}, {}]}, False),
    ],
)
def test_has_tells_whether_a_fact_is_known(text, facts, expected):
    assert value(text, **facts) is expected


@pytest.mark.parametrize(
    ("name", "fact", "expected"),
    [
        ("n", 3, Decimal(3)),
        ("n", Decimal("3.50"), Decimal("3.5")),
        ("n", "12.5", Decimal("12.5")),
        ("day", "2026-01-31", date(2026, 1, 31)),
        ("day", date(2026, 1, 31), date(2026, 1, 31)),
        ("fee", RUPEES, RUPEES),
        ("fee", {"amount": "150.00", "currency": "INR"}, RUPEES),
        ("tags", ("x", "y"), ("x", "y")),
    ],
)
def test_a_fact_is_read_as_its_type(name, fact, expected):
    assert value(name, **{name: fact}) == expected


@pytest.mark.parametrize(
    ("name", "fact"),
    [
        ("n", 0.1),
        ("n", True),
        ("n", "twelve"),
        ("n", "٣"),
        ("n", " 3"),
        ("n", Decimal("NaN")),
        ("n", Decimal("Infinity")),
        ("n", 10**100),
        ("a", 1),
        ("a", "true"),
        ("word", 5),
        ("word", "\ud800"),
        ("day", "2026-02-30"),
        ("day", "20260131"),
        ("day", datetime(2026, 1, 31)),  # noqa: DTZ001 - a moment is not a day
        ("fee", 150),
        ("fee", {"amount": "150.005", "currency": "INR"}),
        ("fee", {"amount": "150.00", "currency": "rupees"}),
        ("fee", {"currency": "INR"}),
        ("tags", "xy"),
        ("tags", {"x": 1}),
    ],
)
def test_a_fact_that_does_not_fit_is_missing(name, fact):
    seen = verdict(name, **{name: fact})
    assert (seen.value, seen.missing) == (UNKNOWN, {name})


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("0.1 + 0.2 == 0.3", True),
        ("16.17 <= 16.17", True),
        ("16777217 == 16777216", False),
        ("1.10 == 1.1", True),
        ("1 / 3 == 0.3333333333333333", True),
        ("2 / 3 == 0.6666666666666667", True),
        ("-2 / 3 == -0.6666666666666667", True),
        ("7 / 2 == 3.5", True),
        ("-7 % 3 == -1", True),
        ("5.5 % 2 == 1.5", True),
        ("round_up(-1.5) == -1", True),
        ("1e2 == 100 && .5 == 0.5", True),
        ("99999999999999999999999999999999 + 1 == 1e32", True),
        ("money('0.10', 'INR') + money('0.20', 'INR') == money('0.30', 'INR')", True),
        ("money('1.00', 'INR') * 0.005 == money('0.01', 'INR')", True),
        ("2 * money('1.50', 'PKR') == money('3', 'PKR')", True),
        ("-money('1', 'INR') < money('0', 'INR')", True),
    ],
)
def test_numbers_are_exact(text, expected):
    assert value(text) is expected


def test_a_large_amount_keeps_every_unit():
    fee = Money(10**40 + 1, "INR")
    assert value("fee * 3", fee=fee) == Money(3 * 10**40 + 3, "INR")


def test_zero_has_no_sign():
    assert [str(value(text)) for text in ("0 * -1", "-0", "0 / -3", "-6 % 3")] == ["0"] * 4


def test_a_quotient_reads_well():
    assert [str(value(text)) for text in ("6 / 3", "600 / 3", "1 / 8")] == ["2", "200", "0.125"]


@pytest.mark.parametrize(
    ("text", "word", "expected"),
    [
        ("word == 'پنجاب'", "پنجاب", True),
        ("word == 'ਸ\u0a3c'", "\u0a36", True),
        ("word == '\u0a36'", "ਸ\u0a3c", True),
        ("size(word)", "हिंदी", 5),
        ("word.contains('ਿ')", "ਪਿੰਡ", True),
        ("word.matches('^\\\\p{Gurmukhi}+$')", "ਪਿੰਡ", True),
        ("word == '\\u0041\\x42\\103\\U0001F600'", "ABC😀", True),
        ("word == 'it\\'s'", "it's", True),
        ("word == '// no remark'", "// no remark", True),
    ],
)
def test_texts_are_unicode(text, word, expected):
    assert value(text, word=word) == expected


@pytest.mark.parametrize(
    ("start", "end", "years"),
    [
        ("2008-11-22", "2026-11-22", 18),
        ("2008-11-23", "2026-11-22", 17),
        ("2008-02-29", "2026-02-28", 17),
        ("2008-02-29", "2026-03-01", 18),
        ("2026-11-22", "2008-11-22", -18),
        ("2026-11-22", "2026-11-22", 0),
    ],
)
def test_years_are_full_years(start, end, years):
    assert value(f"years_between(date('{start}'), date('{end}'))") == years


def test_days_count_both_ways():
    assert value("days_between(date('2026-02-27'), date('2026-03-01'))") == 2
    assert value("days_between(date('2026-03-01'), date('2026-02-27'))") == -2


def test_a_loop_looks_at_ten_thousand_items_and_no_more():
    text = "marks.all(x, marks.all(y, x + y >= 0))"
    assert value(text, marks=list(range(99))) is True
    with pytest.raises(TooMuchWork, match="fewer items"):
        value(text, marks=list(range(100)))


@pytest.mark.parametrize(
    "text",
    [
        "marks.all(x, " + " || ".join(["x < 0"] * 150) + " || true)",
        "marks.all(x, !(x in marks.map(y, y + 10000)))",
        "marks.all(x, size(marks) > 0)",
    ],
)
def test_work_within_loops_is_bounded(text):
    with pytest.raises(TooMuchWork):
        value(text, marks=list(range(2000)))


def test_texts_do_not_grow_without_end():
    text = "'aaaaaaaaaa'"
    for name in "bcdefghijklmnopqr":
        text = f"[{text}].map({name}, {name} + {name})[0]"
    with pytest.raises(TooMuchWork):
        compile_rule(text, {}).evaluate({})


def test_a_pattern_of_the_bad_kind_is_quick():
    assert value("word.matches('^(a+)+$')", word="a" * 50_000 + "!") is False


def test_the_same_rule_serves_many_threads():
    rule = compile_rule("members.exists(m, m.age == n)", NAMES)
    wrong = []

    def ask(age):
        for _ in range(50):
            found = rule.evaluate({"n": age, "members": [{"age": age}]}).used
            wrong.extend(each for each in found if each.value not in {1, age})

    threads = [threading.Thread(target=ask, args=(age,)) for age in range(10, 14)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert not wrong


@pytest.mark.parametrize(
    ("text", "facts", "expected"),
    [
        ("sum(marks)", {"marks": [1, "2.5", 3]}, Decimal("6.5")),
        ("sum(marks)", {"marks": []}, Decimal(0)),
        ("sum(marks)", {"marks": [1, None]}, UNKNOWN),
        ("sum(marks)", {}, UNKNOWN),
        ("sum(members.map(m, m.age)) == 100", {"members": [{"age": 60}, {"age": 40}]}, True),
        ("sum(members.map(m, m.age)) == 100", {"members": [{"age": 60}, {}]}, UNKNOWN),
        ("sum(members.filter(m, has(m.age)).map(m, m.age))", {"members": [{"age": 6}, {}]}, 6),
        ("sum([fee, fee])", {"fee": RUPEES}, Money(30000, "INR")),
        ("sum([fee, money('1', 'USD')])", {"fee": RUPEES}, UNKNOWN),
        ("sum(marks)", {"marks": ["9e99", "9e99"]}, UNKNOWN),
    ],
)
def test_a_sum_is_of_known_numbers_or_of_money_of_one_currency(text, facts, expected):
    assert value(text, **facts) == expected


def test_a_sum_of_no_money_has_no_currency():
    shops = {"shops": list_of(record({"rent": MONEY}))}
    rule = compile_rule("sum(shops.map(s, s.rent))", shops)
    assert rule.evaluate({"shops": []}).value is UNKNOWN


def test_a_sum_names_what_it_misses():
    assert verdict("sum(members.map(m, m.age))", members=[{"age": 1}, {}]).missing == {
        "members[1].age"
    }


@pytest.mark.parametrize("text", ["sum(1)", "sum(tags)", "sum(marks, marks)", "marks.sum()"])
def test_only_a_list_of_numbers_or_of_money_has_a_sum(text):
    with pytest.raises(RuleError):
        value(text)
