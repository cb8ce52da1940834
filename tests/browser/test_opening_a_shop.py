"""Opening a shop on a phone: one set of answers, two departments, two fees, each on its own way."""

import pytest

from portal.applications.together import filling
from portal.forms import service as drafts
from portal.kernel.db import db
from tests.accounts.factories import make_person
from tests.applications import joint
from tests.applications.factories import home, village
from tests.applications.joint import LICENCE, POWER, SHOP
from tests.browser.visit import PHONE, PLAIN, open_offices, pay
from tests.files.samples import pdf

# What stands on the pages that the journey itself goes through.
BY_HAND = {"wants_power", "wants_water", "wants_gas", "guardian", "premises", "tenure"}
BY_HAND |= {"identity_proof", "property_number"}


@pytest.fixture
def noor(app):
    open_offices(*joint.OFFICES)
    return make_person(name="Noor Kaur", address=home())


@pytest.fixture
def place(noor):
    path = village().path
    db.session.commit()
    return path


@pytest.fixture
def card(tmp_path):
    (tmp_path / "card.pdf").write_bytes(pdf())
    return tmp_path / "card.pdf"


def answered_before(person):
    """The pages of the single departments, which are as those of any form."""
    whole = filling.resume(person.id, SHOP)
    answers = joint.answers_of(whole, person.id)
    kept = {
        name: one for name, one in answers.items() if name not in BY_HAND | whole.answers.keys()
    }
    drafts.save(whole.draft, kept, list(kept))
    db.session.commit()


def shared_pages(person, place, card):
    person.choose(wants_power="yes", wants_water="no", wants_gas="no")
    person.press()
    person.shot("about-you")
    person.fill(guardian="Harpal Singh")
    person.press()
    person.fill(premises__line="Shop 4, Ghat Road")
    person.choose_area("premises", place)
    person.choose(tenure="own")
    person.shot("for-all")
    person.press()
    person.attach(identity_proof=card)
    person.press()


@pytest.mark.promise("M9")
@pytest.mark.promise("B11")
@pytest.mark.parametrize("way", [PHONE, PLAIN])
def test_a_shop_is_opened_with_one_set_of_answers(noor, visit, place, card, way):
    person = visit(**way).let_in(noor)
    person.go(f"/life-events/{SHOP}")
    person.shot("life-event")
    person.follow("main a.btn.go")
    person.press("main form button.btn.go")
    shared_pages(person, place, card)
    person.shot("licence")
    answered_before(noor)
    person.go(f"/life-events/{SHOP}/apply/review")
    person.shot("review")
    for path in (LICENCE, POWER):
        person.page.locator(f"input[name='agree'][value='{path}']").check()
    person.press("main form button.btn.go")
    assert "/bundles/" in person.page.url
    person.shot("sent")
    person.follow("main a[href*='/pay/together']")
    person.shot("pay-together")
    pay(person)
    person.check()
    person.shot("receipts")
    assert person.page.locator("main a[href$='/receipt']").count() == 2
    person.press("main a.btn")
    assert "/bundles/" in person.page.url
    person.shot("all-paid")
    assert person.page.locator("main a[href*='/pay/']").count() == 0
    assert person.faults == []


def chosen(noor):
    """Begun, and what is needed is said."""
    whole = filling.begin(noor.id, SHOP)
    drafts.save(whole.draft, joint.CHOSEN, list(joint.CHOSEN))
    db.session.commit()


@pytest.mark.promise("B11")
def test_what_is_typed_for_several_services_is_saved_by_itself(noor, visit):
    chosen(noor)
    person = visit(width=360).let_in(noor)
    person.go(f"/life-events/{SHOP}/apply/about-you")
    with person.page.expect_response("**/save"):
        person.fill(guardian="Harpal Singh")
    person.page.locator("[data-draft] [role=status]").get_by_text("Saved at").wait_for()
    person.check()
    db.session.expire_all()
    assert filling.resume(noor.id, SHOP).answers["guardian"] == "Harpal Singh"
    assert person.faults == []


def test_what_was_typed_for_several_services_without_a_connection_is_sent_when_it_is_back(
    noor, visit
):
    chosen(noor)
    person = visit(width=360).let_in(noor)
    person.go(f"/life-events/{SHOP}/apply/about-you")
    person.page.context.set_offline(True)
    person.fill(guardian="Harpal Singh")
    status = person.page.locator("[data-draft] [role=status]")
    status.get_by_text("Saved on this device").wait_for()
    with person.page.expect_response("**/save"):
        person.page.context.set_offline(False)
    status.get_by_text("Saved at").wait_for()
    db.session.expire_all()
    assert filling.resume(noor.id, SHOP).answers["guardian"] == "Harpal Singh"
