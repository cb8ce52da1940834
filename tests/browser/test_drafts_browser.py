"""A form that saves itself, also when the connection is lost in the middle; a real browser."""

import pytest

from portal.applications import applying
from portal.forms.models import Draft
from portal.kernel.db import db
from tests.accounts.factories import make_person
from tests.applications.factories import INCOME, home
from tests.browser.visit import DESK, NARROW, PHONE, open_offices

YOU = f"/apply/revenue/{INCOME}/you"
GO = "form[data-save] .btns button.btn:not(.alt)"
SAVED = "**/you/save"
LINE, TOLD = ".saved [role=status]", ".saved [role=alert]"
# The worker stands between the page and the network from now on.
HELD = "() => navigator.serviceWorker?.controller !== null"
WAITING = """async () => {
  const known = await indexedDB.databases();
  if (!known.some((one) => one.name === "sanjha")) return [];
  const base = await new Promise((done) => {
    const opening = indexedDB.open("sanjha");
    opening.onsuccess = () => done(opening.result);
  });
  const rows = await new Promise((done) => {
    const asked = base.transaction("unsent").objectStore("unsent").getAll();
    asked.onsuccess = () => done(asked.result);
  });
  base.close();
  return rows.map((one) => ({ ...one, data: String.fromCharCode(...new Uint8Array(one.data)) }));
}"""


@pytest.fixture
def asha(app):
    open_offices("revenue")
    person = make_person(name="Asha Devi", address=home())
    begun(person)
    return person


def begun(person):
    applying.begin(person.id, "revenue", INCOME)
    db.session.commit()


def answers(person):
    db.session.rollback()
    found = db.session.query(Draft).filter_by(person_id=person.id).all()
    # However often something was sent, there is one draft.
    assert len(found) == 1
    db.session.refresh(found[0])
    told = dict(found[0].answers), found[0].saves
    db.session.rollback()
    return told


def line(visit, words):
    visit.page.locator(LINE).get_by_text(words).wait_for()


def test_what_is_typed_is_saved_by_itself(visit, asha):
    at_home = visit().let_in(asha)
    at_home.go(YOU)
    assert at_home.text(LINE) == "Not saved yet"
    with at_home.page.expect_response(SAVED):
        at_home.fill(guardian="Ram Lal")
    line(at_home, "Saved at")
    at_home.check()
    assert answers(asha)[0]["guardian"] == "Ram Lal"
    with at_home.page.expect_response(SAVED):
        at_home.fill(guardian="Ram Lal Sharma")
    line(at_home, "Saved at")
    assert answers(asha) == (answers(asha)[0] | {"guardian": "Ram Lal Sharma"}, 2)
    assert at_home.faults == []


@pytest.mark.parametrize("way", [DESK, PHONE, NARROW])
def test_the_connection_is_lost_in_the_middle_and_nothing_else(visit, asha, way):
    out = visit(**way).let_in(asha)
    out.go(YOU)
    out.page.wait_for_function(HELD)
    before = out.text(LINE)
    out.page.context.set_offline(True)
    out.fill(guardian="Ram Lal")
    out.page.wait_for_function(
        f"before => document.querySelector('{LINE}').textContent !== before", arg=before
    )
    out.page.wait_for_function("async () => (await indexedDB.databases()).length > 0")
    (kept,) = out.page.evaluate(WAITING)
    assert "Ram Lal" not in kept["data"]
    out.page.locator(GO).click()
    out.page.locator(f"{TOLD} p").wait_for()
    out.check()
    out.shot("offline")
    assert out.page.locator("[name=guardian]").input_value() == "Ram Lal"
    assert answers(asha)[1] == 0
    with out.page.expect_response(SAVED):
        out.page.context.set_offline(False)
    out.page.wait_for_function(f"() => !document.querySelector('{TOLD}').firstChild")
    assert out.page.evaluate(WAITING) == []
    told, saves = answers(asha)
    assert (told["guardian"], saves) == ("Ram Lal", 1)
    out.check()
    assert out.faults == []
