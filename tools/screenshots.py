"""Takes the pictures of docs/pictures from the running thing: a throw-away demo world.

One person asks for a trade licence, pays for it and pays a bill; officers and an integrator look.
"""

import shutil
import sys
from collections.abc import Sequence
from io import BytesIO
from pathlib import Path
from typing import NamedTuple

from PIL import Image, ImageDraw
from playwright.sync_api import Browser, FilePayload, Locator, Page, sync_playwright

from portal.accounts.domain import Role
from portal.demo.domain import ACCOUNTS, Account
from tools.world import World, citizen, world

PICTURES = Path(__file__).parents[1] / "docs" / "pictures"
SERVICE = "municipal/trade-licence"
BILLER, BILL_ACCOUNT = "power", "3001234567"
COLOURS = 96
CHROMIUMS = ("chromium", "chromium-browser", "google-chrome")
MOST_STEPS = 20
GO_ON = "main form[method=post] button.btn:not(.alt):not(.link):not(.no):not([name])"

# The answers by the names of the questions; in a row of partners, by the end of the name.
CHOSEN = {
    "request": "new",
    "trade": "shop",
    "food": "no",
    "hazardous": "no",
    "tenure": "own",
    "constitution": "partnership",
    "partner_abroad": "no",
}
TYPED = {
    "trade_name": "Sharma Sweets",
    "goods": "Tea, milk and sweets",
    "employees": "3",
    "opens_in-year": "2027",
    "premises-line": "Shop 4, Ghat Road",
    "spot-line": "Behind the clock tower",
    "spot-latitude": "30.90096",
    "spot-longitude": "75.85727",
    "floor_area": "18.5",
    "years": "2",
}
LISTS = {"opens_in-month": "4", "premises-area": "IN-PB-NDP-NAD-NADIPUR-CITY"}
TICKED = ("public_way", "true_statement")
PARTNERS = (
    {"name": "Meera Sharma", "father": "Ramesh Sharma", "share": "60", "phone": "98765 00001"},
    {"name": "Amrit Pal", "father": "Gurdev Pal", "share": "40", "phone": "98765 43211"},
)
AADHAARS = ("234123412346", "345634563457")


class View(NamedTuple):
    """`ending` is what the picture's name has after the page's."""

    ending: str
    language: str
    width: int
    height: int


DESKTOP = View("", "en", 1280, 860)
PHONE = View("-phone", "en", 360, 740)
URDU = View("-ur-phone", "ur", 360, 740)
PUNJABI = View("-pa-phone", "pa", 360, 740)
EVERY = (DESKTOP, PHONE, URDU, PUNJABI)


class Photographer:
    def __init__(self, browser: Browser, here: World, account: Account) -> None:
        self.browser, self.here = browser, here
        self.cookie = here.session(account)

    def open(self, view: View) -> Page:
        context = self.browser.new_context(
            base_url=self.here.url,
            viewport={"width": view.width, "height": view.height},
            reduced_motion="reduce",
        )
        context.add_cookies([{"name": "session", "value": self.cookie, "url": self.here.url}])
        return context.new_page()

    def take(
        self, name: str, path: str, views: Sequence[View] = EVERY, place: str | None = None
    ) -> None:
        """One picture for each view, kept small by a palette; `place` is rolled to the top."""
        for view in views:
            page = self.open(view)
            page.goto(f"/{view.language}{path}", wait_until="networkidle")
            if place:
                page.locator(place).first.evaluate("one => one.scrollIntoView()")
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
        take_all(browser, here)
        browser.close()


def take_all(browser: Browser, here: World) -> None:
    camera = Photographer(browser, here, citizen())
    camera.take("home", "/")
    camera.take("service", f"/services/{SERVICE}")
    page = camera.open(DESKTOP)
    reference = _apply(page, camera)
    camera.take("application", f"/applications/{reference}", (DESKTOP, PHONE, URDU))
    _bills(page, camera)
    desk = Photographer(browser, here, _who(Role.OFFICER, "municipal"))
    desk.take("desk", "/desk", (DESKTOP, PHONE))
    desk.take("case", f"/desk/{reference}", (DESKTOP, PHONE))
    console = Photographer(browser, here, _who(Role.INTEGRATOR, "revenue"))
    console.take("console", "/console/webhooks/revenue", (DESKTOP,))


def _who(role: Role, provider: str) -> Account:
    return next(one for one in ACCOUNTS if (one.role, one.provider) == (role, provider))


def _apply(page: Page, camera: Photographer) -> str:
    """From the first page of the form to an application that is paid; its reference."""
    page.goto(f"/en/apply/{SERVICE}")
    _press(page, "main form button.go")
    for _ in range(MOST_STEPS):
        if page.url.endswith("/review"):
            break
        _fill(page)
        if page.locator("[name=partners-rows]").count() and _partners(page):
            _press(page, GO_ON)
            page.go_back(wait_until="networkidle")
            camera.take("partners", _path(page), (DESKTOP, PHONE, URDU), "#partners")
        _press(page, GO_ON)
    camera.take("review", _path(page), (DESKTOP, PHONE, URDU))
    page.locator("[name=agree]").check()
    _press(page, GO_ON)
    camera.take("pay", _path(page), (DESKTOP, PHONE, PUNJABI))
    _pay(page)
    camera.take("receipt", _path(page), (DESKTOP, PHONE))
    _press(page, "main .btns a.btn")
    return page.url.rpartition("/")[2]


def _pay(page: Page) -> None:
    _press(page, "main form button.go")
    _press(page, "button[value=pay]")


def _bills(page: Page, camera: Photographer) -> None:
    page.goto(f"/en/bills/{BILLER}")
    page.locator("[name=account]").fill(BILL_ACCOUNT)
    _press(page, "main form button.go")
    camera.take("bill", _path(page), (PHONE, URDU))
    _press(page, "main form button.go")
    _pay(page)
    camera.take("bills", "/bills", (DESKTOP, PHONE))


def _fill(page: Page) -> None:
    """Whatever of our answers this page asks for; questions may come up meanwhile."""
    for name, value in CHOSEN.items():
        _choose(page.locator(f"main input[name={name}][value={value}]"))
    for fold in page.locator("main form details:not([open]) summary").all():
        fold.click()
    for name, value in TYPED.items():
        _type(page.locator(f"main input[name='{name}'], main textarea[name='{name}']"), value)
    for name, value in LISTS.items():
        _pick(page, name, value)
    for name in TICKED:
        _choose(page.locator(f"main input[name={name}][type=checkbox]"))
    _attach(page)


def _partners(page: Page) -> bool:
    """Two partners. Whether the rows stand here at all: they come up with the kind of owner."""
    names = page.locator("[name$='-partner_name']")
    if not names.count():
        return False
    if names.count() < len(PARTNERS):
        with page.expect_response(lambda one: one.request.method == "POST"):
            page.locator("button[value='partners:add']").click()
        page.wait_for_function("() => !document.querySelector('form[aria-busy]')")
    for at, partner in enumerate(PARTNERS):
        for name, value in partner.items():
            ending = "share" if name == "share" else f"partner_{name}"
            _type(page.locator(f"[name$='-{ending}']").nth(at), value)
        _choose(page.locator("[name$='-partner_abroad'][value=no]").nth(at))
    for at, number in enumerate(AADHAARS):
        _type(page.locator("[name$='-partner_aadhaar']").nth(at), number)
    _attach(page)
    return page.locator("[name$='-partner_aadhaar']").count() == len(PARTNERS)


def _type(field: Locator, value: str) -> None:
    if field.count() and field.first.is_visible():
        field.first.fill(value)


def _choose(control: Locator) -> None:
    """Press the card around a choice, as a person does."""
    if control.count() and not control.first.is_checked():
        control.first.locator("xpath=ancestor::label").click()
        control.page.wait_for_load_state("networkidle")


def _pick(page: Page, name: str, value: str) -> None:
    """Down the lists of a place, the code of each being the beginning of the next."""
    lists = page.locator(f"main select[name='{name}']")
    for at in range(MOST_STEPS):
        if at >= lists.count():
            return
        codes = lists.nth(at).locator("option").evaluate_all("all => all.map(one => one.value)")
        fitting = [code for code in codes if code and f"{value}-".startswith(f"{code}-")]
        if fitting:
            lists.nth(at).select_option(fitting[0])
            page.wait_for_load_state("networkidle")
            page.wait_for_function("() => !document.querySelector('form[aria-busy]')")


def _attach(page: Page) -> None:
    for control in page.locator("main input[type=file]:not([capture])").all():
        paper = FilePayload(name="paper.png", mimeType="image/png", buffer=_drawn())
        control.set_input_files(paper)


def _drawn() -> bytes:
    """A shop front, more or less."""
    drawn, kept = Image.new("RGB", (600, 400), "linen"), BytesIO()
    pen = ImageDraw.Draw(drawn)
    pen.rectangle((60, 60, 540, 130), fill="darkorange")
    pen.rectangle((90, 130, 510, 400), fill="steelblue")
    pen.rectangle((250, 190, 350, 400), fill="saddlebrown")
    drawn.save(kept, "PNG")
    return kept.getvalue()


def _press(page: Page, button: str) -> None:
    with page.expect_navigation():
        page.locator(button).last.click()
    page.wait_for_load_state("networkidle")


def _path(page: Page) -> str:
    """The address of the page, after its language and without a place on it."""
    return page.url.partition("/en")[2].partition("#")[0]


if __name__ == "__main__":
    main()
