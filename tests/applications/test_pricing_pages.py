"""What a service costs: its table, a price before anything is begun, each line of a fee."""

import re
from datetime import UTC, date, datetime

import pytest
import time_machine

from portal.applications import applying, service
from portal.applications.fees import service as fees
from portal.forms import service as drafts
from portal.forms.models import Draft
from portal.geo import service as geo
from portal.geo import sources
from portal.kernel.db import db
from portal.kernel.money import Money
from portal.registry import Exemption, Field, Form, LateFee, Rate, Rebate, Step, Tariff
from tests.accounts.factories import browser, csrf_token, make_person, signed_in_client
from tests.registry import publishing_factories as publishing
from tests.registry.publishing_factories import words

CITY = "IN-PB-NDP-NAD-NADIPUR-CITY"
DISTRICT = "IN-PB-NDP"
HALL = Form(
    Step(
        words("Hall"),
        Field.choice("use", words("Use"), {"home": words("Home"), "trade": words("Trade")}),
        Field.integer("days", words("Days"), at_least=1, when="use == 'trade'"),
        Field.yes_no("school", words("A school?")),
        Field.text("why", words("What for?")),
        slug="hall",
    )
)
TARIFF = Tariff(
    rates=(
        Rate("trade", words("For trade"), "money('200', 'INR') * days", when="use == 'trade'"),
        Rate("home", words("At home"), "money('100', 'INR')", until=date(2026, 12, 31)),
        Rate("later", words("At home, later"), "money('120', 'INR')", since=date(2027, 1, 1)),
    ),
    rebates=(Rebate("long", words("More than a week"), "use == 'trade' && days > 7", percent=10),),
    late_fees=(
        LateFee(
            "late", words("After November"), "money('50', 'INR')", "today > date('2026-11-30')"
        ),
    ),
    exemptions=(Exemption("school", words("For schools"), "school"),),
)
HOUSE = Form(Step(words("House"), Field.address("place", words("Place")), slug="house"))
BY_PLACE = Tariff(
    area="place",
    rates=(
        Rate("city", words("In the city"), "money('90', 'INR')", areas=(CITY,)),
        Rate("district", words("In the district"), "money('60', 'INR')", areas=(DISTRICT,)),
        Rate("all", words("Elsewhere"), "money('30', 'INR')"),
    ),
)


def a_service(slug, form, tariff, **more):
    told = {"fee": None, "fee_words": words("By the table."), "payment": "with"} | more
    return publishing.a_service(slug=slug, form=form, tariff=tariff, **told)


@pytest.fixture
def provider(app):
    geo.import_areas(sources.read(sources.DEMO))
    publishing.published(
        publishing.a_provider(
            a_service("hall", HALL, TARIFF),
            a_service("house", HOUSE, BY_PLACE),
            a_service("rule", HALL, None, fee="money('5', 'INR') * days"),
        )
    )
    db.session.commit()


@pytest.fixture
def visitor(app, provider):
    return browser(app)


@pytest.fixture
def person(provider):
    return make_person(name="Asha Devi")


def text(got):
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", got.text))


def sent(person, slug, **answers):
    course = applying.begin(person.id, "tehsil", slug)
    drafts.save(course.draft, answers, list(answers))
    application = applying.send(applying.resume(person.id, "tehsil", slug))
    db.session.commit()
    return application


def priced(visitor, slug="hall", **typed):
    path = f"/en/services/tehsil/{slug}/fee"
    page = visitor.get(path)
    [shown] = re.findall(r'name="shown" value="([^"]*)"', page.text)
    return visitor.post(path, data={"csrf_token": csrf_token(page.data), "shown": shown} | typed)


@pytest.mark.promise("M16")
def test_the_table_stands_on_the_page_of_the_service(visitor):
    told = text(visitor.get("/en/services/tehsil/hall"))
    for row in (
        "For trade goes by your answers",
        "At home until 31 December 2026 ₹100",
        "At home, later from 1 January 2027 ₹120",
        "After November added when late ₹50",
        "More than a week taken off 10%",
        "For schools nothing to pay",
        "Work out what you would pay",
    ):
        assert row in told
    told = text(visitor.get("/en/services/tehsil/house"))
    assert "In the city Nadipur" in told
    assert "Work out what you would pay" not in told


@pytest.mark.promise("M16")
def test_a_price_is_told_to_whoever_has_not_begun_and_nothing_is_kept(visitor):
    path = "/en/services/tehsil/hall/fee"
    page = text(visitor.get(path))
    assert "What for?" not in page
    with time_machine.travel(datetime(2026, 12, 5, 6, tzinfo=UTC), tick=False):
        got = priced(visitor, use="home", school="no")
        assert (got.status_code, "₹150" in text(got)) == (200, True)
        assert "At home ₹100 After November ₹50" in text(got)
        assert "Free" in text(priced(visitor, use="home", school="yes"))
    with time_machine.travel(datetime(2027, 1, 1, 6, tzinfo=UTC), tick=False):
        assert "₹170" in text(priced(visitor, use="home", school="no"))
    assert db.session.query(Draft).count() == 0


def test_a_question_that_an_answer_brings_up_is_asked_before_a_price_is_told(visitor):
    got = priced(visitor, use="trade", school="no")
    assert ("Days" in text(got), "If you send it" in text(got)) == (True, False)
    got = priced(visitor, use="trade", school="no", shown="use days school", days="10")
    assert "For trade ₹2,000 " in text(got)
    assert "More than a week -₹200" in text(got)


def test_a_wrong_answer_is_told_beside_its_question(visitor):
    got = priced(visitor, use="trade", school="no", shown="use days school", days="0")
    assert got.status_code == 422
    assert "If you send it" not in text(got)


def test_a_fee_that_a_rule_says_is_worked_out_the_same_way(visitor):
    got = priced(visitor, "rule", shown="use days", use="trade", days="3")
    assert "₹15" in text(got)


def test_a_price_that_takes_a_place_is_not_asked_for_beforehand(visitor):
    got = visitor.get("/en/services/tehsil/house/fee")
    assert got.status_code == 200
    assert "You read the fee before you send" in text(got)


@pytest.mark.promise("M16")
@pytest.mark.parametrize(
    ("area", "fee"),
    [(CITY, "90"), ("IN-PB-NDP-NAD-KOTLI-SARSA", "60"), ("IN-PB", "30")],
)
def test_the_rate_of_the_smallest_area_around_the_place_is_asked_for(person, area, fee):
    place = {"line": "1", "area": area, "postal_code": "140001"}
    assert fees.of(sent(person, "house", place=place)) == Money.of(fee, "INR")


@pytest.mark.promise("M16")
def test_person_and_officer_read_each_line_of_the_fee_and_its_day_stays(app, person):
    answers = {"use": "home", "school": False, "why": "A wedding"}
    with time_machine.travel(datetime(2026, 12, 5, 6, tzinfo=UTC), tick=False):
        mine = signed_in_client(app, person)
        applying.begin(person.id, "tehsil", "hall")
        course = applying.resume(person.id, "tehsil", "hall")
        drafts.save(course.draft, answers, list(answers))
        db.session.commit()
        review = text(mine.get("/en/apply/tehsil/hall/review"))
        assert "At home ₹100 After November ₹50 Fee: ₹150" in review
        case = sent(person, "hall", **answers)
    with time_machine.travel(datetime(2027, 2, 1, 6, tzinfo=UTC), tick=False):
        case = service.find(person.id, case.reference)
        assert [line.slug for line in fees.lines_of(case)] == ["home", "late"]
        officer = make_person(name="Officer Singh", role="officer", provider="tehsil")
        desk = signed_in_client(app, officer)
        mine = signed_in_client(app, person)
        for page in (
            mine.get(f"/en/applications/{case.reference}"),
            desk.get(f"/en/desk/{case.reference}"),
            mine.get(f"/en/pay/{fees.payment(case).id}"),
        ):
            assert "At home ₹100 After November ₹50" in text(page)


def test_who_is_exempt_sees_why_nothing_is_to_be_paid(app, person):
    case = sent(person, "hall", use="home", school=True, why="A play")
    assert fees.of(case) is None
    page = text(signed_in_client(app, person).get(f"/en/applications/{case.reference}"))
    assert "Free At home ₹100" in page
    assert "For schools -₹" in page
