"""The department of social security, a manifest: who is due a pension, and what it asks."""

from pathlib import Path

import pytest

import providers
from portal.registry.conformance import findings
from portal.registry.discovery import discover, hooks_of
from portal.registry.domain import (
    clean,
    eligibility,
    fits_pattern,
    quote,
    visible_fields,
)
from portal.registry.hooks import Hooks
from portal.registry.words import LANGUAGES, words_in
from portal.rules import UNKNOWN

FOLDER = Path(providers.__path__[0]) / "social_welfare"
MODEST = {
    "marital": "widowed",
    "own_income": {"amount": "24000.00", "currency": "INR"},
    "owns_land": False,
    "other_pension": False,
}


@pytest.fixture(scope="module")
def department():
    return next(provider for provider in discover() if provider.slug == "social-welfare")


@pytest.fixture
def pension(department):
    return department.service("old-age-pension")


def rupees(amount):
    return {"amount": amount, "currency": "INR"}


def due(pension, gender, age, **answers):
    facts = {"person": {"gender": gender, "age": age}}
    return eligibility(pension, facts, {**MODEST, **answers}).answer


def test_it_is_a_manifest_and_nothing_is_wrong_with_it(department):
    assert not list(FOLDER.rglob("*.py"))
    assert findings(department) == ()
    assert hooks_of("social-welfare") == Hooks()


def test_every_word_is_said_in_every_language(department):
    said = [words for _place, words in words_in(department)]
    assert len(said) > 120
    assert all(set(words.texts) == set(LANGUAGES) for words in said)


def test_a_readme_says_what_it_is():
    assert "provider.yaml" in (FOLDER / "README.md").read_text(encoding="utf-8")


@pytest.mark.parametrize(
    ("gender", "age", "answer"),
    [
        ("female", 57, False),
        ("female", 58, True),
        ("male", 64, False),
        ("male", 65, True),
        ("other", 58, True),
    ],
)
def test_the_age_that_counts_hangs_on_the_gender(pension, gender, age, answer):
    assert due(pension, gender, age) is answer


def test_who_is_old_enough_either_way_need_not_say_the_gender(pension):
    assert eligibility(pension, {"person": {"age": 70}}, MODEST).answer is True
    between = eligibility(pension, {"person": {"age": 60}}, MODEST)
    assert (between.answer, between.missing) == (UNKNOWN, ("person.gender",))


@pytest.mark.parametrize(("amount", "answer"), [("60000.00", True), ("60000.01", False)])
def test_an_income_at_the_limit_is_small_enough(pension, amount, answer):
    assert due(pension, "female", 60, own_income=rupees(amount)) is answer


def test_the_incomes_of_both_spouses_count(pension):
    both = {"own_income": rupees("35000.00"), "spouse_income": rupees("25000.01")}
    assert clean(pension.form, {**both, "marital": "married"})["yearly_income"] == rupees(
        "60000.01"
    )
    assert due(pension, "male", 70, **both, marital="married") is False
    assert due(pension, "male", 70, **both, marital="widowed") is True


@pytest.mark.parametrize(
    ("irrigated", "rain_fed", "answer"),
    [("2.5", "5", True), ("2.51", "0", False), ("0", "5.1", False)],
)
def test_land_up_to_the_limits_does_no_harm(pension, irrigated, rain_fed, answer):
    land = {"irrigated_acres": irrigated, "rain_fed_acres": rain_fed}
    assert due(pension, "female", 60, owns_land=True, **land) is answer


def test_who_draws_another_pension_is_not_due_this_one(pension):
    assert due(pension, "female", 60, other_pension=True) is False


def test_what_is_not_known_yet_is_asked_for(pension):
    told = eligibility(pension, {"person": {"gender": "male", "age": 70}}, {})
    assert told.answer is UNKNOWN
    assert "other_pension" in told.missing
    told = eligibility(pension, {"person": {"gender": "male", "age": 40}}, {})
    assert told.answer is False


def test_the_land_record_is_wanted_from_owners_only(pension):
    def asked(**answers):
        return {field.name for field in visible_fields(pension.form, answers)}

    assert "land_record" in asked(owns_land=True)
    assert "land_record" not in asked(owns_land=False)
    assert "spouse_income" not in asked(marital="widowed")


def test_the_bank_account_is_kept_as_an_identity(pension):
    account = pension.form.field("bank_account")
    assert (account.personal, pension.form.field("ifsc").personal) == ("identity", "identity")
    assert fits_pattern(account, "123456789")
    assert not fits_pattern(account, "12345678 9")
    assert fits_pattern(pension.form.field("ifsc"), "SBIN0001234")
    assert not fits_pattern(pension.form.field("ifsc"), "SBIN1001234")


def test_the_pension_is_free_and_renewed_by_a_life_certificate(department, pension):
    assert quote(pension, MODEST) is None
    assert department.service(pension.renewal.service).title.say("en") == "Life certificate"
    assert department.service("life-certificate").renewal.service is None


def test_a_life_certificate_asks_what_changed_only_if_something_did(department):
    form = department.service("life-certificate").form
    asked = {field.name for field in visible_fields(form, {"changed": ["home"]})}
    assert "what_changed" in asked
    assert "what_changed" not in {field.name for field in visible_fields(form, {})}
