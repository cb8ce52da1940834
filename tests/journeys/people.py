"""A person with a browser that knows no JavaScript: opens pages, fills in forms, sends them."""

from urllib.parse import urljoin

import html5lib
import httpx
import pyotp

from portal.demo.domain import ACCOUNTS
from portal.kernel import clock
from tests.files.samples import pdf
from tests.pages import XHTML, page_faults

PDF = pdf(b"% a paper")
# Answers that a profile does not know, step by step.
INCOME = {
    "occupation": "labour",
    "daily_wage": "450",
    "other_income": "no",
    "members": "4",
    "family_income": "120000",
    "needed_for": "scholarship",
    "true_statement": "yes",
}
PAPERS = ("identity_proof", "residence_proof")


class Unwell(Exception):
    """The portal says that it cannot do this now; the same may work in a moment."""


class Browser:
    """`page` is the last one that was opened; each is checked as a page, unless speed matters."""

    def __init__(self, url, *, cookies=None, checks=True):
        self.http = httpx.Client(base_url=url, follow_redirects=True, timeout=60, cookies=cookies)
        self.page = None
        self.checks = checks
        self.read = None

    def close(self):
        self.http.close()

    def open(self, path):
        return self._keep(self.http.get(path))

    def send(self, files=(), **answers):
        """Send the form of the page as it is, but for these answers."""
        told = {**self._filled(), **answers}
        to = self._target()
        papers = {name: (f"{name}.pdf", PDF, "application/pdf") for name in files}
        return self._keep(self.http.post(to, data=told, files=papers or None))

    def press(self, **answers):
        """Send the form, and close the window before the next page comes."""
        told = {**self._filled(), **answers}
        response = self.http.post(self._target(), data=told, follow_redirects=False)
        if response.status_code >= 500:
            raise Unwell(response.status_code)
        assert response.status_code == 303, response.text

    def words(self):
        return " ".join("".join(self._root().itertext()).split())

    def links(self, part):
        found = (one.get("href") for one in self._root().iter(f"{XHTML}a"))
        return [href for href in found if part in (href or "")]

    def has_form(self):
        return any(one.get("method") == "post" for one in self._forms())

    def _keep(self, response):
        if response.status_code >= 500:
            raise Unwell(response.status_code)
        self.page, self.read = response, None
        assert response.status_code == 200, (response.url, response.status_code, self.words())
        if self.checks and response.headers["content-type"].startswith("text/html"):
            assert page_faults(response.text) == []
        return response

    def _root(self):
        if self.read is None:
            self.read = html5lib.parse(self.page.text)
        return self.read

    def _form(self):
        """The form of the page itself: the last one with an address of its own or of the page."""
        return next(one for one in self._forms() if one.get("method") == "post")

    def _target(self):
        return urljoin(str(self.page.url), self._form().get("action") or "")

    def _forms(self):
        return next(self._root().iter(f"{XHTML}main")).iter(f"{XHTML}form")

    def _controls(self):
        kinds = {f"{XHTML}{kind}" for kind in ("input", "select", "textarea")}
        return [one for one in self._form().iter() if one.tag in kinds and one.get("name")]

    def _names(self):
        return {one.get("name") for one in self._controls()}

    def _filled(self):
        """What the page would send untouched; a name may stand there several times."""
        told = {}
        for one in self._controls():
            if (value := _value(one)) is not None:
                told.setdefault(one.get("name"), []).append(value)
        return told


class Person(Browser):
    """One of the demo world."""

    def __init__(self, url, email):
        super().__init__(url)
        self.account = next(one for one in ACCOUNTS if one.email == email)

    def sign_in(self):
        self.open("/en/sign-in")
        self.send(contact=self.account.email, password=self.account.password)
        code = pyotp.TOTP(self.account.secret).at(clock.now())
        return self.send(code=code)

    def begin(self, service):
        """To the first page of the form."""
        self.open(f"/en/apply/{service}")
        return self.send()

    def fill_in(self):
        """Each page of the income certificate's form, up to the review."""
        for _ in range(10):
            if self.page.url.path.endswith("/review"):
                return self.page
            wanted = {name: value for name, value in INCOME.items() if name in self._names()}
            self.send(files=[name for name in PAPERS if name in self._names()], **wanted)
        raise AssertionError(f"the form does not end: {self.page.url}")

    def apply(self, service="revenue/income-certificate"):
        """The reference of a new application."""
        self.begin(service)
        self.fill_in()
        self.send(agree="yes")
        return self.page.url.path.rpartition("/")[2]


def _value(control):
    kind = control.get("type", "")
    if kind == "file" or (kind in ("radio", "checkbox") and control.get("checked") is None):
        return None
    if control.tag == f"{XHTML}select":
        chosen = [one for one in control.iter(f"{XHTML}option") if one.get("selected") is not None]
        return (chosen[0].get("value") or "") if chosen else ""
    if control.tag == f"{XHTML}textarea":
        return "".join(control.itertext())
    return control.get("value") or ""
