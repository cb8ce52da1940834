"""People who apply and pay while things are killed, and what they were told that was done."""

import re
import threading
import time
from dataclasses import dataclass, replace
from itertools import cycle, islice

import httpx
from procrastinate.exceptions import ConnectorException
from sqlalchemy.exc import OperationalError

from payments import service as payments
from payments.gateways.sandbox.company import service as company
from payments.orders import service as orders
from portal.accounts.sessions import service as sessions
from portal.applications import applying
from portal.forms import service as drafts
from portal.kernel.db import db
from tests.accounts.factories import make_person
from tests.applications.factories import AADHAAR, LAND, a_file, land_answers
from tests.journeys.people import Browser, Unwell
from tests.webhooks.factories import ANSWERS

PAUSE = 0.1
PATIENCE = 120
# Two each, beginning one after the other, are all services.
LEAST = 2
FREE, FEE = f"revenue/{LAND}", "municipal/birth-certificate-copy"
# The provider adds to its messages; the provider's program fetches them.
ADDED, FETCHED = "tehsil/income-certificate", "treasury/income-certificate"
SERVICES = (FREE, FEE, ADDED, FETCHED)
# What may happen while things are killed, and passes.
WEATHER = (httpx.TransportError, Unwell, OperationalError, ConnectorException)
RECEIPT = re.compile(r"[0-9]{4}-[0-9]{6}")
NOTICES = "/hooks/payments/sandbox"
# Both are told several times how a payment ended.
TIMES = 2


@dataclass(frozen=True)
class Sent:
    """What one person was told: the draft that was sent, and what the portal answered.

    `payment` is its path; `receipt` stays empty for who closed the window before it came.
    """

    draft: str
    reference: str
    service: str = ""
    withdrawn: bool = False
    payment: str = ""
    receipt: str = ""


class Submitter(threading.Thread):
    """Applies and pays until the storm is over, by turns; never gives an application up.

    However short the storm: each at least LEAST.
    """

    def __init__(self, app, url, chance, over, first):
        """`first` is the service that it begins with."""
        super().__init__()
        self.app, self.url, self.chance, self.over = app, url, chance, over
        self.services = islice(cycle(SERVICES), first, None)
        self.sent = []
        # How many while things were killed.
        self.in_time = 0
        self.refused = []
        self.fault = None

    def run(self):
        try:
            person, token = self.until(self.hands(come))
            self.browser = Browser(self.url, cookies={"session": token}, checks=False)
            while not self.over.is_set() or len(self.sent) < LEAST:
                self.sent.append(self.apply(person, next(self.services)))
                self.in_time += not self.over.is_set()
        except Exception as fault:  # noqa: BLE001 - told by the test, which waits for this thread
            self.fault = fault
        finally:
            if hasattr(self, "browser"):
                self.browser.close()

    def apply(self, person, service):
        draft = self.until(self.hands(lambda: draft_for(person, service)))
        browser = self.browser
        self.until(lambda: browser.open(f"/en/apply/{service}/review"))
        self.until(lambda: browser.send(agree="yes"))
        if service == FEE:
            reference = browser.links("/applications/PB-")[0].rpartition("/")[2]
            sent = Sent(draft, reference, service)
            return self.pay(replace(sent, payment=browser.page.url.path))
        sent = Sent(draft, browser.page.url.path.rpartition("/")[2], service)
        if self.chance.random() < 0.5:
            self.until(lambda: withdraw(browser, f"/en/applications/{sent.reference}"))
            return replace(sent, withdrawn=True)
        return sent

    def pay(self, sent):
        """Declined or not, slowly or not, waiting for the receipt or not."""
        choices = ["decline"] * (self.chance.random() < 0.4) + ["pay"]
        if self.chance.random() < 0.3:
            self.until(lambda: pay(self.browser, sent.payment, choices, leaves=True))
            return sent
        self.until(lambda: pay(self.browser, sent.payment, choices))
        receipt = RECEIPT.search(self.browser.words())[0]
        for _ in range(TIMES):
            self.until(lambda: self.browser.open(f"{sent.payment}/return"))
            self.until(lambda: self.repeat_notices(sent.payment))
        return replace(sent, receipt=receipt)

    def repeat_notices(self, path):
        """Send the company's notices of a payment once more, whether it did so itself or not."""
        for body, headers in self.hands(lambda: letters(path))():
            answer = self.browser.http.post(NOTICES, content=body, headers=headers)
            if answer.status_code >= 500:
                raise Unwell(answer.status_code)
            assert answer.status_code == 200, answer.text

    def hands(self, work):
        """Do this in the portal's database ourselves."""

        def act():
            with self.app.app_context():
                return work()

        return act

    def until(self, act):
        """Again and again, as a patient person would."""
        ends = time.monotonic() + PATIENCE
        while True:
            try:
                return act()
            except WEATHER as weather:
                self.refused.append(str(weather.args[0]) if isinstance(weather, Unwell) else "")
                if time.monotonic() > ends:
                    raise
                time.sleep(PAUSE)


def come():
    """Somebody new, and the key of a session."""
    person = make_person()
    token = sessions.open_row(person.id)
    db.session.commit()
    return person.id, token


def draft_for(person_id, path):
    """A draft with every answer; committed."""
    provider, _, service = path.partition("/")
    course = applying.begin(person_id, provider, service)
    told = dict(ANSWERS) if path in (ADDED, FETCHED) else answers_to(path, person_id)
    drafts.save(course.draft, told, list(told))
    db.session.commit()
    return str(course.draft.id)


def answers_to(path, person_id):
    return land_answers() if path == FREE else birth_answers(person_id)


def birth_answers(person_id):
    """Two copies of a birth certificate of 2016: 50 rupees."""
    return {
        "relation": "self",
        "applicant": "Asha Devi",
        "phone": "+919876500001",
        "aadhaar": AADHAAR,
        "known": "number",
        "registration_number": "1427/2016",
        "registered_on": "2016-05-02",
        "copies": 2,
        "script": "punjabi",
        "delivery": "download",
        "identity_proof": a_file(person_id),
        "true_statement": True,
    }


def withdraw(browser, page):
    """Unless it was done by a try whose answer was lost."""
    browser.open(page)
    if browser.links("/withdraw"):
        browser.open(f"{page}/withdraw")
        browser.send()


def pay(browser, path, choices, *, leaves=False):
    """Go on wherever the payment stands; Unwell while it needs another look."""
    browser.open(path)
    while not browser.page.url.path.endswith("/receipt"):
        if not browser.has_form():
            raise Unwell("the bank thinks")
        browser.send()
        if not browser.has_form():
            # Pressed before, by a try whose answer was lost.
            browser.open(f"{path}/return")
            continue
        choice = choices[0]
        if leaves and len(choices) == 1:
            browser.press(choice=choice)
            return
        browser.send(choice=choice)
        if len(choices) > 1:
            choices.pop(0)


def letters(path):
    payment_id = path.rpartition("/")[2]
    found = orders.attempts(payments.by_id(payment_id).id)
    return [company.letter(one) for each in found for one in company.letters(each.reference)]
