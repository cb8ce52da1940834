"""Web and worker are killed again and again while people apply and a department is unwell.

Longer by STORM_SECONDS; the same storm again by STORM_SEED.
"""

import os
import random
import secrets
import threading
import time
from dataclasses import dataclass

import httpx
import pytest
from sqlalchemy import select

from portal.accounts.sessions import service as sessions
from portal.app import create_app, read_settings
from portal.applications.models import Application, TimelineEntry
from portal.audit import service as audit
from portal.kernel.db import db
from portal.webhooks import service as webhooks
from portal.webhooks.models import Delivery
from tests.accounts.factories import make_person
from tests.applications.factories import LAND, draft_for
from tests.journeys.departments import Department
from tests.journeys.people import Browser

pytestmark = pytest.mark.storm
SECONDS = float(os.environ.get("STORM_SECONDS", "15"))
SUBMITTERS = 3
PAUSE = 0.1
# A killed worker's job is run again after some seconds; a message that failed once, too.
SETTLING = 90
REVIEW = f"/en/apply/revenue/{LAND}/review"


@dataclass
class Sent:
    """What one person was told: the draft that was sent, and what the portal answered."""

    draft: str
    reference: str
    withdrawn: bool


class Submitter(threading.Thread):
    """Applies, as ever new people, until the storm is over; never gives an application up."""

    def __init__(self, app, url, chance, over):
        super().__init__()
        self.app, self.url, self.chance, self.over = app, url, chance, over
        self.sent = []
        self.tries = 0
        self.fault = None

    def run(self):
        try:
            while not self.over.is_set():
                self.sent.append(self.apply())
        except Exception as fault:  # noqa: BLE001 - told by the test, which waits for this thread
            self.fault = fault

    def apply(self):
        with self.app.app_context():
            # The demo world holds some of the numbers that the factory gives.
            person = make_person(mobile=None)
            draft = str(draft_for(person, LAND).draft.id)
            token = sessions.open_row(person.id)
            db.session.commit()
        browser = Browser(self.url, cookies={"session": token})
        try:
            return self.send(browser, draft)
        finally:
            browser.close()

    def send(self, browser, draft):
        self.until(lambda: browser.open(REVIEW))
        self.until(lambda: browser.send(agree="yes"))
        reference = browser.page.url.path.rpartition("/")[2]
        if withdrawn := self.chance.random() < 0.5:
            self.until(lambda: self.withdraw(browser, f"/en/applications/{reference}"))
        return Sent(draft, reference, withdrawn)

    def withdraw(self, browser, page):
        """Unless it was done by a try whose answer was lost."""
        browser.open(page)
        if browser.links("/withdraw"):
            browser.open(f"{page}/withdraw")
            browser.send()

    def until(self, act):
        """Again and again, as a patient person would."""
        ends = time.monotonic() + SETTLING
        while True:
            self.tries += 1
            try:
                return act()
            except httpx.TransportError:
                assert time.monotonic() < ends, "the portal does not come back"
                self.over.wait(PAUSE)
                time.sleep(PAUSE)


@pytest.fixture
def chance():
    seed = int(os.environ.get("STORM_SEED") or secrets.randbelow(1_000_000))
    print(f"STORM_SEED={seed}")  # noqa: T201 - shown when the test fails
    return random.Random(seed)  # noqa: S311 - a storm that can be had again


@pytest.fixture
def department(chance):
    made = Department(chance)
    server, thread = made.serve()
    made.url = f"http://127.0.0.1:{server.server_port}/webhook"
    yield made
    made.going.set()
    server.shutdown()
    thread.join()
    server.server_close()


@pytest.fixture
def app(standing, department):
    """Our own hands in the portal's database."""
    made = create_app(read_settings(standing.env))
    with made.app_context():
        department.secret = webhooks.new_secret()
        webhooks.set_endpoint("revenue", department.url, "tests", department.secret)
        db.session.commit()
        yield made
        db.session.remove()
        db.engine.dispose()


@pytest.fixture
def house(standing, app):
    for name in ("web", "worker"):
        standing.start(name)
    standing.wait(with_department=False)
    return standing


def rage(house, chance):
    """Kill one program after the other, and start it again."""
    killed = []
    ends = time.monotonic() + SECONDS
    while time.monotonic() < ends:
        time.sleep(chance.uniform(0.5, 2.5))
        name = chance.choice(("web", "worker"))
        house.kill(name)
        house.start(name)
        killed.append(name)
    return killed


def settled(house):
    """Every message arrived, in whichever time that takes at the most."""
    house.wait(with_department=False)
    ends = time.monotonic() + SETTLING
    while True:
        db.session.rollback()
        open_ = select(Delivery.state).where(Delivery.state != webhooks.State.DELIVERED)
        if not (left := db.session.scalars(open_).all()):
            return
        assert time.monotonic() < ends, f"{len(left)} messages are left: {set(left)}"
        time.sleep(PAUSE)


@pytest.mark.promise("B7")
def test_nothing_is_lost_and_nothing_is_doubled(house, app, department, chance):
    over = threading.Event()
    submitters = [Submitter(app, house.url, chance, over) for _ in range(SUBMITTERS)]
    for one in submitters:
        one.start()
    killed = rage(house, chance)
    over.set()
    for one in submitters:
        one.join()
    for one in submitters:
        if one.fault:
            raise one.fault
    settled(house)
    sent = [each for one in submitters for each in one.sent]
    print(f"{len(sent)} applications, {len(killed)} kills")  # noqa: T201
    assert sent
    assert killed

    stored = {str(one.submission): one for one in db.session.scalars(select(Application))}
    assert {each.draft: each.reference for each in sent} == {
        draft: one.reference for draft, one in stored.items()
    }
    assert department.refused == []
    for each in sent:
        messages(department, each)
        timeline(stored[each.draft], each)
    assert audit.broken_at() is None


def messages(department, each):
    """Each message has one id however often it came, and they were taken in order."""
    kinds = ["application.submitted", *(["application.withdrawn"] if each.withdrawn else [])]
    came = [department.came[each.reference, number] for number in range(1, len(kinds) + 2)]
    assert [len(ids) for ids in came] == [1] * len(kinds) + [0], each
    taken = department.taken[each.reference]
    order = [one["data"]["sequence"] for one in taken]
    assert order == sorted(order), each
    assert list(dict.fromkeys(one["type"] for one in taken)) == kinds


def timeline(application, each):
    """One entry for each thing that happened."""
    mine = select(TimelineEntry).where(TimelineEntry.application_id == application.id)
    assert len(db.session.scalars(mine).all()) == 1 + each.withdrawn, each
    assert application.state == ("withdrawn" if each.withdrawn else "submitted")
