"""What a table of fees comes to, line by line, and what is wrong with one."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as some

from portal.kernel.money import Money
from portal.registry import (
    Exemption,
    Field,
    Form,
    LateFee,
    Rate,
    Rebate,
    Step,
    Tariff,
)
from portal.registry.conformance import findings
from portal.registry.domain import priced, quote
from portal.registry.pricing import Circumstances
from portal.rules import UNKNOWN
from tests.registry.declared import provider, said, service

CITY, DISTRICT, STATE = "IN-PB-NDP-CITY", "IN-PB-NDP", "IN-PB"
DAY = date(2026, 11, 24)
FORM = Form(
    Step(
        said("Hall"),
        Field.choice("use", said("Use"), {"home": said("Home"), "trade": said("Trade")}),
        Field.integer("days", said("Days"), at_least=1),
        Field.date("wedding", said("Day of the wedding")),
        Field.yes_no("poor", said("Ration card")),
        Field.address("place", said("Place"), required=False),
        slug="hall",
    )
)
TARIFF = Tariff(
    area="place",
    rates=(
        Rate("old", said("Until March"), "money('90', 'INR')", until=date(2026, 3, 31)),
        Rate("city", said("In the city"), "money('300', 'INR') * days", areas=(CITY,)),
        Rate("district", said("In the district"), "money('200', 'INR')", areas=(DISTRICT,)),
        Rate("trade", said("For trade"), "money('150', 'INR')", when="use == 'trade'"),
        Rate("all", said("For all"), "money('100', 'INR')"),
    ),
    late_fees=(
        LateFee(
            "late",
            said("Asked late"),
            "min(money('10', 'INR') * (14 - days_between(today, wedding)), money('50', 'INR'))",
            "days_between(today, wedding) < 14",
        ),
    ),
    rebates=(
        Rebate("early", said("Asked early"), "days_between(today, wedding) > 60", percent=10),
        Rebate("card", said("With a card"), "poor", amount="money('500', 'INR')"),
    ),
    exemptions=(Exemption("home", said("One day at home"), "use == 'home' && days == 1"),),
)
ANSWERS = {"use": "trade", "days": 2, "wedding": "2026-12-24", "poor": False}


def hall(tariff=TARIFF, **more):
    return service(form=FORM, fee=None, tariff=tariff, **more)


def told(*, on=DAY, **changes):
    """Each line by its slug, in rupees; they come to what is asked for."""
    found = priced(hall(), ANSWERS | changes, Circumstances(on))
    assert quote(hall(), ANSWERS | changes, Circumstances(on)) == found.total
    return [(line.slug, float(line.amount.decimal)) for line in found.lines]


def at(area):
    return {"place": {"line": "1", "area": area, "postal_code": "140001"}}


@pytest.mark.promise("M16")
def test_of_the_rows_that_fit_that_of_the_smallest_area_counts_and_then_the_first():
    assert told(**at(CITY)) == [("city", 600)]
    assert told(**at(f"{CITY}-WARD"), days=3) == [("city", 900)]
    assert told(**at("IN-PB-NDP-OTHER")) == [("district", 200)]
    assert told(**at("IN-PB-KIK")) == [("trade", 150)]
    assert told(**at(STATE), use="home") == [("all", 100)]


def test_where_codes_do_not_say_it_the_portal_says_what_lies_in_what():
    places = Circumstances(DAY, {"7": ["1", "4", "7"]}.__getitem__)
    rates = TARIFF.rates[-1], Rate("four", said("In 4"), "money('5', 'INR')", areas=("4",))
    tariff = Tariff(area="place", rates=rates)
    assert quote(hall(tariff), ANSWERS | at("7"), places) == Money.of(5, "INR")


def test_a_row_holds_from_its_first_to_its_last_day():
    assert told(on=date(2026, 3, 31), wedding="2026-05-01", **at(STATE))[0] == ("old", 90)
    assert told(on=date(2026, 4, 1), wedding="2026-05-01", **at(STATE))[0] == ("trade", 150)


@pytest.mark.parametrize(("left", "fee"), [(14, None), (13, 10), (10, 40), (9, 50), (1, 50)])
def test_a_late_fee_grows_by_the_day_up_to_its_most(left, fee):
    wedding = date.fromordinal(DAY.toordinal() + left).isoformat()
    late = [] if fee is None else [("late", fee)]
    assert told(wedding=wedding, **at(STATE)) == [("trade", 150), *late]


def test_rebates_are_of_the_rate_and_never_more_than_is_due():
    assert told(wedding="2027-06-01", **at(STATE)) == [("trade", 150), ("early", -15)]
    both = told(wedding="2027-06-01", poor=True, **at(STATE))
    assert both == [("trade", 150), ("early", -15), ("card", -135)]


def test_an_exemption_takes_all_and_says_why():
    assert told(use="home", days=1, **at(CITY)) == [("city", 300), ("home", -300)]
    assert quote(hall(), ANSWERS | {"use": "home", "days": 1} | at(CITY), Circumstances(DAY)) == (
        Money(0, "INR")
    )


@pytest.mark.parametrize("missing", ["use", "days", "wedding", "poor"])
def test_while_an_answer_is_missing_that_decides_nothing_is_said(missing):
    whole = ANSWERS | {"days": 1} | at(CITY)
    answers = {name: value for name, value in whole.items() if name != missing}
    assert quote(hall(), answers, Circumstances(DAY)) is UNKNOWN


def test_without_a_place_or_a_day_a_table_that_needs_them_says_nothing():
    assert quote(hall(), ANSWERS, Circumstances(DAY)) is UNKNOWN
    assert quote(hall(), ANSWERS | at(CITY)) is UNKNOWN


days = some.dates(date(2020, 1, 1), date(2030, 12, 31))


@given(
    use=some.sampled_from(["home", "trade"]),
    count=some.integers(1, 60),
    wedding=days,
    poor=some.booleans(),
    on=days,
    area=some.sampled_from([CITY, DISTRICT, STATE, "IN-HR"]),
)
def test_lines_add_up_and_never_to_less_than_nothing(use, count, wedding, poor, on, area):
    answers = {"use": use, "days": count, "wedding": wedding.isoformat(), "poor": poor} | at(area)
    found = priced(hall(), answers, Circumstances(on))
    assert found.total.minor == sum(line.amount.minor for line in found.lines) >= 0
    assert [line.kind for line in found.lines].count("rate") == 1


def wrong(**changes):
    """What is found in this table, by place."""
    spoilt = hall(TARIFF.model_copy(update=changes))
    found = findings(provider(spoilt))
    start = "services.connection.tariff"
    return {one.place.removeprefix(start): one.sentence for one in found if start in one.place}


def rate(slug="all", amount="money('1', 'INR')", **more):
    return Rate(slug, said("Row"), amount, **more)


def test_a_table_that_is_well_is_told_so():
    assert wrong() == {}


@pytest.mark.parametrize(
    ("changes", "place", "sentence"),
    [
        ({"rates": ()}, ".rates", "none on any day"),
        ({"rates": (rate(when="poor"),)}, ".rates", "none on any day"),
        ({"rates": (rate(since=date(2026, 4, 1)),)}, ".rates", "none at first"),
        ({"rates": (rate(until=date(2026, 4, 1)),)}, ".rates", "none from 2026-04-02"),
        ({"rates": (rate(), rate("late", since=date(2026, 4, 1)))}, ".rates.late", "all fits"),
        (
            {"rates": (rate(), rate("b", since=date(2026, 2, 1), until=date(2026, 1, 1)))},
            ".rates.b.until",
            "before it begins",
        ),
        ({"rates": (rate(), rate())}, ".all", "Rename"),
        ({"area": None}, ".rates.city.areas", "Name the question"),
        ({"area": "plac"}, ".area", "Did you mean place?"),
        ({"rates": (rate(amount="5"),)}, ".rates.all.amount", "no currency"),
        ({"rates": (rate(when="pooor"), rate("b"))}, ".rates.all.when", "pooor"),
        ({"rates": (rate(when="use == 'shop'"), rate("b"))}, ".rates.all.when", "no option"),
        ({"rates": (rate(amount="money('1', 'PKR')"),)}, "", "one currency"),
        ({"rebates": (Rebate("r", said("R"), "poor"),)}, ".rebates.r", "Say an amount"),
        (
            {"rebates": (Rebate("r", said("R"), "poor", percent=101),)},
            ".rebates.r.percent",
            "1 to 100",
        ),
    ],
)
def test_what_is_wrong_with_a_table_is_told_where_it_stands(changes, place, sentence):
    assert sentence in wrong(**changes)[place]


def test_a_fee_is_said_in_one_way():
    spoilt = hall().model_copy(update={"fee": "money('1', 'INR')"})
    told = {one.place: one.sentence for one in findings(provider(spoilt))}
    assert "Leave one of them out" in told["services.connection.tariff"]


def test_days_are_covered_by_rows_that_follow_each_other():
    rates = rate(until=date(2026, 3, 31)), rate("next", since=date(2026, 4, 1))
    assert wrong(rates=rates, area=None) == {}
