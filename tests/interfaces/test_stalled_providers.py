"""Providers that take questions and say nothing: who waits for them, and who does not. By count."""

from concurrent.futures import ThreadPoolExecutor
from uuid import uuid4

import pytest

from portal.interfaces import asking
from portal.interfaces import service as interfaces
from portal.interfaces.domain import NotAnswering
from portal.interfaces.lookups import service
from portal.kernel.db import db
from portal.kernel.outside import MOST_WAITING
from portal.kernel.serving import THREADS
from tests.interfaces import looked_up
from tests.interfaces.listening import opened
from tests.interfaces.looked_up import ANSWER, AT, PLOT
from tests.webhooks.conftest import SECRET

PROVIDERS, EACH, PAGES = 8, 3, 40


@pytest.fixture
def stalled(app, private_allowed):
    """Eight providers that listen, and say nothing until they are let; each with its service."""
    pairs = [opened() for _ in range(PROVIDERS)]
    known = []
    for number, (interface, _) in enumerate(pairs):
        interface.let.clear()
        interface.answers[AT] = ANSWER
        interfaces.save(f"stalled-{number}", interface.url, "tests", SECRET)
        known.append((interface, looked_up.offer(f"stalled-{number}")))
    db.session.commit()
    yield known
    for _, close in pairs:
        close()


@pytest.fixture
def patient(monkeypatch):
    """So long that nobody gives up while a test counts; or requests wait as the test says."""
    monkeypatch.setattr(asking, "SECONDS", 20)

    def wait(seconds):
        monkeypatch.setattr(interfaces, "SECONDS", seconds)

    wait(20)
    return wait


def look_up(house, offer):
    """As one request: what it is told, or why it goes on without."""
    with house.app_context():
        try:
            told = service.look_up(uuid4(), offer, offer.service.form.field("plot"), PLOT)
        except NotAnswering as refusal:
            return refusal
        finally:
            db.session.commit()
        return told


def page(house):
    return house.test_client().get("/en/services").status_code


def test_other_pages_are_served_while_eight_providers_stall(house, stalled, patient):
    """The pool has the threads of a web process: each of them is a request that is worked on."""
    with ThreadPoolExecutor(THREADS) as pool:
        asked, pages = [], []
        for turn in range(max(EACH * PROVIDERS, PAGES)):
            if turn < EACH * PROVIDERS:
                asked.append(pool.submit(look_up, house, stalled[turn % PROVIDERS][1]))
            if turn < PAGES:
                pages.append(pool.submit(page, house))
        assert [one.result(60) for one in pages] == [200] * PAGES
        waiting = [one for one in asked if not one.done()]
        manual = [one for one in asked if one.done()]
        assert len(waiting) == MOST_WAITING < THREADS
        assert all(isinstance(one.result(), NotAnswering) for one in manual)
        assert sum(len(interface.heard) for interface, _ in stalled) == MOST_WAITING
        for interface, _ in stalled:
            interface.let.set()
        assert all("holder" in one.result(60) for one in waiting)


def test_a_stalled_provider_is_asked_once_and_then_left_alone(house, stalled, patient):
    patient(0.2)
    for _ in range(EACH):
        for interface, offer in stalled:
            assert isinstance(look_up(house, offer), NotAnswering)
            assert interface.came.wait(20)
    assert [len(interface.heard) for interface, _ in stalled] == [1] * PROVIDERS


def test_a_provider_that_answers_is_not_held_up_by_those_that_do_not(house, stalled, patient):
    patient(0.2)
    (_, offer), (well, other) = stalled[:2]
    well.let.set()
    assert isinstance(look_up(house, offer), NotAnswering)
    patient(20)
    assert look_up(house, other)["holder"]
