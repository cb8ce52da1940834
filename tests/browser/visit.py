"""A person at a browser: goes through pages by the names of fields, so in any language."""

import pyotp

WIDEST = "document.documentElement.scrollWidth - document.documentElement.clientWidth"
RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]


class Visit:
    """One browser. Every page it comes to is checked for accessibility and for its width."""

    def __init__(self, page, language, axe):
        self.page, self.language, self.axe = page, language, axe
        self.faults = []
        self.checked = set()
        self.secret = None
        page.on("pageerror", lambda error: self.faults.append(f"script error: {error}"))
        page.on("console", self._heard)

    def _heard(self, message):
        if message.type == "error" and "422" not in message.text:
            self.faults.append(f"{self.page.url}: {message.text}")

    def go(self, path):
        self.page.goto(f"/{self.language}{path}")
        self.check()

    def check(self):
        """Keep what is wrong with this page; the test asks for `faults` at its end."""
        assert "lang=" in self.page.content()[:200]
        if self.axe is None:
            return
        over = self.page.evaluate(WIDEST)
        if over > 0:
            self.faults.append(f"{self.page.url} is {over} px wider than the window")
        found = self.axe.run(self.page, options={"runOnly": {"type": "tag", "values": RULES}})
        for fault in found.response["violations"]:
            places = [node["target"] for node in fault["nodes"][:3]]
            self.faults.append(f"{self.page.url}: {fault['id']} at {places}")

    def fill(self, **answers):
        for name, value in answers.items():
            self.page.locator(f"[name='{name.replace('__', '-')}']").fill(value)

    def choose(self, **answers):
        """Pick radio buttons, as a person does: by pressing the card."""
        for name, value in answers.items():
            control = self.page.locator(f"input[name='{name}'][value='{value}']")
            control.locator("xpath=ancestor::label").click()

    def tick(self, name):
        self.page.locator(f"input[name='{name}']").check()

    def attach(self, **files):
        for name, path in files.items():
            self.page.locator(f"input[name='{name}']").set_input_files(path)

    def press(self, button="main form button.btn:not(.alt):not(.link):not(.no)"):
        with self.page.expect_navigation():
            self.page.locator(button).first.click()
        self.check()

    def follow(self, link):
        with self.page.expect_navigation():
            self.page.locator(link).first.click()
        self.check()

    def code(self):
        return pyotp.TOTP(self.secret).now()

    def text(self, place="main"):
        return self.page.locator(place).inner_text()
