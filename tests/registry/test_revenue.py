"""The revenue department's two services, filled in as people fill them in."""

from datetime import date, timedelta

import pytest

from portal.kernel.money import Money
from portal.registry.conformance import findings
from portal.registry.discovery import discover
from portal.registry.domain import (
    due_on,
    failed_checks,
    fits_pattern,
    is_working,
    quote,
    visible_fields,
    visible_steps,
)
from portal.registry.words import LANGUAGES, words_in
from portal.rules import UNKNOWN


@pytest.fixture(scope="module")
def revenue():
    return next(provider for provider in discover() if provider.slug == "revenue")


@pytest.fixture
def income(revenue):
    return revenue.service("income-certificate")


@pytest.fixture
def land(revenue):
    return revenue.service("land-record-copy")


def rupees(amount):
    return {"amount": amount, "currency": "INR"}


def asked(service, **answers):
    return {field.name for field in visible_fields(service.form, answers)}


def wanted(service, **answers):
    names = asked(service, **answers)
    return [document.name for document in service.documents if document.name in names]


def test_nothing_is_wrong_with_it(revenue):
    assert findings(revenue) == ()


def test_every_word_is_said_in_every_language(revenue):
    said = [words for _place, words in words_in(revenue)]
    assert len(said) > 200
    assert all(set(words.texts) == set(LANGUAGES) for words in said)


@pytest.mark.parametrize(
    ("code", "first", "last"),
    [("pa", "਀", "੿"), ("hi", "ऀ", "ॿ"), ("pa_Arab", "؀", "ۿ"), ("ur", "؀", "ۿ")],
)
def test_each_language_is_written_in_its_own_script(revenue, code, first, last):
    for place, words in words_in(revenue):
        assert any(first <= letter <= last for letter in words.say(code)), place


def test_the_two_languages_of_one_script_are_not_copies(revenue):
    for one, other in (("pa", "hi"), ("pa_Arab", "ur")):
        pairs = [(words.say(one), words.say(other)) for _place, words in words_in(revenue)]
        assert sum(left != right for left, right in pairs) > len(pairs) * 2 / 3


def test_an_income_certificate_is_free_and_has_four_steps(income):
    assert quote(income, {}) is None
    assert [step.slug for step in visible_steps(income.form, {})] == [
        "you",
        "income",
        "family",
        "papers",
    ]


@pytest.mark.parametrize(
    ("occupation", "questions"),
    [
        ("salaried", {"employer", "monthly_salary", "income_proof"}),
        ("farmer", {"acres", "farm_income"}),
        ("business", {"business", "business_income", "income_proof"}),
        ("labour", {"daily_wage"}),
        ("none", set()),
    ],
)
def test_each_occupation_is_asked_its_own_questions(income, occupation, questions):
    assert asked(income, occupation=occupation) - asked(income) == questions


def test_proof_of_income_is_for_those_who_can_have_one(income):
    assert wanted(income, occupation="farmer") == ["identity_proof", "residence_proof"]
    assert "income_proof" in wanted(income, occupation="salaried")


def test_other_income_is_asked_for_when_there_is_some(income):
    assert "other_income_amount" in asked(income, other_income=True)
    assert "other_income_amount" not in asked(income, other_income=False)


@pytest.mark.parametrize(
    ("own", "family", "fits"),
    [
        ({"occupation": "salaried", "monthly_salary": rupees("20000.00")}, "240000.00", True),
        ({"occupation": "salaried", "monthly_salary": rupees("20000.00")}, "239999.99", False),
        ({"occupation": "farmer", "farm_income": rupees("90000.00")}, "90000.00", True),
        ({"occupation": "farmer", "farm_income": rupees("90000.00")}, "1.00", False),
        ({"occupation": "business", "business_income": rupees("90000.00")}, "1.00", False),
        ({"occupation": "labour", "daily_wage": rupees("500.00")}, "0.00", True),
        ({"occupation": "none"}, "0.00", True),
    ],
)
def test_a_family_earns_no_less_than_one_of_it(income, own, family, fits):
    wrong = failed_checks(income.form, {**own, "family_income": rupees(family)})
    assert [field.name for field in wrong] == ([] if fits else ["family_income"])


@pytest.mark.parametrize(
    ("pages", "kind", "fee"),
    [
        (1, "plain", "20.00"),
        (3, "plain", "30.00"),
        (1, "certified", "45.00"),
        (100, "certified", "540.00"),
    ],
)
def test_a_land_record_costs_by_its_pages(land, pages, kind, fee):
    assert quote(land, {"pages": pages, "certified": kind}) == Money.of(fee, "INR")


def test_a_land_record_is_paid_at_the_counter_afterwards(land):
    assert quote(land, {"pages": 2}) is UNKNOWN
    assert land.payment == "after"


def test_a_land_record_needs_no_document(land):
    assert wanted(land) == []
    assert [step.slug for step in visible_steps(land.form, {})] == ["land", "copy", "collect"]


def test_the_year_is_asked_for_an_earlier_record(land):
    assert "year" in asked(land, latest=False)
    assert "year" not in asked(land, latest=True)


@pytest.mark.parametrize("number", ["112", "45//12/2", "112, 113", "12-14", "45//12/2, 45//13"])
def test_numbers_are_taken_as_they_stand_on_the_record(land, number):
    assert fits_pattern(land.form.field("number"), number)


@pytest.mark.parametrize("number", ["", "khasra 12", "12,", "12///3", "१२"])
def test_what_is_no_number_of_a_record_is_not_taken(land, number):
    assert not fits_pattern(land.form.field("number"), number)


def test_a_promise_jumps_over_the_holidays(revenue, income, land):
    assert due_on(revenue.calendar, date(2026, 3, 20), land.promise) == date(2026, 3, 27)
    assert due_on(revenue.calendar, date(2026, 12, 24), land.promise) == date(2026, 12, 31)
    assert due_on(revenue.calendar, date(2026, 8, 3), income.promise) == date(2026, 8, 24)


@pytest.mark.parametrize("year", [2026, 2027])
def test_a_year_has_a_credible_number_of_working_days(revenue, year):
    days = [date(year, 1, 1) + timedelta(days=n) for n in range(365)]
    assert 225 <= sum(is_working(revenue.calendar, day) for day in days) <= 245
