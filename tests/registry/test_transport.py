"""The transport department's two services, filled in as people fill them in."""

import pytest

from portal.kernel.money import Money
from portal.registry.conformance import findings
from portal.registry.discovery import discover
from portal.registry.domain import eligibility, failed_checks, priced, quote, visible_fields
from portal.rules import UNKNOWN


@pytest.fixture(scope="module")
def transport():
    return next(provider for provider in discover() if provider.slug == "transport")


@pytest.fixture
def learner(transport):
    return transport.service("learners-licence")


@pytest.fixture
def renewal(transport):
    return transport.service("driving-licence-renewal")


def asked(service, **answers):
    return {field.name for field in visible_fields(service.form, answers)}


def test_nothing_is_wrong_with_it(transport):
    assert findings(transport) == ()


def test_the_fee_goes_by_the_kinds_of_vehicle(learner):
    assert quote(learner, {"vehicles": ["car", "tractor"]}) == Money.of("350.00", "INR")
    assert quote(learner, {}) is UNKNOWN


def test_who_is_under_18_on_the_day_of_the_test_needs_a_guardian(learner):
    assert "guardian_consent" in asked(learner, born="2009-12-10", test_day="2027-12-09")
    assert "guardian_consent" not in asked(learner, born="2009-12-10", test_day="2027-12-10")


@pytest.mark.parametrize(
    ("born", "vehicles", "wrong"),
    [
        ("2010-01-01", ["moped"], []),
        ("2010-01-01", ["moped", "car"], ["vehicles"]),
        ("2011-06-01", ["moped"], ["vehicles"]),
        ("2000-01-01", ["car", "transport"], []),
    ],
)
def test_what_may_be_learnt_at_which_age(learner, born, vehicles, wrong):
    answers = {"born": born, "test_day": "2027-01-15", "vehicles": vehicles}
    assert [field.name for field in failed_checks(learner.form, answers)] == wrong


def test_a_doctor_is_asked_for_when_health_age_or_vehicle_says_so(learner):
    well = {"born": "2000-01-01", "test_day": "2027-01-15", "vehicles": ["car"]}
    well |= {"sees_well": True, "fits": False}
    for worse in ({"fits": True}, {"sees_well": False}, {"vehicles": ["transport"]}):
        assert "medical_certificate" in asked(learner, **well | worse)
    assert "medical_certificate" in asked(learner, **well | {"born": "1980-01-01"})
    assert "medical_certificate" not in asked(learner, **well)


@pytest.mark.promise("B3")
def test_the_rule_says_who_may_learn(learner):
    facts = {"today": "2026-11-22", "person": {"age": 15}}
    assert eligibility(learner, facts, {}).answer is False
    assert eligibility(learner, {"today": "2026-11-22", "person": {}}, {}).answer is UNKNOWN


@pytest.mark.parametrize(
    ("lateness", "years", "lost", "fee"),
    [
        ("not_yet", None, False, "200.00"),
        ("a_month", None, True, "400.00"),
        ("a_year", None, False, "500.00"),
        ("longer", 2, False, "2500.00"),
        ("longer", 1, True, "1700.00"),
    ],
)
def test_a_late_renewal_costs_more(renewal, lateness, years, lost, fee):
    answers = {"lateness": lateness, "years_late": years, "lost": lost}
    given = {name: value for name, value in answers.items() if value is not None}
    assert quote(renewal, given) == Money.of(fee, "INR")


def test_each_part_of_a_late_renewal_has_its_line(renewal):
    late = {"lateness": "longer", "years_late": 3, "lost": True}
    assert [(line.slug, line.amount.amount) for line in priced(renewal, late).lines] == [
        ("lost", "400.00"),
        ("late", "300.00"),
        ("years-late", "3000.00"),
    ]


def test_what_is_issued_is_to_be_renewed(learner, renewal):
    assert (learner.renewal.months, learner.renewal.remind_days) == (6, 30)
    assert (renewal.renewal.months, renewal.renewal.remind_days) == (120, 60)
