"""Takes the pictures of docs/pictures from the running thing: a throw-away demo world.

Each page in English on a desktop, and in English and Urdu on a phone.
"""

import shutil
import sys
from collections.abc import Sequence
from io import BytesIO
from pathlib import Path
from typing import NamedTuple

from PIL import Image
from playwright.sync_api import Browser, FilePayload, Page, sync_playwright

from portal.accounts.domain import Role
from portal.demo.domain import ACCOUNTS
from tools.world import World, citizen, world

PICTURES = Path(__file__).parents[1] / "docs" / "pictures"
SERVICE = "revenue/income-certificate"
COLOURS = 96
CHROMIUMS = ("chromium", "chromium-browser", "google-chrome")
# What the profile does not know, by the names of the questions.
CHOSEN = {"occupation": "labour", "other_income": "no", "needed_for": "scholarship"}
TYPED = {"daily_wage": "450", "members": "4", "family_income": "120000"}
MOST_STEPS = 10
PAPERS = ("identity_proof", "residence_proof")


class View(NamedTuple):
    """`ending` is what the picture's name has after the page's."""

    ending: str
    language: str
    width: int
    height: int


VIEWS = (
    View("", "en", 1280, 800),
    View("-phone", "en", 360, 720),
    View("-ur-phone", "ur", 360, 720),
)


class Photographer:
    def __init__(self, browser: Browser, here: World, cookie: str) -> None:
        self.browser, self.here, self.cookie = browser, here, cookie

    def open(self, view: View) -> Page:
        context = self.browser.new_context(
            base_url=self.here.url,
            viewport={"width": view.width, "height": view.height},
            reduced_motion="reduce",
        )
        context.add_cookies([{"name": "session", "value": self.cookie, "url": self.here.url}])
        return context.new_page()

    def take(self, name: str, path: str, views: Sequence[View] = VIEWS) -> None:
        """One picture for each view, kept small by a palette."""
        for view in views:
            page = self.open(view)
            page.goto(f"/{view.language}{path}", wait_until="networkidle")
            with Image.open(BytesIO(page.screenshot())) as shot:
                file = PICTURES / f"{name}{view.ending}.png"
                shot.convert("RGB").quantize(COLOURS).save(file, optimize=True)
            page.context.close()
            sys.stdout.write(f"{file.name}: {file.stat().st_size // 1024} KB\n")


def main() -> None:
    chromium = next((path for name in CHROMIUMS if (path := shutil.which(name))), None)
    if chromium is None:
        sys.exit("No chromium is installed: apt-get install chromium")
    PICTURES.mkdir(parents=True, exist_ok=True)
    with world() as here, sync_playwright() as player:
        browser = player.chromium.launch(executable_path=chromium, args=["--no-sandbox"])
        _citizens_pages(Photographer(browser, here, here.session(citizen())))
        officer = next(one for one in ACCOUNTS if one.role is Role.OFFICER)
        desk = Photographer(browser, here, here.session(officer))
        desk.take("desk", "/desk/applications", VIEWS[:1])
        browser.close()


def _citizens_pages(camera: Photographer) -> None:
    camera.take("home", "/")
    camera.take("service", f"/services/{SERVICE}")
    page = camera.open(VIEWS[0])
    page.goto(f"/en/apply/{SERVICE}")
    _go_on(page)
    camera.take("step", _path(page))
    for _ in range(MOST_STEPS):
        if page.url.endswith("/review"):
            break
        _fill(page)
        _go_on(page)
    camera.take("review", _path(page))
    page.locator("[name=agree]").check()
    _go_on(page)
    camera.take("application", _path(page))


def _fill(page: Page) -> None:
    """Whatever of our answers this page asks for; questions may come up meanwhile."""
    for name, value in CHOSEN.items():
        _label(page, name, value)
    for name, value in TYPED.items():
        field = page.locator(f"main [name={name}]")
        if field.count() and field.is_visible():
            field.fill(value)
    for name in PAPERS:
        if page.locator(f"main [name={name}]").count():
            paper = FilePayload(name=f"{name}.png", mimeType="image/png", buffer=_photo())
            page.locator(f"main [name={name}]").set_input_files(paper)
    _label(page, "true_statement", None)


def _photo() -> bytes:
    drawn = BytesIO()
    Image.new("RGB", (600, 400), "linen").save(drawn, "PNG")
    return drawn.getvalue()


def _label(page: Page, name: str, value: str | None) -> None:
    """Press the card around a choice, as a person does."""
    chosen = f"[value={value}]" if value else "[type=checkbox]"
    found = page.locator(f"main input[name={name}]{chosen}")
    if found.count():
        found.locator("xpath=ancestor::label").click()


def _go_on(page: Page) -> None:
    page.locator("main form[method=post] button:not([name])").last.click()
    page.wait_for_load_state("networkidle")


def _path(page: Page) -> str:
    """The address of the page, after its language."""
    return page.url.partition("/en")[2]


if __name__ == "__main__":
    main()
