"""The trade licence by hand: partners as rows, a fee that is declined once, the desk, the paper."""

import re
from pathlib import Path

import pytest

from portal.accounts.domain import Role
from portal.i18n import money, speaking
from portal.kernel.db import db
from portal.kernel.money import Money
from tests.accounts.factories import make_person
from tests.applications.factories import home, village
from tests.browser.visit import (
    DESK,
    NARROW,
    PHONE,
    PLAIN,
    decide,
    draft_of,
    open_offices,
    pay,
    photo_of,
)
from tests.files.samples import pdf, picture

AADHAAR, OTHER_AADHAAR = "234123412346", "345634563457"
# ₹500 a year for a shop of up to 20 square metres, twice, and ₹100 for the application.
FEE = Money.of("1100.00", "INR")
REFERENCE = re.compile(r"PB-[0-9A-Z]{4}-[0-9A-Z]{4}")


@pytest.fixture
def noor(app):
    open_offices("municipal")
    return make_person(name="Noor Kaur", address=home())


@pytest.fixture
def officer(noor):
    return make_person(name="Simran Gill", role=Role.OFFICER, provider="municipal")


@pytest.fixture
def place(noor):
    """The lists that lead to a village. No transaction may wait while pages are looked at."""
    path = village().path
    db.session.commit()
    return path


@pytest.fixture
def papers(tmp_path):
    """Files as people have them: a photo of the shop, a scan of a deed."""
    for name, content in {"shop.jpg": picture(), "deed.pdf": pdf()}.items():
        (tmp_path / name).write_bytes(content)
    return tmp_path


def but_the_owners(someone):
    """What the pages before and behind that of the owners ask."""
    spot = {"latitude": "30.90096", "longitude": "75.85727", "accuracy": None}
    return {
        "request": "new",
        "trade_name": "Noor Sweets",
        "trade": "shop",
        "goods": "Tea, milk and sweets",
        "opens_in": "2027-04",
        "food": True,
        "food_licence": "12726001000123",
        "hazardous": False,
        "employees": 3,
        "premises": home(),
        "spot": spot | {"area": None, "line": None},
        "floor_area": "18.5",
        "shop_front": photo_of(someone),
        "tenure": "own",
    }


def begin(person):
    person.go("/apply/municipal/trade-licence")
    person.press("main form button.btn.go")


def business(person):
    """What is answered asks for more: a shop for food, food for a licence number."""
    person.choose(request="new", trade="shop")
    person.fill(trade_name="Noor Sweets", goods="Tea, milk and sweets", employees="3")
    person.press()
    person.select(opens_in__month="4")
    person.fill(opens_in__year="2027")
    person.choose(food="yes", hazardous="no")
    person.press()
    person.fill(food_licence="12726001000123")
    person.press()


def premises(person, place, papers):
    person.fill(premises__line="Shop 4, Ghat Road", spot__line="Behind the clock tower")
    person.choose_area("premises", place)
    person.page.locator("[data-position='spot'] summary").click()
    person.fill(spot__latitude="30.90096", spot__longitude="75.85727", floor_area="18.5")
    person.attach(shop_front=papers / "shop.jpg")
    person.choose(tenure="own")
    person.press()


def owners(person, papers):
    page = person.page
    assert page.locator("[name='applicant']").input_value() == "Noor Kaur"
    person.fill(guardian="Harpal Singh", aadhaar=AADHAAR)
    person.choose(constitution="partnership")
    person.press()
    partner(person, papers, "0", "Noor Kaur", share="60")
    person.refresh("partners:add")
    partner(person, papers, "1", "Amrit Pal", share="forty")
    person.refresh("partners:add")
    person.fill(partners__2__partner_name="One too many")
    person.check()
    person.refresh("partners:up:1")
    person.refresh("partners:remove:2")
    assert names(person) == ["Amrit Pal", "Noor Kaur"]
    person.press()
    put_right(person)


def partner(person, papers, row, name, share):
    named = f"partners__{row}__"
    answers = {"partner_name": name, "partner_father": "Gurdev Singh", "share": share}
    answers |= {"partner_phone": "98765 43211"}
    person.fill(**{f"{named}{one}": value for one, value in answers.items()})
    person.choose(**{f"{named}partner_abroad": "no"})
    person.attach(**{f"{named}partner_paper": papers / "deed.pdf"})


def names(person):
    rows = person.page.locator("[name$='-partner_name']").all()
    return [row.input_value() for row in rows]


def put_right(person):
    """The summary leads into the row; what the row asks besides stands there now."""
    page = person.page
    page.locator(".summary a[href*='share']").first.click()
    wrong = page.locator("[name$='-share'][aria-invalid=true]")
    assert wrong.input_value() == "forty"
    wrong.fill("30")
    for control in page.locator("[name$='-partner_aadhaar']").all():
        control.fill(OTHER_AADHAAR)
    person.press()
    assert page.locator("#partners-error").is_visible()
    assert names(person) == ["Amrit Pal", "Noor Kaur"]
    page.locator("[name$='-share']").first.fill("40")
    person.press()


def documents(person, papers):
    names = ("identity_proof", "ownership_proof", "partnership_deed", "food_paper")
    person.attach(**dict.fromkeys(names, papers / "deed.pdf"))
    person.press()


def years(person):
    person.fill(years="2")
    person.tick("public_way")
    person.tick("true_statement")
    person.press()


def in_words(amount, language):
    with speaking(language):
        return money(amount)


def send_and_pay(person):
    """Declined at first; the reference of what then went to the corporation."""
    assert in_words(FEE, person.language) in person.text()
    person.tick("agree")
    person.press("main form button.btn.go")
    pay(person, declined=1)
    assert in_words(FEE, person.language) in person.text("article")
    person.press("main a.btn")
    return REFERENCE.search(person.text())[0]


@pytest.mark.promise("M9")
@pytest.mark.promise("M16")
@pytest.mark.parametrize("way", [DESK, PHONE])
def test_a_licence_for_two_partners_is_paid_at_the_second_try_and_issued(
    noor, officer, place, visit, papers, way
):
    person, clerk = visit(**way).let_in(noor), visit().let_in(officer)
    begin(person)
    business(person)
    premises(person, place, papers)
    owners(person, papers)
    documents(person, papers)
    years(person)
    reference = send_and_pay(person)
    decide(clerk, reference, papers / "deed.pdf")
    assert "Amrit Pal" in clerk.text()
    person.go(f"/applications/{reference}")
    with person.page.expect_download() as download:
        person.page.locator("article.issued a").click()
    assert Path(download.value.path()).read_bytes().startswith(b"%PDF")
    assert (person.faults, clerk.faults) == ([], [])


@pytest.mark.promise("M16")
@pytest.mark.promise("B11")
@pytest.mark.parametrize("way", [NARROW, PLAIN])
def test_partners_and_payment_work_on_the_narrowest_screen_and_without_scripts(
    noor, visit, papers, way
):
    draft_of(noor, "municipal", "trade-licence", but_the_owners(noor))
    person = visit(**way).let_in(noor)
    begin(person)
    owners(person, papers)
    documents(person, papers)
    years(person)
    reference = send_and_pay(person)
    assert reference in person.page.url
    assert person.faults == []
