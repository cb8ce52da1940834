"""Messages that a provider's programs fetch: none is missed, each in its order, once it is kept."""

import random
import threading
from concurrent.futures import ThreadPoolExecutor
from uuid import uuid4

import pytest

from portal.api import service as interface
from portal.applications import service as applications
from portal.kernel import clock, keys
from portal.kernel.db import db
from portal.webhooks import service
from portal.webhooks.domain import State, Waits
from portal.webhooks.endpoints import service as endpoints
from portal.webhooks.feed import service as feed
from portal.webhooks.models import Delivery
from tests.accounts.factories import browser, csrf_token, make_person, signed_in_client
from tests.jobs import run_jobs
from tests.webhooks.conftest import SECRET, deliver, deliveries

EVENTS = "/api/v1/provider/events"
LIST = "/api/v1/provider/deliveries"
FEED = "/en/console/webhooks/tehsil/feed"


class Program:
    def __init__(self, app, provider, scopes):
        token = interface.issue_token(provider, scopes, "tests", uuid4())
        db.session.commit()
        self.client, self.headers = browser(app), {"Authorization": f"Bearer {token}"}

    def get(self, path, **query):
        return self.client.get(path, query_string=query, headers=self.headers)

    def post(self, path, **query):
        headers = self.headers | {"Idempotency-Key": str(uuid4())}
        return self.client.post(path, query_string=query, headers=headers)

    def events(self, after=0, limit=200):
        answer = self.get(EVENTS, after=after, limit=limit)
        assert answer.status_code == 200, answer.text
        return answer.get_json()


@pytest.fixture
def fetched(app):
    feed.choose("tehsil", make_person().id)
    db.session.commit()


@pytest.fixture
def program(app):
    return Program(app, "tehsil", ("provider",))


def number():
    feed.number()
    db.session.commit()


def ids(told):
    return [event["id"] for event in told["events"]]


def test_an_event_holds_what_would_be_sent_and_is_gone_once_it_is_acknowledged(
    fetched, program, send
):
    application = send()
    assert program.events()["events"] == []
    number()
    told = program.events()
    (event,) = told["events"]
    (delivery,) = deliveries(application)
    assert event["id"] == str(delivery.id)
    assert event["type"] == "application.submitted"
    assert event["data"]["application"] == application.reference
    assert event["data"]["answers"]
    assert program.events() == told
    assert deliveries(application)[0].state == "held"
    assert program.events(told["after"])["events"] == []
    assert deliveries(application)[0].state == "delivered"
    assert program.events()["events"] == []


def test_messages_of_one_application_stand_in_their_order_on_pages(fetched, program, send, person):
    sent = [send() for _ in range(3)]
    for application in sent:
        applications.withdraw(person.id, application.reference)
    db.session.commit()
    number()
    heard, after = [], 0
    while True:
        answer = program.get(EVENTS, after=after, limit=2)
        told = answer.get_json()
        heard += told["events"]
        after = told["after"]
        if told["next"] is None:
            break
        assert answer.headers["Link"] == f'<{told["next"]}>; rel="next"'
    for application in sent:
        mine = [one["data"] for one in heard if one["data"]["application"] == application.reference]
        assert [one["sequence"] for one in mine] == [1, 2]


def test_what_commits_later_is_not_missed(app, fetched, program, send):
    """A begins first, B commits first, and is read; then A commits."""
    begun, goes_on = threading.Event(), threading.Event()
    subject = make_person().id
    db.session.commit()

    def slow():
        with app.app_context():
            made = make_message(subject)
            db.session.flush()
            begun.set()
            goes_on.wait(10)
            db.session.commit()
            return str(made)

    with ThreadPoolExecutor(1) as hands:
        first = hands.submit(slow)
        begun.wait(10)
        (later,) = deliveries(send())
        number()
        told = program.events()
        assert ids(told) == [str(later.id)]
        goes_on.set()
        missing = first.result()
    number()
    after = program.events(told["after"])
    assert ids(after) == [missing]
    assert program.events(after["after"])["events"] == []


def make_message(subject, sequence=1, about=None):
    """As a room's transaction makes it."""
    row = Delivery(
        subject_id=subject,
        about_id=about or uuid4(),
        provider_slug="tehsil",
        reference="PB-TEST",
        sequence=sequence,
        type="application.withdrawn",
        state=State.HELD,
        waits=Waits.OFF,
        attempts=0,
        attempts_before=0,
        next_at=None,
    )
    row.body = '{"type": "application.withdrawn", "timestamp": "2026-11-22T09:30:00Z", "data": {}}'
    db.session.add(row)
    db.session.flush()
    return row.id


def test_eight_writers_in_any_order_and_nothing_is_missed(app, fetched, program):
    subject = make_person().id
    db.session.commit()
    done = threading.Event()

    def write(seed):
        chance = random.Random(seed)  # noqa: S311 - no secret
        made = []
        with app.app_context():
            for _ in range(25):
                made += [str(make_message(subject)) for _ in range(chance.randint(1, 3))]
                threading.Event().wait(chance.random() / 50)
                db.session.commit()
        return made

    def give_positions():
        with app.app_context():
            while not done.is_set():
                number()

    with ThreadPoolExecutor(10) as hands:
        givers = [hands.submit(give_positions) for _ in range(2)]
        writers = [hands.submit(write, seed) for seed in range(8)]
        heard, after = [], 0
        while not all(writer.done() for writer in writers):
            told = program.events(after, limit=7)
            heard, after = heard + ids(told), told["after"]
        done.set()
        for giver in givers:
            giver.result()
    number()
    while (told := program.events(after))["events"]:
        heard, after = heard + ids(told), told["after"]
    made = [one for writer in writers for one in writer.result()]
    assert sorted(heard) == sorted(made)


def test_what_is_held_back_is_fetched_later_with_all_behind_it(fetched, program, send, person):
    application, other = send(), send()
    applications.withdraw(person.id, application.reference)
    db.session.commit()
    number()
    first, second = (str(one.id) for one in deliveries(application))
    mine = frozenset({"tehsil"})
    service.hold(deliveries(application)[0].id, mine, person.id)
    db.session.commit()
    told = program.events()
    assert ids(told) == [str(one.id) for one in deliveries(other)]
    # Another one takes the reading beyond the two.
    send()
    number()
    program.events(program.events(told["after"])["after"])
    service.let_go(deliveries(application)[0].id, mine, person.id)
    db.session.commit()
    run_jobs()
    number()
    number()
    told = program.events(feed.place("tehsil")[1])
    assert ids(told) == [first, second]


def test_what_waits_is_fetched_and_is_sent_again_once_an_address_is_saved(
    department, program, send
):
    application = send()
    department.answers[:] = [(500, b"", {})]
    deliver(deliveries(application)[0])
    feed.choose("tehsil", make_person().id)
    db.session.commit()
    number()
    assert ids(program.events()) == [str(deliveries(application)[0].id)]
    service.set_endpoint("tehsil", department.url, "tests", SECRET)
    db.session.commit()
    run_jobs()
    assert deliveries(application)[0].state == "delivered"
    answer = program.get(EVENTS)
    assert answer.status_code == 409
    assert endpoints.of("tehsil").state == "active"


def test_what_nobody_gave_a_position_cannot_be_acknowledged(fetched, program, send):
    application = send()
    number()
    assert program.get(EVENTS, after=2).status_code == 400
    assert deliveries(application)[0].state == "held"


def test_a_message_about_somebody_erased_is_passed_over(fetched, program, send, person):
    application = send()
    number()
    keys.erase(application.subject_id)
    db.session.commit()
    assert program.events()["events"] == []
    assert deliveries(application)[0].state == "skipped"


def test_the_same_answer_is_not_sent_twice(fetched, program, send):
    send()
    number()
    first = program.get(EVENTS)
    program.headers["If-None-Match"] = first.headers["ETag"]
    assert program.get(EVENTS).status_code == 304


def test_a_token_without_the_scope_and_one_of_another_provider_see_nothing(app, fetched, send):
    send()
    number()
    assert Program(app, "tehsil", ("applications",)).get(EVENTS).status_code == 403
    other = Program(app, "revenue", ("provider",))
    assert other.get(EVENTS).status_code == 409
    assert other.get(LIST).get_json()["deliveries"] == []


def test_messages_are_listed_on_pages_by_state(department, program, send):
    sent = [send() for _ in range(3)]
    run_jobs()
    page = program.get(LIST, limit=2).get_json()
    rest = program.client.get(page["next"], headers=program.headers).get_json()
    listed = page["deliveries"] + rest["deliveries"]
    assert [one["reference"] for one in listed] == [one.reference for one in reversed(sent)]
    assert {one["state"] for one in listed} == {"sent"}
    assert program.get(LIST, state="dead").get_json()["deliveries"] == []
    assert program.get(LIST, state="none").status_code == 400


def test_a_dead_message_is_sent_again_by_a_program(department, program, send):
    first, second = deliveries(send())[0], deliveries(send())[0]
    for one in (first, second):
        one.state, one.attempts, one.next_at = State.DEAD, 10, None
    db.session.commit()
    assert program.post(f"{LIST}/{first.id}/replay").get_json()["state"] == "waiting"
    assert program.post(f"{LIST}/{first.id}/replay").status_code == 409
    made = clock.now().date().isoformat()
    ends = {"from": f"{made}T00:00:00Z", "to": "2999-01-01T00:00:00Z"}
    answer = program.post(f"{LIST}/replay", **ends)
    assert (answer.status_code, answer.get_json()) == (202, {"replayed": 1})
    run_jobs()
    assert {one.state for one in deliveries()} == {"delivered"}
    assert program.post(f"{LIST}/replay").status_code == 400


def test_an_integrator_chooses_to_fetch_and_sees_how_far_it_was_read(app, program, send):
    integrator = signed_in_client(app, make_person(role="integrator", provider="tehsil"))
    page = integrator.get(FEED)
    assert EVENTS in page.text
    told = {"csrf_token": csrf_token(page.data)}
    assert "Your programs fetch" in integrator.post(FEED, data=told, follow_redirects=True).text
    send()
    number()
    program.events(1)
    assert "were received up to position 1" in integrator.get(FEED).text
    assert "fetched" in integrator.get("/en/console/webhooks/").text
    assert "Your programs fetch" in integrator.get("/en/console/webhooks/tehsil").text
    assert integrator.get("/en/console/webhooks/revenue/feed").status_code == 404
