"""A person at a browser: goes through pages by the names of fields, so in any language.

Also what a journey needs to stand on: published providers, and people who are signed in already.
"""

import os
from io import BytesIO

import pyotp
import pytest
from playwright.sync_api import Error

from portal.accounts.sessions import service as sessions
from portal.applications import applying
from portal.files import service as files
from portal.forms import service as drafts
from portal.geo import service as geo
from portal.geo import sources
from portal.kernel.db import db
from portal.registry.discovery import discover
from tests.files.samples import picture
from tests.registry import publishing_factories as publishing

WIDEST = "document.documentElement.scrollWidth - document.documentElement.clientWidth"
RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]
# What is in order is not told, and style sheets, which only the turning of screens asks for, are
# not fetched once more: both take longer than the rest.
AXE = {
    "runOnly": {"type": "tag", "values": RULES},
    "resultTypes": ["violations"],
    "preload": False,
}
# Answers of the server that a journey may come to; the browser calls each of them an error.
REFUSALS = ("422", "409")
# A form is back from the server when it is no longer busy.
SETTLED = "() => !document.querySelector('form[aria-busy]')"

TRIES = 5

# The browsers that people come with: `visit(**way)`.
DESK = pytest.param({"language": "en", "width": 1280}, id="English on a desk")
PHONE = pytest.param({"language": "ur", "width": 360}, id="Urdu on a phone")
NARROW = pytest.param({"language": "en", "width": 320}, id="English at 320 px")
PLAIN = pytest.param(
    {"language": "pa", "width": 320, "scripts": False}, id="Punjabi without JavaScript"
)


class Visit:
    """One browser. Every page it comes to is checked for accessibility and for its width."""

    def __init__(self, page, language, axe):
        self.page, self.language, self.axe = page, language, axe
        self.faults = []
        self.secret = None
        page.on("pageerror", lambda error: self.faults.append(f"script error: {error}"))
        page.on("console", self._heard)

    def _heard(self, message):
        if message.type == "error" and not any(code in message.text for code in REFUSALS):
            self.faults.append(f"{self.page.url}: {message.text}")

    def shot(self, name):
        """Keep a picture of the page in the folder that SHOTS names, if it does."""
        if folder := os.environ.get("SHOTS"):
            width = self.page.viewport_size["width"]
            path = f"{folder}/{name}-{self.language}-{width}.png"
            self.page.screenshot(path=path, full_page=True)

    def let_in(self, someone):
        """Sign somebody in at once, for journeys that are about something else."""
        token = sessions.open_row(someone.id)
        db.session.commit()
        cookie = {"name": "session", "value": token, "domain": "localhost", "path": "/"}
        self.page.context.add_cookies([cookie])
        return self

    def go(self, path):
        self.page.goto(f"/{self.language}{path}")
        self.check()

    def check(self):
        """Keep what is wrong with this page; the test asks for `faults` at its end."""
        assert "lang=" in self._content()[:200]
        if self.axe is None:
            return
        over = self.page.evaluate(WIDEST)
        if over > 0:
            self.faults.append(f"{self.page.url} is {over} px wider than the window")
        found = self.axe.run(self.page, options=AXE)
        for fault in found.response["violations"]:
            places = [node["target"] for node in fault["nodes"][:3]]
            self.faults.append(f"{self.page.url}: {fault['id']} at {places}")

    def _content(self):
        """A page that is just being replaced, as when kept answers were sent, is waited for."""
        for _ in range(TRIES):
            try:
                return self.page.content()
            except Error:
                self.page.wait_for_load_state()
        return self.page.content()

    def fill(self, **answers):
        for name, value in answers.items():
            self.page.locator(f"[name='{name.replace('__', '-')}']").fill(value)

    def choose(self, **answers):
        """Pick radio buttons or boxes, as a person does: by pressing the card."""
        for name, value in answers.items():
            named = f"input[name='{name.replace('__', '-')}'][value='{value}']"
            self.page.locator(named).locator("xpath=ancestor::label").click()

    def select(self, **answers):
        for name, value in answers.items():
            self.page.locator(f"select[name='{name.replace('__', '-')}']").select_option(value)

    def tick(self, name):
        self.page.locator(f"input[name='{name}']").check()

    def attach(self, **files):
        for name, path in files.items():
            # A photo has a second control, which opens the camera.
            control = self.page.locator(f"input[type=file][name='{name.replace('__', '-')}']")
            control.first.set_input_files(path)

    def press(self, button="main form button.btn:not(.alt):not(.link):not(.no)"):
        with self.page.expect_navigation():
            self.page.locator(button).first.click()
        self.check()

    def refresh(self, press):
        """Press a button that brings the form again: without a new page where scripts run."""
        button = self.page.locator(f"button[name='refresh'][value='{press}']")
        if self.axe is None:
            with self.page.expect_navigation():
                button.click()
            return
        with self.page.expect_response(lambda one: one.request.method == "POST"):
            button.click()
        self.page.wait_for_function(SETTLED)

    def choose_area(self, name, path):
        """Down the lists of an address; without scripts each next list comes by its button."""
        for place, code in enumerate(path):
            chosen = self.page.locator(f"select[name='{name}-area']").nth(place)
            if self.axe is None:
                chosen.select_option(code)
                self.refresh(name)
                continue
            with self.page.expect_response(lambda one: one.request.method == "POST"):
                chosen.select_option(code)
            self.page.wait_for_function(SETTLED)

    def follow(self, link):
        with self.page.expect_navigation():
            self.page.locator(link).first.click()
        self.check()

    def code(self):
        return pyotp.TOTP(self.secret).now()

    def text(self, place="main"):
        return self.page.locator(place).inner_text()


def open_offices(*slugs):
    """Publish what these providers offer, in the demo district; committed."""
    geo.import_areas(sources.read(sources.DEMO))
    for provider in discover():
        if provider.slug in slugs:
            publishing.published(provider)
    db.session.commit()


def decide(officer, reference, paper):
    """Accept, record what the stage asks for, approve and issue at the desk."""
    officer.go(f"/desk/{reference}")
    officer.choose(act="accept")
    officer.press("#next button.btn")
    if officer.page.locator("a[href$='/record']").count():
        officer.go(f"/desk/{reference}/record")
        officer.choose(place_as_told="yes")
        officer.fill(inspector_saw="A shop with two rooms.")
        officer.press()
    officer.choose(act="approve")
    officer.press("#next button.btn")
    officer.choose(act="issue")
    officer.attach(document=paper)
    officer.press("#next button.btn")


def pay(person, *, declined=0):
    """From the page that says what is due to the receipt, over the gateway's own page."""
    for _ in range(declined):
        person.press("main form button.btn.go")
        person.press("button[value='decline']")
        assert person.page.locator(".notice.bad").is_visible()
    person.press("main form button.btn.go")
    person.press("button[value='pay']")


def draft_of(person, provider, service, answers):
    """A draft of somebody that holds these answers already; committed."""
    course = applying.begin(person.id, provider, service)
    drafts.save(course.draft, answers, list(answers))
    db.session.commit()


def photo_of(person):
    """An answer to a question for a photo."""
    kept = files.keep(
        BytesIO(picture()),
        "photo.jpg",
        subject_id=person.id,
        person_id=person.id,
        accepts=("jpeg",),
    )
    told = {part: getattr(kept, part) for part in ("name", "type", "bytes", "sha256")}
    return {"file": str(kept.id), **told}
