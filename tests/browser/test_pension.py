"""The old-age pension by hand: what its rule says of a person, by which values; it stops nobody."""

from datetime import date

import pytest

from portal.accounts.domain import age
from portal.i18n import number, speaking, translate
from portal.kernel import clock
from tests.accounts.factories import make_person
from tests.applications.factories import AADHAAR, a_file, home, money
from tests.browser.visit import DESK, PHONE, PLAIN, draft_of, open_offices, photo_of

START = "/apply/social-welfare/old-age-pension"
YES = "By its rule, this service is for you"
NO = "By its rule, this service may not be for you"
ASKS = "Whether this service is for you depends on your answers"
OLD, YOUNG = date(1950, 3, 1), date(1990, 5, 17)


@pytest.fixture
def pensions(app):
    open_offices("social-welfare")


def someone(born):
    return make_person(name="Gurnam Kaur", birth_date=born, address=home())


def answers(person, born, **more):
    """All that the form asks, but for the income."""
    given = {
        "applicant": person.name,
        "guardian": "Bachan Singh",
        "born": born.isoformat(),
        "gender": "female",
        "phone": "+919876500001",
        "aadhaar": AADHAAR,
        "home": home(),
        "here_since": "1975-03",
        "owns_land": True,
        "irrigated_acres": "1.5",
        "rain_fed_acres": "0",
        "bank_name": "Gramin Bank, Nadipur",
        "bank_account": "123456789012",
        "ifsc": "SBIN0001234",
        "face": photo_of(person),
        "true_statement": True,
    }
    papers = ("age_proof", "land_record", "passbook")
    return given | {name: a_file(person.id, f"{name}.pdf") for name in papers} | more


def said(person, words):
    return translate(person.language, words) in person.text()


def in_figures(person, figure):
    with speaking(person.language):
        return number(figure)


def send(person):
    person.tick("agree")
    person.press("form button.btn.go")


@pytest.mark.promise("B3")
@pytest.mark.parametrize("way", [DESK, PHONE, PLAIN])
def test_an_older_person_is_asked_what_is_not_known_and_then_told_yes(pensions, visit, way):
    gurnam = someone(OLD)
    draft_of(gurnam, "social-welfare", "old-age-pension", answers(gurnam, OLD))
    person = visit(**way).let_in(gurnam)
    person.go(START)
    assert said(person, ASKS)
    assert person.page.locator("main .notice li").count() >= 2
    person.press("main form button.btn.go")
    person.choose(marital="married", other_pension="no")
    person.fill(own_income="36,000")
    person.press()
    person.fill(spouse_income="18,000")
    person.press()
    person.go(f"{START}/review")
    assert said(person, YES)
    assert in_figures(person, 54_000) in person.text(".notice.ok >> nth=0")
    send(person)
    assert person.page.locator("[name='agree']").count() == 0
    assert person.faults == []


@pytest.mark.promise("B3")
@pytest.mark.parametrize("way", [DESK, PHONE])
def test_who_is_too_young_sees_why_and_may_apply_all_the_same(pensions, visit, way):
    young = someone(YOUNG)
    income = {"marital": "alone", "own_income": money(20_000), "other_pension": False}
    draft_of(young, "social-welfare", "old-age-pension", answers(young, YOUNG, **income))
    person = visit(**way).let_in(young)
    person.go(START)
    assert said(person, NO)
    years = age(YOUNG, clock.today())
    assert in_figures(person, years) in person.text(".notice.warn")
    person.press("main form button.btn.go")
    assert said(person, NO)
    send(person)
    assert said(person, "Sent. The provider has your application now.")
    assert person.faults == []
