"""What a form asks, what a service costs and by when it is done, for given answers."""

import sys
from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from portal.kernel.money import Money
from portal.registry import Declaration, Document, Field, Form, Holiday, Step
from portal.registry.contract import Calendar, Check
from portal.registry.domain import (
    clean,
    due_on,
    eligibility,
    failed_checks,
    file_answers,
    fits_pattern,
    is_working,
    look,
    missing_fields,
    quote,
    shared_fields,
    visible_fields,
    visible_steps,
)
from portal.rules import UNKNOWN, Rule, compile_rule, parse
from tests.registry.declared import FORM, form_of, said, service
from tools import big_form

TRADE = {"use": "trade", "taps": 2, "shop": "Books", "honest": True}


def names(fields):
    return [field.name for field in fields]


def chain(*conditions):
    """Yes-or-no questions a, b, c …, each asked if its condition holds."""
    fields = [
        Field.yes_no(name, said(name), when=when)
        for name, when in zip("abcdefgh", conditions, strict=False)
    ]
    return form_of(*fields)


def test_a_condition_that_cannot_be_decided_yet_hides():
    assert names(visible_fields(FORM, {})) == ["place", "use", "taps", "visit", "honest"]
    assert [step.slug for step in visible_steps(FORM, {})] == ["place", "send"]


def test_a_condition_that_holds_shows():
    assert [step.slug for step in visible_steps(FORM, TRADE)] == ["place", "trade", "send"]
    assert "licence" in names(visible_fields(FORM, TRADE))


def test_a_step_holds_only_the_questions_that_are_asked_now():
    form = form_of(Field.yes_no("a", said("a")), Field.yes_no("b", said("b"), when="a"))
    assert names(visible_steps(form, {"a": False})[0].fields) == ["a"]


def test_what_a_hidden_answer_showed_is_hidden_too():
    form = chain(None, "a", "b", "c")
    everything = dict.fromkeys("abcd", True)
    assert names(visible_fields(form, everything)) == ["a", "b", "c", "d"]
    assert names(visible_fields(form, everything | {"a": False})) == ["a"]


def test_a_hidden_step_hides_its_answers_from_later_steps():
    form = Form(
        Step(said("1"), Field.yes_no("a", said("a"))),
        Step(said("2"), Field.yes_no("b", said("b")), when="a"),
        Step(said("3"), Field.yes_no("c", said("c")), when="b == true"),
    )
    assert names(visible_fields(form, {"a": False, "b": True})) == ["a"]


def test_an_answer_that_does_not_fit_its_question_decides_nothing():
    assert names(visible_fields(chain(None, "a"), {"a": "yes"})) == ["a"]


@pytest.mark.promise("M8")
def test_only_answers_that_are_asked_for_count():
    given = {**TRADE, "use": "home", "colour": "red", "visit": "x"}
    assert clean(FORM, given) == {"use": "home", "taps": 2, "honest": True}
    assert shared_fields(service(), given) == clean(FORM, given)


@given(st.dictionaries(st.sampled_from("abcdefgh"), st.booleans() | st.none() | st.text()))
def test_cleaning_twice_changes_nothing(answers):
    form = chain(None, "a", "!b", "a && c", "b || d", "e == false", "has(f)", "g")
    kept = clean(form, answers)
    assert clean(form, kept) == kept
    assert visible_fields(form, kept) == visible_fields(form, answers)
    assert kept.items() <= answers.items()


def test_required_questions_without_an_answer_are_named():
    assert names(missing_fields(FORM, TRADE)) == ["place", "licence"]
    optional = form_of(Field.text("shop", said("Shop"), required=False))
    assert missing_fields(optional, {}) == ()


def test_a_declaration_that_is_not_made_is_missing():
    assert names(missing_fields(form_of(Declaration("honest", said("x"))), {})) == ["honest"]


def test_an_answer_that_its_own_rule_refuses_is_named():
    assert names(failed_checks(FORM, TRADE)) == []
    assert names(failed_checks(FORM, TRADE | {"taps": 41})) == ["taps"]
    assert names(failed_checks(FORM, {"use": "home"})) == []


def test_a_fee_follows_the_answers():
    assert quote(service(), TRADE) == Money.of("300.00", "INR")
    assert quote(service(), {"use": "home", "taps": 3}) == Money.of("450.00", "INR")


def test_a_fee_is_unknown_while_an_answer_is_missing():
    assert quote(service(), {"use": "home"}) is UNKNOWN
    assert quote(service(), {}) is UNKNOWN


def test_a_hidden_answer_does_not_change_the_fee():
    form = form_of(
        Field.yes_no("more", said("More?")), Field.integer("count", said("How many"), when="more")
    )
    declared = service(form=form, fee="money('5.00', 'INR') * (has(count) ? count : 1)")
    assert quote(declared, {"more": False, "count": 9}) == Money.of("5.00", "INR")


def test_a_service_without_a_fee_is_free():
    assert quote(service(fee=None), {}) is None


def test_documents_are_those_of_the_form_or_of_the_answers():
    assert names(service().documents) == ["licence"]
    assert "licence" not in names(visible_fields(service().form, {"use": "home"}))
    assert "licence" in names(visible_fields(service().form, TRADE))


def test_eligibility_is_decided_on_facts():
    adult = service(eligibility="person.age >= 18 && today > date('2026-01-01')")
    facts = {"person": {"age": 18}, "today": "2026-05-01"}
    found = eligibility(adult, facts, {})
    assert (found.answer, found.missing) == (True, ())
    assert found.used == {"person.age": 18, "today": date(2026, 5, 1)}
    assert eligibility(adult, facts | {"person": {"age": 17}}, {}).answer is False
    unknown = eligibility(adult, {"today": "2026-05-01"}, {})
    assert (unknown.answer, unknown.missing) == (UNKNOWN, ("person.age",))
    assert eligibility(service(), {}, {}).answer is True


def test_eligibility_looks_at_answers_that_count_beside_facts():
    rule = service(eligibility="person.age >= 60 && use == 'home' && !has(shop)")
    old = {"person": {"age": 70}}
    hidden = {"use": "home", "shop": "Books"}
    assert eligibility(rule, old, hidden).answer is True
    assert eligibility(rule, old, TRADE).answer is False
    assert eligibility(rule, old, {}).missing == ("use",)
    assert eligibility(rule, {"person": {"age": 50}}, {}).answer is False


def test_no_answer_stands_for_a_fact():
    adult = service(eligibility="person.age >= 18")
    assert eligibility(adult, {}, {"person": {"age": 40}}).answer is UNKNOWN


def test_a_pattern_fits_the_whole_answer():
    field = Field.text("number", said("Number"), pattern="[0-9]+")
    assert fits_pattern(field, "112")
    assert not fits_pattern(field, "112a")
    assert fits_pattern(Field.text("shop", said("Shop")), "anything")


def test_a_pattern_takes_no_more_time_for_a_hostile_answer():
    field = Field.text("number", said("Number"), pattern="(a|a)*b")
    assert not fits_pattern(field, "a" * 100_000)


REPUBLIC = Calendar(holidays=(Holiday("2026-01-26", said("Republic Day")),))


@pytest.mark.parametrize(
    ("start", "days", "due"),
    [
        (date(2026, 1, 19), 5, date(2026, 1, 27)),  # a week, and Republic Day on its Monday
        (date(2026, 1, 23), 1, date(2026, 1, 27)),
        (date(2026, 1, 24), 1, date(2026, 1, 27)),  # asked on a Saturday
        (date(2026, 1, 20), 0, date(2026, 1, 20)),
    ],
)
def test_a_promise_counts_working_days(start, days, due):
    assert due_on(REPUBLIC, start, days) == due


@given(st.dates(date(2020, 1, 1), date(2050, 1, 1)), st.integers(1, 400))
def test_between_start_and_due_lie_the_promised_working_days(start, days):
    due = due_on(REPUBLIC, start, days)
    between = [start + timedelta(days=n) for n in range(1, (due - start).days + 1)]
    assert sum(is_working(REPUBLIC, day) for day in between) == days
    assert is_working(REPUBLIC, due)


def test_another_weekend_is_another_week():
    friday_off = Calendar(weekend=(5,))
    assert due_on(friday_off, date(2026, 1, 1), 2) == date(2026, 1, 4)


ROLE = Field.choice("role", said("Role"), {"owner": said("Owner"), "guest": said("Guest")})
SHARE = Field.integer(
    "share", said("Share"), when="role == 'owner'", valid=("share <= 100", said("Most."))
)
REST = Field.computed("rest", said("Rest"), rule="100 - share", gives="integer")
WHY = Field.text("why", said("Why"), when="rest > 50 && more", required=False)
PHOTO = Field.photo("photo", said("Photo"), required=False)
MORE = Field.yes_no("more", said("More?"))
TOTAL = Field.computed("total", said("All"), rule="sum(partners.map(p, p.share))")
HUNDRED = ("sum(partners.map(p, p.share)) == 100", said("Shares come to 100."))


def partners(**more):
    row = (ROLE, SHARE, REST, WHY, PHOTO)
    return Field.group("partners", said("Partners"), *row, item=said("Partner"), **more)


LAST = Field.text("last", said("Last"), when="total == 100", required=False)


def firm(**more):
    return form_of(MORE, partners(**more), TOTAL, LAST)


OWNER = {"role": "owner", "share": 40}


def test_a_row_asks_by_what_stands_before_the_group_and_in_the_row():
    given = {"more": True, "partners": [OWNER, {"role": "guest", "share": 9}, {}]}
    rows = look(firm(), given).rows["partners"]
    assert [names(row.asked) for row in rows] == [
        ["role", "share", "rest", "why", "photo"],
        ["role", "rest", "photo"],
        ["role", "rest", "photo"],
    ]
    assert "why" not in names(look(firm(), given | {"more": False}).rows["partners"][0].asked)


def test_rows_keep_what_they_are_asked_and_empty_rows_go():
    given = [
        OWNER | {"rest": 7, "colour": "red", "more": False, "why": None},
        {"role": "guest", "share": 9},
        {},
        {"rest": 1, "share": 3},
        "row",
        None,
    ]
    assert clean(firm(), {"partners": given})["partners"] == [
        {"role": "owner", "share": 40, "rest": 60},
        {"role": "guest"},
    ]


@pytest.mark.parametrize("given", [None, "x", 5, {"0": OWNER}, True])
def test_what_is_no_list_of_rows_is_no_answer(given):
    assert clean(firm(), {"partners": given}) == {}


def test_no_rows_are_an_answer_where_none_are_needed():
    form = firm(at_least=0)
    assert clean(form, {"partners": []}) == {"partners": [], "total": "0"}
    assert clean(form, {}) == {}
    assert names(missing_fields(form, {"more": True})) == ["partners"]
    assert names(missing_fields(form, {"more": True, "partners": []})) == []


def test_a_group_counts_as_missing_for_what_its_rows_miss():
    def missing(rows, **more):
        return names(missing_fields(firm(**more), {"more": True, "partners": rows}))

    assert missing([OWNER]) == []
    assert missing([]) == missing([{}]) == missing([{"role": "owner"}]) == ["partners"]
    assert missing([OWNER], at_least=2) == ["partners"]
    assert missing([], required=False) == []
    assert missing([OWNER], required=False, at_least=2) == ["partners"]
    assert missing([{"role": "guest", "share": 4}]) == []


def test_a_group_fails_for_its_own_rule_those_of_its_rows_and_too_many_rows():
    def failed(rows, **more):
        return names(failed_checks(firm(**more), {"partners": rows}))

    assert failed([OWNER]) == []
    assert failed([OWNER], valid=HUNDRED) == ["partners"]
    assert failed([OWNER, OWNER | {"share": 60}], valid=HUNDRED) == []
    assert failed([OWNER, {"role": "guest"}], valid=HUNDRED) == []
    assert failed([OWNER, OWNER | {"share": 101}]) == ["partners"]
    assert failed([OWNER] * 3, at_most=2) == ["partners"]


def test_a_fault_in_a_row_has_its_place():
    rows = [OWNER, {}, OWNER | {"share": 101}]
    (failed,) = look(firm(), {"partners": rows}).failed()
    assert (failed.field.name, failed.on_page.name, failed.row) == ("share", "partners", 2)


def test_more_rows_than_any_group_has_are_not_looked_at():
    asked = look(firm(), {"partners": [OWNER] * 10_000})
    assert len(asked.rows["partners"]) == len(asked.answers["partners"]) == 50
    assert names(place.on_page for place in asked.failed()) == ["partners"]


def test_what_is_worked_out_follows_the_answers_and_nothing_else():
    given = {"partners": [OWNER, OWNER], "total": "7"}
    assert clean(firm(), given)["total"] == "80"
    assert clean(firm(), {"total": "100", "last": "x"}) == {}
    assert names(missing_fields(firm(), {"more": True, **given})) == []


def test_a_value_that_is_worked_out_decides_what_follows():
    rows = [OWNER, OWNER | {"share": 60}]
    assert "last" in names(visible_fields(firm(), {"partners": rows}))
    assert "last" not in names(visible_fields(firm(), {"partners": rows[:1], "total": "100"}))


@pytest.mark.parametrize(
    ("gives", "rule", "answer"),
    [
        ("integer", "taps * 2", 4),
        ("integer", "taps / 4", None),
        ("decimal", "taps / 4", "0.5"),
        ("decimal", "taps * 1e30", "2" + "0" * 30),
        ("money", "money('1.50', 'INR') * taps", {"amount": "3.00", "currency": "INR"}),
        ("date", "begun", "2026-04-01"),
        ("text", "'taps'", "taps"),
        ("yes_no", "taps > 1", True),
        ("yes_no", "nobody", None),
    ],
)
def test_a_value_that_is_worked_out_is_an_answer_of_its_kind(gives, rule, answer):
    form = form_of(
        Field.integer("taps", said("x")),
        Field.month("begun", said("x")),
        Field.yes_no("nobody", said("x")),
        Field.computed("out", said("x"), rule=rule, gives=gives),
    )
    assert clean(form, {"taps": 2, "begun": "2026-04"}).get("out") == answer


def test_a_rule_over_what_is_worked_out_speaks():
    checked = TOTAL.model_copy(update={"valid": Check("total == 100", said("Not 100."))})
    form = form_of(MORE, partners(), checked)
    assert names(failed_checks(form, {"partners": [OWNER]})) == ["total"]


def test_a_month_is_the_date_of_its_first_day():
    form = form_of(
        Field.month("begun", said("x")),
        Field.yes_no("late", said("x"), when="begun > date('2026-03-31')"),
    )
    assert names(visible_fields(form, {"begun": "2026-04"})) == ["begun", "late"]
    for other in ("2026-03", "2026-13", "", 202604, None, "2026-04-01"):
        assert names(visible_fields(form, {"begun": other})) == ["begun"]


def test_a_location_is_read_by_its_members():
    form = form_of(
        Field.location("spot", said("x")),
        Field.yes_no("north", said("x"), when="spot.latitude > 30.9 && !has(spot.area)"),
    )
    spot = {"latitude": "30.90096", "longitude": "75.85727", "area": None, "line": None}
    assert names(visible_fields(form, {"spot": spot})) == ["spot", "north"]


def test_a_rule_that_is_too_much_work_decides_nothing():
    many = "marks.exists(a, marks.exists(b, marks.exists(c, a != a)))"
    marks = Field.choices("marks", said("x"), {"a": said("A"), "b": said("B")})
    form = form_of(marks, Field.yes_no("sure", said("x"), when=many))
    assert names(visible_fields(form, {"marks": ["a"] * 200})) == ["marks"]


def test_files_are_found_wherever_they_are():
    paper, photo = {"file": "1", "name": "a.pdf"}, {"file": "2", "name": "b.jpeg"}
    form = form_of(Document("licence", said("x")), partners())
    given = {"licence": paper, "partners": [OWNER, OWNER | {"photo": photo}]}
    assert file_answers(form, given) == [("licence", paper), ("partners.1.photo", photo)]
    assert file_answers(form, {"licence": "x", "partners": ["y", {"photo": 3}, None]}) == []
    assert file_answers(form, {"partners": 9}) == []


JUNK = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5),
    lambda inner: (
        st.lists(inner, max_size=4)
        | st.dictionaries(
            st.sampled_from(["role", "share", "rest", "why", "photo", "x"]), inner, max_size=6
        )
    ),
    max_leaves=12,
)
ROWS = st.fixed_dictionaries(
    {},
    optional={
        "role": st.sampled_from(["owner", "guest", "x", None, 4]),
        "share": st.integers(-1, 101) | st.none() | st.text(max_size=2),
        "rest": JUNK,
        "why": st.text(max_size=3),
        "photo": JUNK,
        "more": JUNK,
        "x": JUNK,
    },
)
ANSWERS = st.fixed_dictionaries(
    {},
    optional={
        "more": st.booleans() | JUNK,
        "partners": st.lists(ROWS | JUNK, max_size=60) | JUNK,
        "total": JUNK,
        "last": JUNK,
        "x": JUNK,
    },
)


@given(ANSWERS)
def test_only_what_is_asked_is_kept_at_any_depth_and_twice_is_once(answers):
    form = firm(at_least=2, at_most=3, valid=HUNDRED)
    asked = look(form, answers)
    kept = asked.answers
    assert clean(form, kept) == kept
    assert kept.keys() <= set(names(asked.fields))
    full = [row for row in asked.rows.get("partners", ()) if not row.is_empty]
    rows = kept.get("partners", [])
    assert len(rows) == len(full) <= 50
    for row, seen in zip(rows, full, strict=True):
        assert row.keys() <= set(names(seen.asked))
        assert row.keys() - {"rest"}
        assert None not in row.values()
    assert [*look(form, kept).missing()] == renumbered(asked.missing(), asked)
    assert [*look(form, kept).failed()] == renumbered(asked.failed(), asked)


def renumbered(places, asked):
    """As if the empty rows were not there."""
    rows = asked.rows.get("partners", ())
    full = [number for number, row in enumerate(rows) if not row.is_empty]
    return [
        place if place.row is None else place._replace(row=full.index(place.row))
        for place in places
    ]


def calls(function, work):
    """How often a function is called while the work is done."""
    found = []

    def watch(frame, event, _):
        if event == "call" and frame.f_code is function.__code__:
            found.append(frame)

    sys.setprofile(watch)
    try:
        work()
    finally:
        sys.setprofile(None)
    return len(found)


def test_one_look_at_a_form_of_300_questions_asks_each_rule_once():
    form = big_form.form()
    answers = big_form.answers(form)
    rules = [one for one in form.fields if one.when or one.kind == "computed"]
    groups = [one for one in form.fields if one.kind == "group"]
    in_rows = sum(len(answers[group.name]) for group in groups)
    assert calls(Rule.evaluate, lambda: look(form, answers)) == len(rules) + in_rows
    assert calls(parse.parse, lambda: look(form, answers)) == 0
    assert calls(compile_rule, lambda: look(form, answers)) == 0
