"""How much an endpoint takes at a time, and that one which stalls leaves hands for the others."""

import threading
import time
from datetime import UTC, datetime, timedelta
from uuid import uuid4

import pytest
import time_machine
from sqlalchemy import text

from portal.app import jobs
from portal.applications import service as applications
from portal.kernel import worker
from portal.kernel.db import db
from portal.registry import service as registry
from portal.webhooks import service
from portal.webhooks.endpoints import service as endpoints
from portal.webhooks.limits.gate import Gate
from portal.webhooks.models import WebhookCall
from portal.webhooks.sending import service as sending
from tests.jobs import run_jobs
from tests.registry.publishing_factories import published
from tests.webhooks.conftest import SECRET, deliver, deliveries
from tests.webhooks.factories import ANSWERS, tehsil
from tests.webhooks.test_delivery import BY

NOW = datetime(2026, 12, 1, 10, tzinfo=UTC)
ENOUGH = 20


def limit(in_flight=None, per_second=None):
    endpoints.set_limits("tehsil", in_flight, per_second, BY)
    db.session.commit()


def under_way():
    return db.session.query(WebhookCall).count()


class Stalling:
    """Holds every message until it is told to go on; counts how many it holds at a time."""

    def __init__(self, department):
        self.go_on, self.counting = threading.Event(), threading.Lock()
        self.now = self.most = 0
        department.meanwhile = self

    def __call__(self):
        with self.counting:
            self.now += 1
            self.most = max(self.most, self.now)
        self.go_on.wait(ENOUGH)
        with self.counting:
            self.now -= 1


def working(app):
    """A real worker, with its six hands, until nothing is left to do."""

    def run():
        built = worker.build(app, jobs(), ())
        built.run_worker(
            wait=False, concurrency=6, install_signal_handlers=False, listen_notify=False
        )

    thread = threading.Thread(target=run)
    thread.start()
    return thread


def until(true):
    ends = time.monotonic() + ENOUGH
    while not true():
        assert time.monotonic() < ends
        time.sleep(0.01)


def test_a_gate_lets_in_as_many_as_it_may_and_knows_who_was_turned_away():
    one = Gate()
    assert [one.enter("a", 2) for _ in range(3)] == [True, True, False]
    assert one.enter("b", 2)
    assert one.room("b", 2) == 0
    assert one.room("a", 2) == 0
    one.leave("a")
    assert one.room("a", 2) == 1
    one.found_nobody("a")
    assert one.room("a", 2) == 1


def test_a_stalling_endpoint_holds_four_of_six_hands_and_no_more(app, department, send):
    stalling = Stalling(department)
    sent = [send() for _ in range(12)]
    thread = working(app)
    try:
        until(lambda: [one.waits for one in deliveries()].count("turn") == 8)
        until(lambda: stalling.now == 4)
        assert stalling.most == 4
    finally:
        stalling.go_on.set()
        thread.join()
    run_jobs()
    assert stalling.most <= 4
    assert {deliveries(one)[0].state for one in sent} == {"delivered"}
    assert [one.attempts for one in deliveries()] == [1] * 12


def test_messages_wait_for_their_turn_in_their_rows_and_go_in_order(department, send, monkeypatch):
    monkeypatch.setattr(sending.gate, "enter", lambda *_: False)
    sent = [send() for _ in range(5)]
    run_jobs()
    assert department.heard == []
    assert {(one.state, one.waits) for one in deliveries()} == {("held", "turn")}
    todo = "SELECT count(*) FROM procrastinate_jobs WHERE status = 'todo' AND task_name LIKE :name"
    assert db.session.scalar(text(todo), {"name": "%deliver"}) == 0
    # Another process, which knows of nobody who was turned away; one message brings the next.
    monkeypatch.setattr(sending, "gate", Gate())
    sending.wake()
    db.session.commit()
    run_jobs()
    told = [heard.message["data"]["application"] for heard in department.heard]
    assert told == [one.reference for one in sent]


def test_while_it_fails_it_is_asked_by_one_message_at_a_time(department, send):
    first, *rest = [send() for _ in range(3)]
    department.answers[:] = [(500, b"", {})] * 3
    for _ in range(3):
        deliver(deliveries(first)[0])
    sending.gate.enter("tehsil", 1)
    try:
        deliver(deliveries(rest[0])[0])
    finally:
        sending.gate.leave("tehsil")
    assert deliveries(rest[0])[0].waits == "turn"
    deliver(deliveries(rest[1])[0])
    assert {deliveries(one)[0].state for one in rest[1:]} == {"delivered"}


@pytest.mark.parametrize("most", [1, 2])
def test_an_endpoint_with_a_limit_of_its_own_never_has_more_in_hand(app, department, send, most):
    limit(in_flight=most)
    stalling = Stalling(department)
    sent = [send() for _ in range(6)]
    threads = [working(app), working(app)]
    try:
        until(lambda: [one.waits for one in deliveries()].count("turn") == 6 - most)
        until(lambda: stalling.now == most)
    finally:
        stalling.go_on.set()
        for thread in threads:
            thread.join()
    # A worker that finds nothing to do ends, although a call that is under way brings more.
    run_jobs()
    assert stalling.most == most
    assert {deliveries(one)[0].state for one in sent} == {"delivered"}
    assert under_way() == 0


def test_a_killed_workers_call_counts_until_it_must_be_over(department, send):
    limit(in_flight=1)
    with time_machine.travel(NOW, tick=False) as traveller:
        first, second = send(), send()
        killed = WebhookCall(delivery_id=first.id, provider_slug="tehsil")
        killed.until = NOW + timedelta(seconds=30)
        db.session.add(killed)
        db.session.commit()
        deliver(deliveries(second)[0])
        assert deliveries(second)[0].waits == "turn"
        traveller.shift(timedelta(seconds=31))
        sending.wake()
        db.session.commit()
        run_jobs()
        assert deliveries(second)[0].state == "delivered"


def test_so_many_go_in_a_second_and_each_other_waits_once_for_its_own(department, send):
    limit(per_second=2)
    with time_machine.travel(NOW, tick=False) as traveller:
        sent = [send() for _ in range(6)]
        waits = [deliver(deliveries(one)[0]) for one in sent]
        assert waits == [None, None, 1.0, 1.5, 2.0, 2.5]
        assert len(department.heard) == 2
        traveller.shift(3)
        assert [deliver(deliveries(one)[0]) for one in sent[2:]] == [None] * 4
    assert {one.state for one in deliveries()} == {"delivered"}
    assert {one.waits for one in deliveries()} == {None}


def test_a_limit_that_was_taken_back_holds_no_longer(department, send):
    limit(in_flight=1, per_second=1)
    limit()
    for each in [send() for _ in range(3)]:
        assert deliver(deliveries(each)[0]) is None
    assert len(department.heard) == 3


def test_without_limits_of_its_own_nothing_more_is_asked_of_the_database(department, send, queries):
    deliver(deliveries(send())[0])
    (waiting,) = deliveries(send())
    db.session.remove()
    with queries() as told:
        deliver(waiting)
    assert len(told) <= 5
    assert not any("webhook_paces" in one or "webhook_calls" in one for one in told)


@pytest.fixture
def neighbour(private_allowed, listening, offer):
    """Another provider's endpoint, and who sends to it."""
    published(tehsil().model_copy(update={"slug": "stables"}))
    made = listening()
    service.set_endpoint("stables", made.url, "tests", SECRET)
    db.session.commit()
    return made


def test_others_are_not_kept_waiting_by_one_that_stalls(app, department, neighbour, send, person):
    stalling = Stalling(department)
    for _ in range(12):
        send()
    _send_to("stables", person, 5)
    thread = working(app)
    try:
        until(lambda: len(neighbour.heard) == 5)
        # All that while, as many hands as it may have were held by the one that stalls.
        until(lambda: stalling.now == 4)
        assert stalling.most == 4
    finally:
        stalling.go_on.set()
        thread.join()


def _send_to(provider, person, count):
    offer = registry.offered(provider, "income-certificate")
    sender = applications.Sender(person.id, person.id, "pa")
    for _ in range(count):
        applications.submit(uuid4(), sender, offer, ANSWERS)
    db.session.commit()
