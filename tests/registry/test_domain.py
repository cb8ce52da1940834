"""What a form asks, what a service costs and by when it is done, for given answers."""

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from portal.kernel.money import Money
from portal.registry import Declaration, Field, Form, Holiday, Step
from portal.registry.contract import Calendar
from portal.registry.domain import (
    clean,
    due_on,
    eligible,
    failed_checks,
    fits_pattern,
    is_working,
    missing_fields,
    quote,
    shared_fields,
    visible_fields,
    visible_steps,
)
from portal.rules import UNKNOWN
from tests.registry.declared import FORM, form_of, said, service

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
    assert eligible(adult, facts) is True
    assert eligible(adult, facts | {"person": {"age": 17}}) is False
    assert eligible(adult, {"today": "2026-05-01"}) is UNKNOWN
    assert eligible(service(), {}) is True


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
