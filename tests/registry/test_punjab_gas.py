"""The gas company, a private utility in a manifest: two kinds of customer, and a fee by metres."""

from pathlib import Path

import pytest

import providers
from portal.kernel.money import Money
from portal.registry.conformance import findings
from portal.registry.discovery import discover
from portal.registry.domain import (
    clean,
    fits_pattern,
    is_working,
    quote,
    visible_fields,
    visible_steps,
)
from portal.registry.words import LANGUAGES, words_in
from portal.rules import UNKNOWN

FOLDER = Path(providers.__path__[0]) / "punjab_gas"


@pytest.fixture(scope="module")
def company():
    return next(provider for provider in discover() if provider.slug == "punjab-gas")


@pytest.fixture
def connection(company):
    return company.service("gas-connection")


def asked(service, **answers):
    return {field.name for field in visible_fields(service.form, answers)}


def test_it_is_a_manifest_and_nothing_is_wrong_with_it(company):
    assert not list(FOLDER.rglob("*.py"))
    assert findings(company) == ()


def test_every_word_is_said_in_every_language(company):
    said = [words for _place, words in words_in(company)]
    assert len(said) > 90
    assert all(set(words.texts) == set(LANGUAGES) for words in said)


def test_a_readme_says_what_it_is():
    assert "provider.yaml" in (FOLDER / "README.md").read_text(encoding="utf-8")


def test_it_is_a_private_body_whose_week_has_six_days(company):
    assert company.kind == "private"
    saturday = company.calendar.holidays[0].date.replace(day=19)
    assert is_working(company.calendar, saturday)
    assert not is_working(company.calendar, company.calendar.holidays[0].date)


@pytest.mark.parametrize(
    ("use", "metres", "fee"),
    [
        ("home", 1, "590.00"),
        ("home", 10, "590.00"),
        ("home", 11, "826.00"),
        ("commercial", 10, "4130.00"),
        ("commercial", 25, "7670.00"),
    ],
)
def test_the_fee_counts_the_metres_beyond_ten(connection, use, metres, fee):
    assert quote(connection, {"use": use, "pipe_metres": metres}) == Money.of(fee, "INR")


def test_the_fee_is_not_known_before_the_metres_are(connection):
    assert quote(connection, {"use": "home"}) is UNKNOWN
    assert connection.payment == "with"


def test_what_is_worked_out_cannot_be_sent_in(connection):
    answers = clean(connection.form, {"pipe_metres": 12, "extra_metres": 0})
    assert answers["extra_metres"] == 2
    sent = {"use": "home", "pipe_metres": 12, "extra_metres": 0}
    assert quote(connection, sent) == Money.of("1062.00", "INR")


def test_a_home_is_asked_about_its_kitchen_and_a_business_about_its_trade(connection):
    def steps(**answers):
        return {step.slug for step in visible_steps(connection.form, answers)}

    assert "kitchen" in steps(use="home")
    assert "business" not in steps(use="home")
    assert "business" in steps(use="commercial")
    assert "kitchen" not in steps(use="commercial")
    assert {"trade_licence", "daily_use", "monthly_use"} <= asked(connection, use="commercial")
    assert "floor" in asked(connection, use="home", dwelling="flat")
    assert "floor" not in asked(connection, use="home", dwelling="house")


def test_an_owner_shows_a_deed_and_a_tenant_the_owners_agreement(connection):
    assert "ownership_proof" in asked(connection, tenure="owner")
    tenant = asked(connection, tenure="tenant")
    assert {"owner", "owner_agrees"} <= tenant
    assert "ownership_proof" not in tenant


def test_the_use_of_a_month_follows_from_that_of_a_day(connection):
    answers = clean(connection.form, {"use": "commercial", "daily_use": "12.5"})
    assert float(answers["monthly_use"]) == 375


def test_the_place_is_shown_by_position_photo_or_voice(connection):
    kinds = {field.name: field.kind for field in connection.form.fields}
    assert (kinds["gate"], kinds["meter_place"], kinds["the_way"]) == ("location", "photo", "audio")
    assert not connection.form.field("the_way").required


def test_a_gstin_has_its_pattern(connection):
    gstin = connection.form.field("gstin")
    assert fits_pattern(gstin, "03ABCDE1234F1Z5")
    assert not fits_pattern(gstin, "03abcde1234f1z5")
