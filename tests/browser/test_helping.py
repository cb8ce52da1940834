"""Acting for another by hand: a guardian for a child, and an operator for a citizen."""

from datetime import date

import pytest
from sqlalchemy import select

from portal.accounts.children import service as children
from portal.accounts.family.domain import Relation
from portal.applications.models import Application
from portal.delegation import service as delegation
from portal.delegation.domain import ALL_NEEDS, Terms
from portal.kernel import clock
from portal.kernel.db import db
from tests.accounts.factories import make_person, some_details
from tests.applications.factories import land_answers
from tests.browser.visit import DESK, draft_of, open_offices
from tests.delegation.factories import LAND_PATH

NARROW = pytest.param({"language": "en", "width": 360}, id="English at 360 px")


class Child:
    def __init__(self, child_id):
        self.id = child_id


@pytest.fixture
def mother(app):
    open_offices("revenue")
    return make_person(name="Asha Devi")


@pytest.fixture
def child(mother):
    born = date(clock.today().year - 8, 5, 1)
    told = some_details(name="Mani Devi", birth_date=born, email=None, mobile=None)
    made = Child(children.add(mother.id, told, Relation.MOTHER))
    draft_of(made, "revenue", "land-record-copy", land_answers(applicant="Mani Devi"))
    return made


@pytest.mark.promise("M22")
@pytest.mark.parametrize("way", [NARROW])
def test_a_guardian_applies_for_a_child(visit, mother, child, way):
    guardian = visit(**way).let_in(mother)
    guardian.go("/applications")
    guardian.follow("main a[href$='/act-for']")
    guardian.press(f"form:has(input[value='{child.id}']) button")
    assert "You act for Mani Devi." in guardian.text()
    guardian.go(f"/apply/{LAND_PATH}/review")
    assert "On behalf of Mani Devi, I agree" in guardian.text()
    guardian.tick("agree")
    guardian.press("main form button.btn.go")
    assert "Done by Asha Devi for Mani Devi" in guardian.text()
    sent = db.session.scalars(select(Application)).one()
    assert (sent.person_id, sent.acted_by, sent.acted_as) == (child.id, mother.id, "guardian")
    guardian.press("form[action$='/act-for/stop'] button")
    guardian.go("/applications")
    assert "You act for" not in guardian.text()
    assert guardian.faults == []


@pytest.mark.promise("M22")
@pytest.mark.parametrize("way", [DESK])
def test_an_operator_acts_with_a_citizens_code_until_the_citizen_ends_it(visit, mother, way):
    operator = make_person(name="Gurpreet Kaur", role="operator", provider="sewa-1")
    made = delegation.open_session(mother.id, Terms(("revenue",), ALL_NEEDS))
    db.session.commit()
    counter, citizen = visit(**way).let_in(operator), visit(**way).let_in(mother)
    counter.go("/assist")
    counter.fill(code=made.code)
    counter.press()
    assert "You act for Asha Devi." in counter.text()
    citizen.go("/account/helpers")
    assert "Gurpreet Kaur, operator at the service centre sewa-1" in citizen.text()
    citizen.press("form[action$='/end'] button")
    counter.page.reload()
    assert "You may not act for this person any more." in counter.text()
    assert citizen.faults == []
