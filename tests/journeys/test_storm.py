"""Web, worker and PostgreSQL are killed again and again while people apply and pay.

And the department is unwell. Longer by STORM_SECONDS; the same storm again by STORM_SEED.
"""

import os
import random
import secrets
import threading
import time
from collections import Counter

import pytest

from portal.app import create_app, read_settings
from portal.audit import service as audit
from portal.geo import service as geo
from portal.geo import sources
from portal.kernel import crypto
from portal.kernel.db import db
from portal.registry import service as registry
from portal.registry.publishing import service as publishing
from portal.webhooks import service as webhooks
from tests.journeys import storm_books
from tests.journeys.departments import Department
from tests.journeys.storm_house import WholeHouse
from tests.journeys.storm_people import PAUSE, Submitter
from tests.registry.publishing_factories import KARAM, MEERA

pytestmark = pytest.mark.storm
SECONDS = float(os.environ.get("STORM_SECONDS", "15"))
SUBMITTERS = 3
# A killed worker's job is run again after some seconds; one that failed once or twice, later.
SETTLING = 180 + 2 * SECONDS
# Each goes on until so many are sent, however slow the machine is.
LEAST = max(2, round(SECONDS / 15))
OFFERED = ("revenue", "municipal")


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
def house(tmp_path):
    """Everything, by `portal run`, on a PostgreSQL of its own that is durable."""
    made = WholeHouse(tmp_path / "var")
    made.var.mkdir()
    crypto.write_keyring(made.var / "keys.json", crypto.new_keyring())
    made.start("run")
    try:
        made.wait(with_department=False)
        yield made
    finally:
        made.stop()


@pytest.fixture
def app(house, department):
    """Our own hands in the portal's database."""
    made = create_app(read_settings(house.env | house.database))
    with made.app_context():
        geo.import_areas(sources.read(sources.DEMO))
        department.secret = webhooks.new_secret()
        for version in registry.newest(waiting=True):
            if version.provider in OFFERED:
                publishing.propose(version.id, MEERA)
                publishing.publish(version.id, KARAM)
        for provider in OFFERED:
            webhooks.set_endpoint(provider, department.url, "tests", department.secret)
        db.session.commit()
        yield made
        db.session.remove()
        db.engine.dispose()


def settled(house, sent, department):
    """Every message arrived and all money is booked, in whichever time that takes at the most."""
    house.wait(with_department=False)
    began = time.monotonic()
    while True:
        db.session.rollback()
        if not (left := storm_books.left(sent, department)):
            return time.monotonic() - began
        assert time.monotonic() < began + SETTLING, f"{len(left)} are left: {left}"
        time.sleep(PAUSE)


def weathered(house, app, chance):
    """The kills, and what people were told meanwhile."""
    over = threading.Event()
    seeds = [random.Random(chance.random()) for _ in range(SUBMITTERS)]  # noqa: S311 - by the seed
    submitters = [Submitter(app, house.url, seed, over, LEAST) for seed in seeds]
    for one in submitters:
        one.start()
    try:
        kills = house.rage(SECONDS, chance)
    finally:
        over.set()
        for one in submitters:
            one.join()
    for one in submitters:
        if one.fault:
            raise one.fault
    return kills, submitters


@pytest.mark.promise("B7", "M16")
def test_nothing_is_lost_and_nothing_is_doubled(house, app, department, chance, capsys):
    kills, submitters = weathered(house, app, chance)
    sent = [each for one in submitters for each in one.sent]
    took = settled(house, sent, department)
    found = storm_books.findings(sent, department)
    with capsys.disabled():
        print(told(kills, sent, submitters, department, took, found))  # noqa: T201 - the result
    assert found == storm_books.Findings()
    assert department.refused == []
    assert audit.broken_at() is None
    assert set(kills) >= {"web process", "worker", "backend", "database"}
    assert len(sent) >= LEAST * SUBMITTERS
    # Things were killed that often, and work went on all the same; a short storm may stop all.
    assert kills.total() >= 3 * SECONDS
    assert sum(one.in_time for one in submitters) >= SECONDS // 60 * 2 * SUBMITTERS


def told(kills, sent, submitters, department, took, found):
    """All of it in one line."""
    by_kind = ", ".join(f"{count} {kind}" for kind, count in sorted(kills.items()))
    paid = sum(bool(each.payment) for each in sent)
    done = sum(map(len, department.done.values()))
    came = sum(map(len, department.came.values()))
    refused = Counter(status for one in submitters for status in one.refused if status)
    in_time = sum(one.in_time for one in submitters)
    return (
        f"\nstorm of {SECONDS:.0f} s: {kills.total()} kills ({by_kind}); {len(sent)} applications"
        f" ({in_time} before its end), {paid} payments, {done} messages in {came} deliveries;"
        f" {found}; settled in {took:.0f} s; refusals that people saw: {dict(refused)}"
    )
