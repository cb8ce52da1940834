"""A form that saves itself, also when the connection is lost in the middle; a real browser."""

from datetime import timedelta

import pytest

from portal.accounts.sessions.models import SessionRow
from portal.applications import applying
from portal.forms import service as drafts
from portal.forms.models import Draft
from portal.kernel import clock
from portal.kernel.db import db
from tests.accounts.factories import make_person
from tests.applications import factories
from tests.applications.factories import INCOME, home
from tests.browser.visit import DESK, NARROW, PHONE, draft_of, open_offices

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


@pytest.mark.promise("B11")
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


def lose(visit):
    """Type, with the connection gone; what was typed is on the device then."""
    visit.page.wait_for_function(HELD)
    visit.page.context.set_offline(True)
    visit.fill(guardian="Ram Lal")
    line(visit, "Saved on this device")


def test_what_stays_on_a_device_is_sent_when_the_form_is_opened_again(visit, asha):
    out = visit().let_in(asha)
    out.go(YOU)
    lose(out)
    # Everything but the disk of the device is gone.
    out.page.close()
    out.page = out.page.context.new_page()
    out.page.context.set_offline(False)
    with out.page.expect_response(SAVED):
        out.page.goto(f"/en{YOU}")
    out.page.wait_for_function(
        "() => document.querySelector('[name=guardian]').value === 'Ram Lal'"
    )
    assert out.page.evaluate(WAITING) == []
    assert answers(asha)[0]["guardian"] == "Ram Lal"
    out.check()
    assert out.faults == []


def test_another_person_on_the_same_device_sees_nothing_of_it(visit, asha):
    ravi = make_person(name="Ravi Kumar", address=home())
    begun(ravi)
    out = visit().let_in(asha)
    out.go(YOU)
    lose(out)
    out.page.goto("about:blank")
    out.page.context.set_offline(False)
    out.let_in(ravi)
    out.go(YOU)
    out.page.wait_for_load_state("networkidle")
    assert out.page.locator("[name=guardian]").input_value() == ""
    assert "guardian" not in answers(ravi)[0]
    # It waits for the one whose it is, also when somebody else leaves.
    assert len(out.page.evaluate(WAITING)) == 1
    with out.page.expect_navigation():
        out.page.locator("form[data-unsent] button").click()
    assert len(out.page.evaluate(WAITING)) == 1
    out.let_in(asha)
    with out.page.expect_response(SAVED):
        out.page.goto(f"/en{YOU}")
    out.page.wait_for_function(
        "() => document.querySelector('[name=guardian]').value === 'Ram Lal'"
    )
    assert answers(asha)[0]["guardian"] == "Ram Lal"


def test_signing_out_asks_and_then_leaves_nothing_on_the_device(visit, asha):
    out = visit().let_in(asha)
    out.go(YOU)
    lose(out)
    asked = []

    def answer(dialog):
        asked.append(dialog.message)
        dialog.dismiss() if len(asked) == 1 else dialog.accept()

    out.page.on("dialog", answer)
    leave = out.page.locator("form[data-unsent] button")
    leave.click()
    out.page.wait_for_function("() => true")
    assert len(out.page.evaluate(WAITING)) == 1
    # The page sends nothing by itself meanwhile.
    out.page.route(SAVED, lambda route: route.abort())
    out.page.context.set_offline(False)
    with out.page.expect_navigation():
        leave.click()
    assert len(asked) == 2
    assert out.page.evaluate("async () => (await indexedDB.databases()).length") == 0


def test_what_waits_for_a_week_is_let_go(visit, asha):
    out = visit().let_in(asha)
    out.page.clock.install()
    out.go(YOU)
    out.page.wait_for_function(HELD)
    out.page.context.set_offline(True)
    out.fill(guardian="Ram Lal")
    out.page.clock.fast_forward(2_000)
    line(out, "Saved on this device")
    out.page.goto("about:blank")
    out.page.context.set_offline(False)
    for days, left in ((6, 1), (8, 0)):
        out.page.clock.set_system_time(clock.now() + timedelta(days=days))
        out.page.goto("/en/services")
        out.page.wait_for_load_state("networkidle")
        assert len(out.page.evaluate(WAITING)) == left


@pytest.mark.parametrize("whose", ["mine", "theirs"])
def test_two_devices_and_the_person_says_which_answers_count(visit, asha, whose):
    here, there = visit("ur", 360).let_in(asha), visit().let_in(asha)
    here.go(YOU)
    there.go(YOU)
    with there.page.expect_response(SAVED):
        there.fill(guardian="Sham Lal")
    line(there, "Saved at")
    with here.page.expect_response(SAVED):
        here.fill(guardian="Ram Lal")
    choice = here.page.locator(f"{TOLD} [data-keep={whose}]")
    choice.wait_for()
    here.check()
    here.shot("elsewhere")
    assert here.page.locator("[name=guardian]").input_value() == "Ram Lal"
    assert answers(asha)[0]["guardian"] == "Sham Lal"
    if whose == "mine":
        with here.page.expect_response(SAVED):
            choice.click()
    else:
        with here.page.expect_navigation():
            choice.click()
    kept = {"mine": "Ram Lal", "theirs": "Sham Lal"}[whose]
    choice.wait_for(state="detached")
    assert here.page.locator("[name=guardian]").input_value() == kept
    assert answers(asha)[0]["guardian"] == kept
    assert here.page.evaluate(WAITING) == []
    assert here.faults == []


def test_an_answer_of_the_server_that_is_lost_is_no_other_device(visit, asha):
    out = visit().let_in(asha)
    out.go(YOU)
    lost = []

    def take(route):
        # It arrives, and nobody hears so.
        route.fetch()
        lost.append(route)
        route.abort()

    out.page.route(SAVED, take, times=1)
    out.fill(guardian="Ram")
    line(out, "Saved on this device")
    with out.page.expect_response(SAVED):
        out.fill(guardian="Ram Lal")
    line(out, "Saved at")
    assert len(lost) == 1
    assert answers(asha)[0]["guardian"] == "Ram Lal"


def test_pressing_on_at_once_takes_along_what_was_just_typed(visit, asha):
    out = visit("ur", 360).let_in(asha)
    out.go(YOU)
    out.fill(guardian="Ram Lal", aadhaar=factories.AADHAAR)
    with out.page.expect_navigation():
        out.page.locator(GO).click()
    assert out.page.url.endswith("/income")
    assert answers(asha)[0]["guardian"] == "Ram Lal"
    assert out.faults == []


@pytest.mark.parametrize("way", [DESK, PHONE, NARROW])
def test_a_page_that_cannot_be_opened_says_so_in_the_readers_language(visit, asha, way):
    out = visit(**way).let_in(asha)
    out.go("/services")
    out.page.wait_for_function(HELD)
    out.page.context.set_offline(True)
    out.page.goto(f"/{out.language}/applications")
    assert out.page.locator("html").get_attribute("lang") == out.language
    assert "Asha" not in out.page.content()
    out.check()
    out.shot("no-connection")
    out.page.context.set_offline(False)
    with out.page.expect_navigation():
        out.page.locator("main a.btn").click()
    assert "Asha" in out.page.content()


def test_the_worker_keeps_nothing_of_anybody(visit, asha):
    out = visit().let_in(asha)
    for path in (YOU, "/applications", "/profile", YOU):
        out.go(path)
        out.page.wait_for_function(HELD)
    kept = out.page.evaluate(
        """async () => {
          const found = [];
          for (const name of await caches.keys()) {
            const one = await caches.open(name);
            for (const { url } of await one.keys()) {
              found.push([new URL(url).pathname, await (await one.match(url)).text()]);
            }
          }
          return found;
        }"""
    )
    assert kept
    for path, content in kept:
        assert path.startswith("/assets/") or path.endswith("/offline"), path
        assert "Asha" not in content


def test_the_worker_that_is_told_of_messages_is_the_one_of_the_site(visit, asha):
    out = visit().let_in(asha)
    out.go("/applications")
    out.page.wait_for_function(HELD)
    at = "async () => (await navigator.serviceWorker.getRegistration()).active.scriptURL"
    assert out.page.evaluate(at).endswith("/worker.js")
    assert out.page.evaluate("async () => 'pushManager' in (await navigator.serviceWorker.ready)")


def test_without_a_script_the_page_says_when_it_was_saved(visit, asha):
    out = visit("pa", 320, scripts=False).let_in(asha)
    out.go(YOU)
    assert out.page.locator(LINE).is_visible()
    before = out.text(LINE)
    out.fill(guardian="Ram Lal")
    out.press("button[name=later]")
    out.go(YOU)
    assert out.text(LINE) != before
    assert answers(asha)[0]["guardian"] == "Ram Lal"


def test_answers_that_wait_go_before_the_application_is_sent(visit, asha):
    whole = factories.draft_for(asha)
    out = visit().let_in(asha)
    out.go(YOU)
    lose(out)
    out.page.close()
    out.page = out.page.context.new_page()
    out.page.context.set_offline(False)
    with out.page.expect_response(SAVED):
        out.page.goto(f"/en/apply/revenue/{INCOME}/review")
    out.page.get_by_text("Ram Lal", exact=True).wait_for()
    out.check()
    assert answers(asha)[0] == whole.answers | {"guardian": "Ram Lal"}
    assert out.faults == []


def test_a_list_that_cannot_be_fetched_leaves_the_page_as_it_is(visit, asha):
    out = visit().let_in(asha)
    out.go(YOU)
    out.page.wait_for_function(HELD)
    out.fill(guardian="Ram Lal")
    out.page.context.set_offline(True)
    area = out.page.locator("select[name=home-area]").first
    area.select_option(index=0)
    out.page.locator("button.nojs[name=refresh]").first.click()
    out.page.locator(f"{TOLD} p").wait_for()
    assert out.page.locator("[name=guardian]").input_value() == "Ram Lal"
    out.check()


def test_a_session_that_ended_keeps_what_was_typed_on_the_device(visit, asha):
    out = visit().let_in(asha)
    out.go(YOU)
    db.session.query(SessionRow).delete()
    db.session.commit()
    out.fill(guardian="Ram Lal")
    out.page.locator(f"{TOLD} p").wait_for()
    assert "not signed in" in out.text(TOLD)
    out.let_in(asha)
    with out.page.expect_response(lambda one: one.url.endswith("/save") and one.ok):
        out.page.goto(f"/en{YOU}")
    out.page.wait_for_function(
        "() => document.querySelector('[name=guardian]').value === 'Ram Lal'"
    )
    assert answers(asha)[0]["guardian"] == "Ram Lal"


def test_a_draft_that_was_deleted_elsewhere_is_not_brought_back(visit, asha):
    out = visit().let_in(asha)
    out.go(YOU)
    drafts.discard(asha.id, applying.saved(asha.id)[0].id)
    db.session.commit()
    out.fill(guardian="Ram Lal")
    out.page.locator(f"{TOLD} p").wait_for()
    assert "sent or deleted" in out.text(TOLD)
    assert out.page.evaluate(WAITING) == []
    assert db.session.query(Draft).filter_by(person_id=asha.id).count() == 0


def test_rows_that_are_half_filled_in_are_saved_by_themselves(visit, app):
    open_offices("municipal")
    noor = make_person(name="Noor Kaur", address=home())
    draft_of(noor, "municipal", "trade-licence", {"constitution": "partnership"})
    out = visit("ur", 360).let_in(noor)
    out.go("/apply/municipal/trade-licence/owners")
    name = "partners-0-partner_name"
    with out.page.expect_response("**/owners/save"):
        out.page.locator(f"[name='{name}']").fill("Amrit Pal")
    out.refresh("partners:add")
    with out.page.expect_response("**/owners/save"):
        out.page.locator("[name$='-share']").last.fill("40")
    out.page.wait_for_function(f"() => !document.querySelector('{TOLD}').firstChild")
    told, _ = answers(noor)
    assert told["partners"][0]["partner_name"] == "Amrit Pal"
    assert out.faults == []


def test_the_page_that_lets_a_device_ring_finds_the_worker(visit, asha):
    out = visit().let_in(asha)
    out.go("/inbox/preferences")
    form = out.page.locator("form[data-push]")
    form.wait_for()
    out.check()
    assert out.faults == []
    form.locator("[value=ring]").click()
    # This browser has no push service behind it, and the page says so.
    out.page.wait_for_function(
        "() => document.querySelector('form[data-push] [role=status]').textContent"
    )
