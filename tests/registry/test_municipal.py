"""The corporation's three services, filled in as people fill them in."""

from datetime import date
from decimal import Decimal

import pytest

from portal.kernel.money import Money
from portal.registry.conformance import findings
from portal.registry.discovery import load
from portal.registry.domain import (
    clean,
    due_on,
    eligibility,
    failed_checks,
    file_answers,
    fits_pattern,
    look,
    missing_fields,
    quote,
    visible_fields,
    visible_steps,
)
from portal.registry.words import words_in
from portal.rules import UNKNOWN
from providers import municipal

PHOTO = {"file": "01", "name": "a.jpg", "type": "image/jpeg", "bytes": 3, "sha256": "00"}


@pytest.fixture(scope="module")
def corporation():
    return load(municipal)


@pytest.fixture
def birth(corporation):
    return corporation.service("birth-certificate-copy")


@pytest.fixture
def trade(corporation):
    return corporation.service("trade-licence")


@pytest.fixture
def water(corporation):
    return corporation.service("water-connection")


def rupees(amount):
    return Money.of(amount, "INR")


def lacks(service, answers):
    return [field.name for field in missing_fields(service.form, answers)]


def asked(service, **answers):
    return {field.name for field in visible_fields(service.form, answers)}


def wanted(service, **answers):
    names = asked(service, **answers)
    return {document.name for document in service.documents if document.name in names}


def wrong(service, **answers):
    return [field.name for field in failed_checks(service.form, answers)]


def test_nothing_is_wrong_with_it(corporation):
    assert findings(corporation) == ()


@pytest.mark.parametrize(
    ("code", "first", "last"),
    [("pa", "਀", "੿"), ("hi", "ऀ", "ॿ"), ("pa_Arab", "؀", "ۿ"), ("ur", "؀", "ۿ")],
)
def test_each_language_is_written_in_its_own_script(corporation, code, first, last):
    said = list(words_in(corporation))
    assert len(said) > 350
    for place, words in said:
        assert any(first <= letter <= last for letter in words.say(code)), place


def test_the_two_languages_of_one_script_are_not_copies(corporation):
    for one, other in (("pa", "hi"), ("pa_Arab", "ur")):
        pairs = [(words.say(one), words.say(other)) for _place, words in words_in(corporation)]
        assert sum(left != right for left, right in pairs) > len(pairs) * 2 / 3


def test_a_promise_jumps_over_the_holidays_of_the_state(corporation, trade):
    # Good Friday, the birthday of Guru Nabha Dass, and Vaisakhi lie between.
    assert due_on(corporation.calendar, date(2026, 4, 1), trade.promise) == date(2026, 4, 22)


# The birth certificate


BY_NUMBER = {"known": "number", "registered_on": "2016-05-02", "delivery": "download", "copies": 1}


@pytest.mark.parametrize(
    ("changed", "fee"),
    [
        ({}, "30.00"),
        ({"copies": 3}, "70.00"),
        ({"copies": 20, "delivery": "post"}, "455.00"),
        ({"delivery": "counter"}, "30.00"),
        ({"registered_on": "2005-01-01"}, "30.00"),
        ({"registered_on": "2004-12-31"}, "80.00"),
        ({"registered_on": "1970-01-01"}, "80.00"),
        ({"registered_on": "1969-12-31", "copies": 2, "delivery": "post"}, "195.00"),
    ],
)
def test_a_copy_costs_by_number_age_of_the_record_and_post(birth, changed, fee):
    assert quote(birth, {**BY_NUMBER, **changed}) == rupees(fee)


@pytest.mark.parametrize(
    ("day", "fee"),
    [
        ({"day_known": True, "born_on": "1999-08-14"}, "80.00"),
        ({"day_known": True, "born_on": "2011-08-14"}, "30.00"),
        ({"day_known": False, "born_in": "2005-01"}, "30.00"),
        ({"day_known": False, "born_in": "1970-01"}, "80.00"),
        ({"day_known": False, "born_in": "1964-07"}, "130.00"),
    ],
)
def test_a_search_by_names_costs_by_the_day_or_the_month_of_birth(birth, day, fee):
    answers = {"known": "names", "copies": 1, "delivery": "counter", **day}
    assert quote(birth, answers) == rupees(fee)


@pytest.mark.parametrize("left_out", ["known", "registered_on", "delivery", "copies"])
def test_the_fee_of_a_copy_waits_for_the_answers_it_needs(birth, left_out):
    answers = {name: answer for name, answer in BY_NUMBER.items() if name != left_out}
    assert quote(birth, answers) is UNKNOWN


def test_the_fee_for_the_search_is_worked_out_whatever_somebody_sends(birth):
    free = {"search_fee": {"amount": "0.00", "currency": "INR"}}
    kept = clean(birth.form, {**BY_NUMBER, "registered_on": "1950-01-01", **free})
    assert kept["search_fee"] == {"amount": "100.00", "currency": "INR"}


def test_somebody_who_knows_the_number_is_asked_no_names(birth):
    names = {"mother", "father", "sex", "born_at", "day_known"}
    assert names.isdisjoint(asked(birth, known="number"))
    assert names <= asked(birth, known="names")
    assert "registration_number" not in asked(birth, known="names")


def test_the_month_is_asked_when_nobody_knows_the_day(birth):
    assert "born_in" in asked(birth, known="names", day_known=False)
    assert "born_on" not in asked(birth, known="names", day_known=False)
    assert "born_in" not in asked(birth, known="names", day_known=True)
    # An answer to a question that is no longer asked brings nothing back.
    assert "born_in" not in asked(birth, known="number", day_known=False)


def test_the_address_is_asked_for_copies_by_post(birth):
    assert "post_to" in asked(birth, delivery="post")
    assert "post_to" not in asked(birth, delivery="download")


@pytest.mark.parametrize(
    ("relation", "paper"),
    [("self", None), ("child", None), ("ward", "guardian_proof"), ("other", "permission")],
)
def test_who_asks_for_another_shows_that_they_may(birth, relation, paper):
    own = {"identity_proof", "earlier_certificate"}
    assert wanted(birth, relation=relation) == (own | {paper} if paper else own)


@pytest.mark.parametrize(("number", "fits"), [("1427/2016", True), ("7-1988", True), ("14", False)])
def test_a_registration_number_ends_with_its_year(birth, number, fits):
    assert fits_pattern(birth.form.field("registration_number"), number) is fits


def test_a_whole_request_for_a_certificate_lacks_nothing(birth):
    answers = {
        **{name: answer for name, answer in BY_NUMBER.items() if name != "registered_on"},
        "known": "names",
        "relation": "child",
        "applicant": "Asha Devi",
        "phone": "+919876500001",
        "aadhaar": "234123412346",
        "born_name": "Simran",
        "day_known": False,
        "born_in": "2019-11",
        "sex": "female",
        "mother": "Asha Devi",
        "born_at": "hospital",
        "hospital": "Civil Hospital",
        "script": "punjabi",
        "identity_proof": PHOTO,
        "true_statement": True,
    }
    assert lacks(birth, answers) == []
    assert quote(birth, answers) == rupees("30.00")
    assert lacks(birth, {**answers, "day_known": True}) == ["born_on"]


# The trade licence


SHOP = {"request": "new", "trade": "shop", "hazardous": False, "floor_area": "18.0", "years": 1}


@pytest.mark.parametrize(
    ("changed", "fee"),
    [
        ({}, "600.00"),
        ({"floor_area": "20"}, "600.00"),
        ({"floor_area": "20.1"}, "1100.00"),
        ({"floor_area": "100.0"}, "1100.00"),
        ({"floor_area": "100.1"}, "2100.00"),
        ({"years": 3}, "1600.00"),
        ({"hazardous": True}, "850.00"),
        ({"trade": "services"}, "500.00"),
        ({"trade": "eatery", "floor_area": "80", "years": 3}, "4900.00"),
        ({"trade": "storage", "floor_area": "50", "hazardous": True, "years": 2}, "4300.00"),
        ({"trade": "workshop", "floor_area": "300", "hazardous": True, "years": 2}, "12100.00"),
    ],
)
def test_a_licence_costs_by_kind_area_danger_and_years(trade, changed, fee):
    assert quote(trade, {**SHOP, **changed}) == rupees(fee)


def test_an_eatery_is_not_asked_about_danger_and_does_not_pay_for_it(trade):
    eatery = {**SHOP, "trade": "eatery"}
    assert quote(trade, {**eatery, "hazardous": True}) == rupees("900.00")
    assert "hazardous" not in asked(trade, **eatery)


def test_who_paid_ahead_renews_for_the_application_fee(trade):
    renewal = {**SHOP, "request": "renewal"}
    assert quote(trade, {**renewal, "paid_ahead": True}) == rupees("100.00")
    assert quote(trade, {**renewal, "paid_ahead": False, "years": 2}) == rupees("1100.00")
    assert "years" not in asked(trade, request="renewal", paid_ahead=True)


@pytest.mark.parametrize("left_out", ["request", "trade", "hazardous", "floor_area", "years"])
def test_the_fee_of_a_licence_waits_for_the_answers_it_needs(trade, left_out):
    answers = {name: answer for name, answer in SHOP.items() if name != left_out}
    assert quote(trade, answers) is UNKNOWN


def test_the_fee_for_one_year_stands_among_the_answers(trade):
    kept = clean(trade.form, {**SHOP, "years": 3})
    assert kept["yearly_fee"] == {"amount": "500.00", "currency": "INR"}


def test_a_licence_is_paid_before_and_is_good_for_a_year(trade):
    assert trade.payment == "before"
    assert (trade.renewal.months, trade.renewal.remind_days) == (12, 30)
    assert trade.renewal.service is None


def test_a_licence_asks_in_five_steps(trade):
    assert [step.slug for step in visible_steps(trade.form, {})] == [
        "business",
        "premises",
        "owners",
        "papers",
        "years",
    ]


@pytest.mark.parametrize(
    ("answers", "questions"),
    [
        ({"request": "renewal"}, {"old_licence", "paid_ahead", "old_licence_copy"}),
        ({"trade": "shop", "food": True}, {"food_licence", "food_paper"}),
        ({"trade": "eatery"}, {"food_licence", "food_paper"}),
        ({"trade": "shop", "hazardous": True}, {"hazards", "fire_certificate"}),
        ({"employees": 10}, {"labour_number"}),
        ({"employees": 9}, set()),
        ({"tenure": "rented"}, {"landlord", "landlord_phone", "rent_until", "rent_deed"}),
        ({"tenure": "own"}, {"ownership_proof"}),
        ({"constitution": "single"}, set()),
        ({"constitution": "partnership"}, {"partners", "total_share", "partnership_deed"}),
        (
            {"constitution": "company"},
            {"company_name", "company_number", "incorporation"},
        ),
    ],
)
def test_an_answer_brings_its_own_questions_and_papers(trade, answers, questions):
    always = asked(trade) | {"food", "hazardous"}
    assert asked(trade, **answers) - always == questions


@pytest.mark.parametrize(
    ("answers", "papers"),
    [
        ({"trade": "services", "floor_area": "40"}, set()),
        ({"trade": "services", "floor_area": "251"}, {"fire_certificate"}),
        ({"trade": "eatery", "floor_area": "50"}, {"food_paper"}),
        ({"trade": "eatery", "floor_area": "51"}, {"food_paper", "fire_certificate"}),
        ({"trade": "workshop", "floor_area": "51"}, {"pollution_consent"}),
        (
            {"trade": "shop", "hazardous": True, "hazards": ["fireworks"]},
            {"fire_certificate", "explosives_licence"},
        ),
        (
            {"trade": "storage", "hazardous": True, "hazards": ["chemicals", "pesticides"]},
            {"fire_certificate", "pollution_consent"},
        ),
    ],
)
def test_papers_follow_from_what_is_kept_and_how_large_the_place_is(trade, answers, papers):
    assert wanted(trade, **answers) == {"identity_proof"} | papers


def partner(share, **more):
    row = {
        "partner_name": "Harpreet Kaur",
        "partner_father": "Balwant Singh",
        "share": share,
        "partner_abroad": False,
        "partner_aadhaar": "234567890124",
        "partner_phone": "+919812345678",
        "partner_paper": PHOTO,
    }
    return {**row, **more}


def firm(*shares):
    return {"constitution": "partnership", "partners": [partner(share) for share in shares]}


@pytest.mark.parametrize("shares", [("50", "50"), ("33.34", "33.33", "33.33"), ("99.99", "0.01")])
def test_shares_that_add_up_to_a_hundred_pass(trade, shares):
    assert wrong(trade, **firm(*shares)) == []
    assert Decimal(clean(trade.form, firm(*shares))["total_share"]) == 100


@pytest.mark.parametrize(
    "shares",
    [("60", "30"), ("60", "60"), ("33.33", "33.33", "33.33"), ("100",), ("99.99", "0.02")],
)
def test_shares_that_do_not_add_up_are_told_at_the_partners(trade, shares):
    assert wrong(trade, **firm(*shares)) == ["partners"]


def test_nobody_is_told_of_shares_before_all_are_given(trade):
    answers = firm("60", "30")
    del answers["partners"][1]["share"]
    assert wrong(trade, **answers) == []
    assert "total_share" not in clean(trade.form, answers)
    assert "partners" in lacks(trade, answers)


def test_a_partnership_of_nobody_is_missing_its_partners(trade):
    assert "partners" in lacks(trade, {"constitution": "partnership", "partners": []})


def test_nine_partners_are_one_too_many(trade):
    assert wrong(trade, **firm(*["12.5"] * 8)) == []
    assert wrong(trade, **firm(*["12"] * 8, "4")) == ["partners"]


def test_a_partner_who_lives_abroad_gives_a_passport_number(trade):
    answers = firm("50", "50")
    answers["partners"][1] |= {"partner_abroad": True, "partner_passport": "M1234567"}
    here, abroad = look(trade.form, answers).rows["partners"]
    assert {field.name for field in here.asked} ^ {field.name for field in abroad.asked} == {
        "partner_aadhaar",
        "partner_passport",
    }
    assert "partner_aadhaar" not in clean(trade.form, answers)["partners"][1]


def test_partners_of_a_business_of_one_count_for_nothing(trade):
    answers = {**firm("60", "60"), "constitution": "single"}
    assert wrong(trade, **answers) == []
    assert "partners" not in clean(trade.form, answers)


def test_the_files_of_partners_are_found_with_their_rows(trade):
    answers = {**firm("50", "50"), "shop_front": PHOTO}
    assert [path for path, _ in file_answers(trade.form, answers)] == [
        "shop_front",
        "partners.0.partner_paper",
        "partners.1.partner_paper",
    ]


def test_a_whole_application_for_a_licence_lacks_nothing(trade):
    answers = {
        **SHOP,
        **firm("70", "30"),
        "trade_name": "Kaur Cloth House",
        "goods": "Cloth and shawls",
        "opens_in": "2027-01",
        "food": False,
        "employees": 3,
        "premises": {"line": "Shop 7", "area": "IN-PB", "postal_code": None},
        "spot": {"latitude": "30.9", "longitude": "75.85", "accuracy": 20, "area": None},
        "shop_front": PHOTO,
        "tenure": "own",
        "applicant": "Asha Devi",
        "guardian": "Ram Lal",
        "phone": "+919876500001",
        "aadhaar": "234123412346",
        "identity_proof": PHOTO,
        "ownership_proof": PHOTO,
        "partnership_deed": PHOTO,
        "public_way": True,
        "true_statement": True,
    }
    assert lacks(trade, answers) == []
    assert wrong(trade, **answers) == []
    assert quote(trade, answers) == rupees("600.00")
    assert lacks(trade, {**answers, "tenure": "rented"}) == [
        "landlord",
        "landlord_phone",
        "rent_until",
        "rent_deed",
    ]


@pytest.mark.parametrize(
    ("facts", "may"),
    [({"person": {"age": 18}}, True), ({"person": {"age": 17}}, False), ({}, UNKNOWN)],
)
def test_a_licence_is_for_grown_ups(trade, facts, may):
    assert eligibility(trade, facts, {}).answer is may


# The water connection


HOME = {"use": "home", "homes": 1, "pipe": "mm15", "sewer": False, "road_cut": False}


def cut(surface, metres):
    return {"road_cut": True, "surface": surface, "road_metres": metres}


@pytest.mark.parametrize(
    ("changed", "fee"),
    [
        ({}, "1000.00"),
        ({"sewer": True}, "1300.00"),
        ({"pipe": "mm20", "sewer": True, **cut("tar", "4.5")}, "4950.00"),
        ({**cut("earth", "0.5")}, "1025.00"),
        ({"use": "trade", "pipe": "mm25"}, "6000.00"),
        ({"use": "industry", "pipe": "mm40", **cut("concrete", "10")}, "26500.00"),
        ({"use": "institution", "pipe": "mm20", **cut("earth", "2")}, "3100.00"),
        ({"use": "building", **cut("brick", "6")}, "5100.00"),
    ],
)
def test_a_connection_costs_by_pipe_use_and_road(water, changed, fee):
    assert quote(water, {**HOME, **changed}) == rupees(fee)


def test_a_road_that_is_not_cut_costs_nothing(water):
    kept = clean(water.form, {**HOME, **cut("tar", "9"), "road_cut": False})
    assert kept["road_charge"] == {"amount": "0.00", "currency": "INR"}
    assert {"surface", "road_metres"}.isdisjoint(kept)


@pytest.mark.parametrize("left_out", ["use", "pipe", "sewer", "road_cut"])
def test_the_fee_of_a_connection_waits_for_the_answers_it_needs(water, left_out):
    answers = {name: answer for name, answer in HOME.items() if name != left_out}
    assert quote(water, answers) is UNKNOWN


def test_a_connection_is_paid_when_it_is_approved(water):
    assert water.payment == "after"


@pytest.mark.parametrize(
    ("use", "homes", "pipe", "fits"),
    [
        ("home", 1, "mm20", True),
        ("home", 3, "mm25", False),
        ("home", 4, "mm25", True),
        ("trade", None, "mm40", True),
    ],
)
def test_a_small_home_gets_a_thin_pipe(water, use, homes, pipe, fits):
    answers = {"use": use, "pipe": pipe} | ({"homes": homes} if homes else {})
    assert wrong(water, **answers) == ([] if fits else ["pipe"])


@pytest.mark.parametrize(
    ("answers", "questions"),
    [
        ({"use": "home"}, {"homes"}),
        ({"use": "trade"}, {"daily_litres"}),
        ({"use": "building"}, {"works_end", "building_plan"}),
        ({"has_plumber": True}, {"plumber", "plumber_licence", "plumber_phone"}),
        ({"road_cut": True}, {"surface", "road_metres", "road_photo"}),
        ({"tenure": "own"}, {"ownership_proof"}),
        ({"tenure": "rented"}, {"owner", "owner_phone", "rent_deed", "owner_consent"}),
    ],
)
def test_a_connection_asks_what_follows_from_an_answer(water, answers, questions):
    assert asked(water, **answers) - asked(water) == questions


def test_the_way_may_be_told_aloud_or_not_at_all(water):
    directions = water.form.field("directions")
    assert directions.kind == "audio"
    assert directions.name not in lacks(water, {})
