"""The passport office's appointment, filled in for people of every age."""

from datetime import date

import pytest

from portal.kernel.money import Money
from portal.registry.conformance import findings
from portal.registry.discovery import load
from portal.registry.domain import (
    clean,
    due_on,
    failed_checks,
    fits_pattern,
    is_working,
    missing_fields,
    quote,
    visible_fields,
    visible_steps,
)
from portal.registry.words import words_in
from portal.rules import UNKNOWN
from providers import passport

VISIT = {"visit": "2027-03"}
ADULT = {**VISIT, "born": "1997-03-01", "booklet": "pages36", "tatkal": False}
TEN, FIVE, SIXTY, OLD = "2017-01-10", "2022-01-10", "1966-05-05", "1961-05-05"


@pytest.fixture(scope="module")
def office():
    return load(passport)


@pytest.fixture
def appointment(office):
    return office.service("passport-appointment")


def asked(service, **answers):
    return {field.name for field in visible_fields(service.form, answers)}


def steps(service, **answers):
    return [step.slug for step in visible_steps(service.form, answers)]


def first(**changed):
    return {**ADULT, "request": "new", **changed}


def another(reason, **changed):
    return {**ADULT, "request": "reissue", "reason": reason, **changed}


def test_nothing_is_wrong_with_it(office):
    assert findings(office) == ()


@pytest.mark.parametrize(
    ("code", "low", "high"),
    [("pa", "਀", "੿"), ("hi", "ऀ", "ॿ"), ("pa_Arab", "؀", "ۿ"), ("ur", "؀", "ۿ")],
)
def test_each_language_is_written_in_its_own_script(office, code, low, high):
    said = list(words_in(office))
    assert len(said) > 200
    for place, words in said:
        assert any(low <= letter <= high for letter in words.say(code)), place


def test_it_rests_on_the_holidays_of_the_central_government(office, appointment):
    assert not is_working(office.calendar, date(2026, 6, 26))
    assert is_working(office.calendar, date(2026, 6, 18))
    assert due_on(office.calendar, date(2026, 9, 30), appointment.promise) == date(2026, 11, 13)


@pytest.mark.parametrize(
    ("answers", "fee"),
    [
        (first(), "1500.00"),
        (first(booklet="pages60"), "2000.00"),
        (first(booklet="pages60", tatkal=True), "4000.00"),
        (first(born=TEN), "1000.00"),
        (first(born=FIVE), "900.00"),
        (first(born=FIVE, tatkal=True), "2900.00"),
        (first(born=SIXTY), "1500.00"),
        (first(born=OLD), "1350.00"),
        (another("expired"), "1500.00"),
        (another("expired", born=OLD), "1500.00"),
        (another("full", booklet="pages60"), "2000.00"),
        (another("change", tatkal=True), "3500.00"),
        (another("lost"), "3000.00"),
        (another("lost", booklet="pages60"), "3500.00"),
        (another("damaged", tatkal=True), "5000.00"),
        (another("damaged", born=TEN), "3000.00"),
    ],
)
def test_a_passport_costs_by_kind_age_booklet_and_urgency(appointment, answers, fee):
    assert quote(appointment, answers) == Money.of(fee, "INR")


def test_a_lost_passport_is_never_urgent(appointment):
    assert "tatkal" not in asked(appointment, **another("lost"))
    assert quote(appointment, another("lost", tatkal=True)) == Money.of("3000.00", "INR")


@pytest.mark.parametrize("left_out", ["visit", "born", "request", "booklet", "tatkal"])
def test_the_fee_waits_for_the_answers_it_needs(appointment, left_out):
    answers = {name: answer for name, answer in first().items() if name != left_out}
    assert quote(appointment, answers) is UNKNOWN


def test_it_is_paid_before_the_appointment_is_given(appointment):
    assert appointment.payment == "before"


@pytest.mark.parametrize(
    ("born", "age"), [("2009-03-01", 18), ("2009-03-02", 17), ("2026-05-01", 0)]
)
def test_the_age_is_that_of_the_month_of_the_appointment(appointment, born, age):
    assert clean(appointment.form, {**VISIT, "born": born, "age": 40})["age"] == age


def test_nobody_has_an_age_before_both_are_known(appointment):
    assert "age" not in clean(appointment.form, {"born": "2009-03-01"})


def test_a_grown_up_goes_through_six_steps(appointment):
    assert steps(appointment, **first()) == [
        "appointment",
        "passport",
        "you",
        "family",
        "home",
        "papers",
    ]


def test_a_child_and_an_old_passport_have_steps_of_their_own(appointment):
    assert steps(appointment, **another("expired", born=TEN)) == [
        "appointment",
        "passport",
        "you",
        "family",
        "child",
        "home",
        "old-passport",
        "papers",
    ]


def test_a_child_is_not_asked_what_only_grown_ups_have(appointment):
    for_adults = {"booklet", "education", "employment", "married", "criminal_case", "citizen"}
    assert for_adults <= asked(appointment, **first())
    assert for_adults.isdisjoint(asked(appointment, **first(born=TEN)))


@pytest.mark.parametrize(
    ("answers", "questions"),
    [
        ({"applying_parent": "both"}, set()),
        ({"applying_parent": "guardian"}, {"guardian", "guardian_proof"}),
        ({"applying_parent": "mother"}, {"other_agrees"}),
        ({"applying_parent": "father", "other_agrees": True}, {"other_agrees", "consent_letter"}),
        ({"applying_parent": "mother", "other_agrees": False}, {"other_agrees", "no_consent"}),
        ({"parent_has_passport": True}, {"parent_passport"}),
    ],
)
def test_who_comes_with_a_child_says_what_is_needed(appointment, answers, questions):
    child = first(born=TEN)
    assert asked(appointment, **child, **answers) - asked(appointment, **child) == questions


def test_only_the_smallest_bring_a_photo(appointment):
    assert "portrait" in asked(appointment, **first(born="2024-01-01"))
    assert "portrait" not in asked(appointment, **first(born=FIVE))


@pytest.mark.parametrize(
    ("reason", "questions"),
    [
        ("expired", {"old_passport", "tatkal"}),
        ("change", {"old_passport", "tatkal", "changes"}),
        ("lost", {"lost_on", "lost_how", "police_report", "loss_report"}),
    ],
)
def test_a_reason_brings_its_own_questions(appointment, reason, questions):
    base = {**ADULT, "request": "reissue"}
    assert asked(appointment, **another(reason)) - asked(appointment, **base) == questions


@pytest.mark.parametrize(
    ("changes", "proof"),
    [(["address"], False), (["looks"], False), (["address", "spouse"], True), (["name"], True)],
)
def test_a_change_of_name_or_family_is_proved(appointment, changes, proof):
    names = asked(appointment, **another("change", changes=changes))
    assert ("change_proof" in names) is proof


def test_a_whole_application_for_a_child_lacks_nothing(appointment):
    paper = {"file": "01", "name": "a.pdf", "type": "application/pdf", "bytes": 3, "sha256": "00"}
    answers = {
        "office": "van",
        "visit": "2027-03",
        "request": "new",
        "born": TEN,
        "tatkal": False,
        "given_name": "Simran",
        "had_other_name": False,
        "gender": "female",
        "birthplace": "Nadipur City",
        "born_in_india": True,
        "father": "Ram Lal",
        "mother": "Asha Devi",
        "applying_parent": "mother",
        "parent_has_passport": False,
        "other_agrees": True,
        "consent_letter": paper,
        "parents_consent": True,
        "home": {"line": "House 12", "area": "IN-PB", "postal_code": None},
        "lived_since": "2017-01",
        "police_station": "City Kotwali",
        "phone": "+919876500001",
        "emergency_name": "Ram Lal",
        "emergency_phone": "+919876500002",
        "birth_proof": paper,
        "address_proof": paper,
        "citizen_child": True,
        "true_statement": True,
    }
    assert missing_fields(appointment.form, answers) == ()
    assert quote(appointment, answers) == Money.of("1000.00", "INR")
    grown_up = missing_fields(appointment.form, {**answers, "born": "1990-01-01"})
    assert [field.name for field in grown_up] == [
        "booklet",
        "education",
        "employment",
        "married",
        "criminal_case",
        "citizen",
    ]


@pytest.mark.parametrize(("since", "earlier"), [("2026-04", True), ("2026-03", False)])
def test_an_earlier_home_is_asked_for_after_a_move(appointment, since, earlier):
    names = asked(appointment, **first(lived_since=since))
    assert ("earlier_home" in names) is earlier


def test_the_court_is_asked_for_when_there_is_a_case(appointment):
    assert "criminal_details" in asked(appointment, **first(criminal_case=True))
    assert "criminal_details" not in asked(appointment, **first(criminal_case=False))


def test_proof_of_urgency_is_for_illness(appointment):
    urgent = first(tatkal=True)
    assert "urgent_proof" in asked(appointment, **urgent, urgent_reason="medical")
    assert "urgent_proof" not in asked(appointment, **urgent, urgent_reason="work")


def test_a_passport_that_ends_before_it_was_issued_is_told(appointment):
    dates = {"old_issued": "2017-05-01", "old_expires": "2016-05-01"}
    assert [
        field.name for field in failed_checks(appointment.form, another("expired", **dates))
    ] == ["old_expires"]
    dates["old_expires"] = "2027-04-30"
    assert failed_checks(appointment.form, another("expired", **dates)) == ()


@pytest.mark.parametrize(
    ("number", "fits"), [("M1234567", True), ("m1234567", False), ("M123456", False)]
)
def test_a_passport_number_is_a_letter_and_seven_digits(appointment, number, fits):
    assert fits_pattern(appointment.form.field("old_number"), number) is fits
