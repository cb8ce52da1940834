"""What a provider itself adds to its messages: asked first, later if need be, never in disorder."""

import json
from datetime import timedelta
from uuid import uuid4

import pytest
import time_machine

from portal.applications import service as applications
from portal.interfaces import service as interfaces
from portal.kernel import clock, keys
from portal.kernel.db import db
from portal.kernel.jobs import Again
from portal.registry import service as registry
from portal.registry.contract import HookPaths, Webhook
from portal.registry.hooks import Hooks
from portal.webhooks import domain, messages, service
from portal.webhooks.domain import State
from portal.webhooks.endpoints import service as endpoints
from portal.webhooks.feed import service as feed
from portal.webhooks.models import Delivery
from portal.webhooks.shaping import service as shaping
from tests.accounts.factories import make_person
from tests.interfaces.listening import opened
from tests.jobs import run_jobs
from tests.registry import publishing_factories as publishing
from tests.webhooks.conftest import SECRET, deliver, deliveries
from tests.webhooks.factories import ANSWERS, tehsil

ADDED = {"case": {"ward": "12", "kinds": [1, 2]}}


@pytest.fixture
def interface(private_allowed):
    opened_interface, close = opened()
    interfaces.save("tehsil", opened_interface.url, "tests", SECRET)
    db.session.commit()
    opened_interface.answers["/ask/payload"] = (200, {"payload": ADDED})
    yield opened_interface
    close()


def publish(deliver_as=None, hooks=None):
    service_asked = tehsil().services[0].model_copy(update={"asks": ("payload",)})
    fulfilment = Webhook(settings="TEHSIL", deliver=deliver_as)
    provider = publishing.a_provider(
        service_asked, hooks=hooks or HookPaths(payload="/payload"), fulfilment=fulfilment
    )
    publishing.published(provider)


@pytest.fixture
def offer(app):
    publish()
    return registry.offered("tehsil", "income-certificate")


@pytest.fixture
def application(department, interface, send):
    return send()


def heard(department):
    return [json.loads(one.body) for one in department.heard]


def shape(application):
    """Run the job once, as the worker does; the seconds it asks to wait."""
    (delivery, *_) = deliveries(application)
    try:
        shaping.shape(delivery_id=str(delivery.id))
    except Again as again:
        return again.in_seconds
    finally:
        db.session.commit()
    return None


def test_the_message_brings_what_the_provider_adds(application, department, interface):
    run_jobs()
    (told,) = heard(department)
    assert told["data"]["payload"] == ADDED
    assert told["data"]["answers"]["applicant"] == ANSWERS["applicant"]
    ((_, headers, body),) = interface.heard
    assert headers["webhook-signature"].startswith("v1,")
    assert json.loads(body) == {
        "type": "application.submitted",
        "reference": application.reference,
        "service": "income-certificate",
        "answers": told["data"]["answers"],
        "language": "pa",
    }


def test_every_try_brings_the_same_bytes(application, department):
    department.answers[:] = [(500, b"", {})]
    run_jobs()
    deliver(deliveries(application)[0])
    first, second = department.heard
    assert first.body == second.body


def test_nothing_is_sent_while_the_provider_cannot_say_it(application, department, interface):
    interface.answers["/ask/payload"] = (500, b"")
    assert shape(application) == domain.SHAPED_FIRST
    run_jobs()
    assert department.heard == []
    interface.answers["/ask/payload"] = (200, {"payload": ADDED})
    assert shape(application) is None
    run_jobs()
    assert heard(department)[0]["data"]["payload"] == ADDED


def test_what_happens_later_waits_behind_it(application, department, interface, person):
    interface.answers["/ask/payload"] = (500, b"")
    applications.withdraw(person.id, application.reference)
    db.session.commit()
    run_jobs()
    assert department.heard == []
    interface.answers["/ask/payload"] = (200, {"payload": ADDED})
    shape(application)
    run_jobs()
    assert [one["data"]["sequence"] for one in heard(department)] == [1, 2]


def test_after_hours_it_goes_without(application, department, interface):
    interface.answers["/ask/payload"] = (500, b"")
    with time_machine.travel(clock.now() + timedelta(hours=4), tick=False):
        assert shape(application) is None
    run_jobs()
    (told,) = heard(department)
    assert told["data"]["payload"] is None
    assert told["data"]["answers"]


def test_the_waits_grow_to_half_an_hour(app):
    assert [domain.shaped_after(waited) for waited in (0, 5, 60, 1800, 7200)] == [
        5,
        5,
        60,
        1800,
        1800,
    ]


@pytest.mark.parametrize(
    "told",
    [{"payload": []}, {}, {"payload": {}, "more": 1}, [], {"payload": {"text": "x" * 8200}}],
)
def test_junk_is_asked_for_again(application, interface, told):
    interface.answers["/ask/payload"] = (200, told)
    assert shape(application) == domain.SHAPED_FIRST


def test_a_package_adds_as_well_and_what_it_raises_is_asked_for_again(
    department, send, monkeypatch
):
    faults = [ValueError("ward"), SystemExit(1)]

    def payload(case, _ask):
        if faults:
            raise faults.pop()
        return {"kind": case.type}

    monkeypatch.setattr(interfaces, "hooks_of", lambda _slug: Hooks(payload=payload))
    application = send()
    assert [shape(application) for _ in range(3)] == [domain.SHAPED_FIRST] * 2 + [None]
    run_jobs()
    assert heard(department)[0]["data"]["payload"] == {"kind": "application.submitted"}


def test_one_that_becomes_too_long_leaves_its_answers_to_be_read(app):
    data = {"application": "PB-1", "answers": {"why": "x" * 15_000}, "documents": []}
    body = json.dumps({"type": "application.submitted", "data": data})
    told = json.loads(messages.with_payload(body, {"text": "x" * 6000}))["data"]
    assert sorted(told) == ["application", "payload", "url"]
    assert told["url"].endswith("PB-1")


@pytest.mark.promise("M8")
def test_a_provider_that_reads_by_reference_is_asked_without_answers(
    department, interface, person, app
):
    publish(deliver_as="reference")
    sender = applications.Sender(person.id, person.id, "pa")
    offer = registry.offered("tehsil", "income-certificate")
    applications.submit(uuid4(), sender, offer, ANSWERS)
    db.session.commit()
    run_jobs()
    assert [one["answers"] for one in interface.told("/ask/payload")] == [{}]


def test_somebody_erased_is_asked_about_no_more(application, department, interface, person):
    keys.erase(person.id)
    db.session.commit()
    run_jobs()
    assert (interface.heard, department.heard) == ([], [])


def test_it_waits_for_an_endpoint_that_is_off(application, department, interface):
    endpoints.disable("tehsil")
    db.session.commit()
    shape(application)
    assert [(one.state, one.waits) for one in deliveries(application)] == [("held", "off")]
    service.set_endpoint("tehsil", department.url, "tests", SECRET)
    db.session.commit()
    run_jobs()
    assert len(department.heard) == 1


def test_one_that_is_let_go_meanwhile_still_waits_for_what_is_added(
    application, department, interface
):
    (delivery,) = deliveries(application)
    mine = frozenset({"tehsil"})
    service.hold(delivery.id, mine, make_person().id)
    service.let_go(delivery.id, mine, make_person().id)
    db.session.commit()
    run_jobs()
    assert heard(department)[0]["data"]["payload"] == ADDED


def test_one_that_is_held_back_meanwhile_stays_so(application, department, interface):
    (delivery,) = deliveries(application)
    mine = frozenset({"tehsil"})
    service.hold(delivery.id, mine, make_person().id)
    db.session.commit()
    run_jobs()
    assert department.heard == []
    service.let_go(delivery.id, mine, make_person().id)
    db.session.commit()
    run_jobs()
    assert heard(department)[0]["data"]["payload"] == ADDED


def test_what_is_fetched_brings_it_too(app, interface, send):
    feed.choose("tehsil", make_person().id)
    db.session.commit()
    application = send()
    feed.number()
    db.session.commit()
    assert feed.place("tehsil") == (0, 0)
    shape(application)
    feed.number()
    db.session.commit()
    (event,) = feed.fetch("tehsil", 0, 10)
    assert json.loads(event.body)["data"]["payload"] == ADDED


def test_choosing_to_fetch_does_not_pass_it_by(application, interface):
    feed.choose("tehsil", make_person().id)
    feed.number()
    db.session.commit()
    assert feed.place("tehsil") == (0, 0)
    shape(application)
    feed.number()
    db.session.commit()
    assert feed.place("tehsil") == (1, 0)


def test_one_whose_job_was_lost_gets_another(application, department):
    db.session.execute(db.text("DELETE FROM procrastinate_jobs"))
    db.session.commit()
    shaping.shape_lost()
    db.session.commit()
    run_jobs()
    assert department.heard == []
    with time_machine.travel(clock.now() + timedelta(minutes=16), tick=False):
        shaping.shape_lost()
        db.session.commit()
    run_jobs()
    assert heard(department)[0]["data"]["payload"] == ADDED


def test_asked_twice_it_is_added_once(application, department, interface):
    shape(application)
    shape(application)
    assert len(interface.heard) == 1
    run_jobs()
    assert len(department.heard) == 1
    assert db.session.scalar(db.select(Delivery.state)) == State.DELIVERED
