"""The main job by hand: register, find a service, apply, be decided, take the paper home."""

import re
from pathlib import Path

import pyotp
import pytest

from portal.accounts.domain import Role
from portal.i18n import translate
from portal.kernel import clock
from portal.kernel.db import db
from tests.accounts.factories import code_sent_to, make_person
from tests.applications.factories import AADHAAR, published
from tests.documents.samples import checked_signature, scanned
from tests.files.samples import pdf, picture

WAYS = [
    pytest.param("en", 1280, True, id="English on a desk"),
    pytest.param("en", 320, True, id="English at 320 px"),
    pytest.param("ur", 360, True, id="Urdu on a phone"),
    pytest.param("pa", 360, False, id="Punjabi without JavaScript"),
    pytest.param("en", 360, False, id="English without JavaScript"),
]


@pytest.fixture
def services(app):
    published()
    db.session.commit()


@pytest.fixture
def papers(tmp_path):
    """Files as people have them: a photo of a card, a scan of a slip."""
    made = {"card.jpg": picture(), "slip.pdf": pdf()}
    for name, content in made.items():
        (tmp_path / name).write_bytes(content)
    return tmp_path


def register(person):
    person.go("/register")
    person.fill(name="Noor Kaur", mobile="98765 43210", password="seven marigolds by the canal")
    person.fill(birth_date__day="17", birth_date__month="5", birth_date__year="1990")
    person.press()
    person.press()
    person.fill(code=code_sent_to("+919876543210"))
    person.press()
    key = "".join(person.page.locator("b.num").all_inner_texts())
    person.secret = re.sub(r"[^A-Z2-7]", "", key)
    person.fill(code=person.code())
    person.press("form:has([name='code']) button.btn")
    assert person.page.locator("main li, main code").count() >= 10
    person.press()


def find(person):
    person.go("/")
    person.fill(q=translate(person.language, "income certificate"))
    person.press("form.search button")
    person.follow("main a[href*='/services/revenue/income-certificate']")
    person.follow("a.btn.go")
    person.press("button.btn.go")


def answer(person, papers):
    page = person.page
    assert page.locator("[name='applicant']").input_value() == "Noor Kaur"
    assert page.locator("#applicant-source, [id$='applicant-source']").count() == 1
    person.fill(guardian="Harpal Singh", aadhaar=AADHAAR, home__line="House 12, Street 4")
    person.choose(gender="female")
    _choose_area(person)
    person.press()
    person.choose(occupation="farmer", other_income="no")
    person.press()
    if page.locator("[name='acres']").count():
        person.fill(acres="2.5", farm_income="1,20,000")
        person.press()
    person.fill(members="4", family_income="1,20,000")
    person.choose(needed_for="scholarship")
    person.press()
    person.attach(identity_proof=papers / "card.jpg", residence_proof=papers / "slip.pdf")
    for name in ("true_statement", "false_statement"):
        if page.locator(f"input[type=checkbox][name='{name}']").count():
            person.tick(name)
    person.press()


def _choose_area(person):
    """Down the lists to a village; without JavaScript each next list comes by its button."""
    page = person.page
    for _ in range(4):
        lists = page.locator("select[name='home-area']")
        last = lists.nth(lists.count() - 1)
        if last.input_value():
            return
        value = last.locator("option").nth(1).get_attribute("value")
        # What the portal answers stands in the place of what is marked here.
        last.evaluate("list => list.setAttribute('data-before', '')")
        if person.axe is None:
            last.select_option(value)
            with page.expect_navigation():
                page.locator("button[name='refresh']").first.click()
        else:
            last.select_option(value)
            page.locator("select[data-before]").wait_for(state="detached")


def check(person, certificate):
    """As somebody does who was shown the paper: by its code, without an account."""
    person.page.context.clear_cookies()
    number, _, stated = scanned(certificate).rpartition("/")[2].partition("#")
    scripts = person.axe is not None
    person.go(f"/verify/{number}#{stated}" if scripts else f"/verify/{number}")
    if scripts:
        person.page.locator("#says").wait_for()
    else:
        person.page.locator("details summary").first.click()
        person.fill(code=f"#{stated}")
        person.press("form:has([name='code']) button.btn")
    assert "Noor Kaur" in person.text()


def officer():
    return make_person(name="Simran Gill", role=Role.OFFICER, provider="revenue")


def sign_in(visitor, someone):
    visitor.go("/sign-in")
    visitor.fill(contact=someone.email, password=someone.password)
    visitor.press()
    visitor.secret = someone.secret
    visitor.fill(code=visitor.code())
    visitor.press()


def decide(officer_, reference):
    """The certificate is made by the portal."""
    officer_.go(f"/desk/{reference}")
    for act in ("accept", "approve", "issue"):
        officer_.choose(act=act)
        officer_.press()


@pytest.mark.promise("M2")
@pytest.mark.promise("M9")
@pytest.mark.promise("M20")
@pytest.mark.promise("B11")
@pytest.mark.parametrize(("language", "width", "scripts"), WAYS)
def test_from_registration_to_the_certificate(services, visit, papers, language, width, scripts):
    person = visit(language, width, scripts=scripts)
    register(person)
    find(person)
    answer(person, papers)
    assert "Noor Kaur" in person.text()
    person.tick("agree")
    person.press("button.btn.go")
    reference = re.search(r"PB-[0-9A-Z]{4}-[0-9A-Z]{4}", person.text())[0]
    clerk = visit()
    sign_in(clerk, officer())
    decide(clerk, reference)
    person.go(f"/applications/{reference}")
    with person.page.expect_download() as download:
        person.page.locator("article.issued a[download]").click()
    taken = Path(download.value.path()).read_bytes()
    assert checked_signature(taken).trusted
    check(person, taken)
    assert (person.faults, clerk.faults) == ([], [])


def test_a_draft_waits_on_another_device(services, visit):
    someone = make_person(name="Ravi Kumar")
    db.session.commit()
    first, second = visit(), visit("hi", 360)
    sign_in(first, someone)
    first.go("/apply/revenue/income-certificate")
    first.press("button.btn.go")
    first.fill(guardian="Mohan Lal")
    first.press("button[name='later']")
    second.secret = someone.secret
    second.go("/sign-in")
    second.fill(contact=someone.email, password=someone.password)
    second.press()
    second.fill(code=pyotp.TOTP(someone.secret).at(0, counter_offset=_next_step()))
    second.press()
    second.go("/apply/revenue/income-certificate")
    second.press("button.btn.go")
    assert second.page.locator("[name='guardian']").input_value() == "Mohan Lal"
    assert (first.faults, second.faults) == ([], [])


def _next_step():
    """The step after the one that the first device used up; verifiers take one step ahead."""
    return int(clock.now().timestamp()) // 30 + 1
