"""What rings: the worker shows it in the person's language, and leads to the right page."""

import json

import pytest

from portal.notifications.push import service as push
from tests.accounts.factories import make_person

HELD = "() => navigator.serviceWorker?.controller !== null"
# Without a desktop to show them on, a browser may take messages away again: each is read at once.
SHOWN = """async () => {
  const worker = await navigator.serviceWorker.ready;
  const found = await worker.getNotifications();
  return found.map(({ title, body, lang, dir, data }) => ({ title, body, lang, dir, data }));
}"""
COMES = f"""async () => {{
  for (let looks = 0; looks < 40; looks++) {{
    const found = await ({SHOWN})();
    if (found.length) return found;
    await new Promise((done) => setTimeout(done, 50));
  }}
  return null;
}}"""
A_MOMENT = "() => new Promise((done) => setTimeout(done, 50))"
# A page that is not in front draws no frames, so nothing here waits for one.
OFTEN = 50
# A browser lets a worker open a window only when a person pressed: what it would open is kept.
PRESS = """async () => {
  const [pressed] = await self.registration.getNotifications();
  if (!pressed) return null;
  let opened = null;
  self.clients.openWindow = async (path) => { opened = path; };
  self.dispatchEvent(new NotificationEvent("notificationclick", { notification: pressed }));
  await new Promise((done) => setTimeout(done, 0));
  return opened;
}"""


@pytest.fixture
def person(app):
    return make_person(language="ur")


@pytest.fixture
def out(visit, person, site):
    """Somebody's browser in which the worker stands, and that may show messages."""
    out = visit("ur").let_in(person)
    out.page.context.grant_permissions(["notifications"], origin=site)
    out.go("/inbox")
    out.page.wait_for_function(HELD, polling=OFTEN)
    return out


@pytest.fixture
def ring(out, site):
    """Delivers a message to the worker, as the push service of the browser does."""
    devtools = out.page.context.new_cdp_session(out.page)
    known = []
    devtools.on(
        "ServiceWorker.workerRegistrationUpdated",
        lambda told: known.extend(
            one["registrationId"]
            for one in told["registrations"]
            if one["scopeURL"].startswith(site) and not one["isDeleted"]
        ),
    )
    devtools.send("ServiceWorker.enable")
    # The browser tells of its workers when it comes to it.
    for _ in range(200):
        if not known:
            out.page.evaluate(A_MOMENT)
    assert known, "The browser tells of no worker."

    def deliver(data):
        told = {"origin": site, "registrationId": known[-1], "data": data}
        # What comes to a worker that just begins may be lost; told twice, it is shown once.
        for _ in range(10):
            devtools.send("ServiceWorker.deliverPushMessage", told)
            if found := out.page.evaluate(COMES):
                return found
        raise AssertionError("Nothing is shown.")

    return deliver


def said(language="ur"):
    """What the portal sends, before it is sealed for the browser."""
    return json.dumps(push.in_words({"kind": "decisions", "path": "inbox", "language": language}))


def test_what_rings_is_shown_in_the_language_of_the_person(ring):
    (shown,) = ring(said())
    assert shown["title"] == "سانجھا"
    assert not shown["body"].isascii()
    assert (shown["lang"], shown["dir"]) == ("ur", "rtl")


def test_who_presses_it_comes_to_their_inbox(out, ring, site):
    (worker,) = out.page.context.service_workers
    opened = None
    for _ in range(10):
        if opened is None:
            ring(said())
            opened = worker.evaluate(PRESS)
    assert opened == "/ur/inbox"
    assert out.page.evaluate(SHOWN) == []
    out.page.goto(site + opened)
    assert out.page.locator("h1").first.is_visible()
    assert "/ur/inbox" in out.page.url


@pytest.mark.parametrize("told", ["", "no json", "null", "5", '{"path": "//evil.example"}'])
def test_what_cannot_be_read_says_at_least_that_there_is_something(out, ring, told):
    (shown,) = ring(told)
    assert shown["title"] == "Sanjha"
    assert shown["data"] == "inbox"
