"""An endpoint that fails again and again rests: others' messages go on, its own wait in rows."""

from collections import Counter
from datetime import UTC, datetime, timedelta
from unittest.mock import Mock

import pytest
import time_machine
from sqlalchemy import select, text

from portal.accounts.contacts import service as contacts
from portal.applications import service as applications
from portal.kernel import clock
from portal.kernel.db import db
from portal.kernel.events import StoredEvent
from portal.post.models import Message
from portal.registry import service as registry
from portal.webhooks import service
from portal.webhooks.endpoints import service as endpoints
from portal.webhooks.sending import calls
from portal.webhooks.sending import service as sending
from tests.accounts.factories import make_person, signed_in_client
from tests.jobs import run_jobs
from tests.webhooks.conftest import attempts, deliver, deliver_until_dead, deliveries
from tests.webhooks.test_delivery import BY, FAILURE, TEHSIL, fail_for_ever

NOW = datetime(2026, 12, 1, 10, tzinfo=UTC)
PAGE = "/en/services/tehsil/income-certificate"
LATER = "The provider takes what you send later than usual"


def endpoint():
    db.session.expire_all()
    return endpoints.of("tehsil")


def jobs_waiting():
    todo = "SELECT count(*) FROM procrastinate_jobs WHERE status = 'todo' AND task_name LIKE :name"
    return db.session.scalar(text(todo), {"name": "%deliver"})


def wake():
    sending.wake()
    db.session.commit()
    run_jobs()


@pytest.fixture
def resting(department, send):
    """The endpoint after five messages failed, with the time stopped; they, in order."""
    with time_machine.travel(NOW, tick=False) as traveller:
        fail_for_ever(department)
        sent = [send() for _ in range(5)]
        for each in sent:
            deliver(deliveries(each)[0])
        db.session.execute(text("DELETE FROM procrastinate_jobs"))
        db.session.commit()
        department.heard.clear()
        yield sent, traveller


def test_an_endpoint_rests_after_five_messages_failed_in_a_row(resting):
    row = endpoint()
    assert (row.state, row.failures, row.failing_since) == ("resting", 5, NOW)
    assert row.rests_until == NOW + timedelta(seconds=30)


def test_one_message_alone_follows_its_schedule_to_the_end(department, application):
    fail_for_ever(department)
    deliver_until_dead(deliveries(application)[0])
    assert endpoint().state == "active"


def test_a_success_begins_the_count_anew(department, send):
    for _ in range(3):
        department.answers[:] = [FAILURE] * 4 + [(200, b"", {})]
        for each in [send() for _ in range(5)]:
            deliver(deliveries(each)[0])
    row = endpoint()
    assert (row.state, row.failures, row.failing_since) == ("active", 0, None)


def test_what_comes_while_it_rests_waits_without_a_job_and_without_a_call(
    resting, department, send
):
    late = send()
    assert jobs_waiting() == 0
    (held,) = deliveries(late)
    assert (held.state, held.waits) == ("held", "rest")
    for each in deliveries():
        deliver(each)
    assert department.heard == []
    assert {one.state for one in deliveries()[:4]} <= {"held", "pending"}


def test_a_try_that_comes_due_while_it_rests_waits_too(resting, department):
    sent, _ = resting
    assert deliver(deliveries(sent[0])[0]) is None
    (first,) = deliveries(sent[0])
    assert (first.state, first.waits, first.attempts) == ("held", "rest", 1)
    assert department.heard == []


def test_one_message_at_a_time_asks_after_pauses_that_grow(resting, department):
    sent, traveller = resting
    for each in sent:
        deliver(deliveries(each)[0])
    pauses = []
    for _ in range(7):
        row = endpoint()
        pauses.append((row.rests_until - clock.now()).total_seconds())
        traveller.move_to(row.rests_until - timedelta(seconds=1))
        wake()
        before = len(department.heard)
        traveller.move_to(row.rests_until)
        wake()
        assert len(department.heard) == before + 1
    assert pauses == [30, 60, 300, 900, 1800, 3600, 3600]


def test_asking_does_not_use_up_the_schedule_of_a_message_nor_always_the_same(resting, department):
    sent, traveller = resting
    for each in sent:
        deliver(deliveries(each)[0])
    for _ in range(10):
        traveller.move_to(endpoint().rests_until)
        wake()
    tried = [deliveries(each)[0] for each in sent]
    assert {one.state for one in tried} == {"held"}
    assert [one.attempts for one in tried] == [3] * 5
    assert {one.attempts - one.attempts_before for one in tried} == {1}


def test_the_first_success_opens_it_and_lets_the_others_go_in_order(
    resting, department, send, person
):
    sent, traveller = resting
    for each in sent:
        deliver(deliveries(each)[0])
    late = [send() for _ in range(3)]
    applications.withdraw(person.id, late[0].reference)
    db.session.commit()
    department.answers.clear()
    traveller.move_to(endpoint().rests_until)
    wake()
    assert endpoint().state == "active"
    assert {one.state for one in deliveries()} == {"delivered"}
    said = [heard.message["data"] for heard in department.heard]
    firsts = [one["application"] for one in said[1:] if one["sequence"] == 1]
    told = [each.reference for each in [*sent, *late]]
    assert firsts == [one for one in told if one != said[0]["application"]]
    assert [one["sequence"] for one in said if one["application"] == late[0].reference] == [1, 2]


def test_many_are_let_go_in_portions(resting, department, send, monkeypatch):
    monkeypatch.setattr(sending, "BATCH", 3)
    sent, traveller = resting
    for each in sent:
        deliver(deliveries(each)[0])
    for _ in range(4):
        send()
    department.answers.clear()
    traveller.move_to(endpoint().rests_until)
    sending.wake()
    db.session.commit()
    names = run_jobs()
    assert names.count("portal.webhooks.sending.service.release_more") == 2
    assert {one.state for one in deliveries()} == {"delivered"}


class Killed(BaseException):
    """What no handler of ours may catch, like the end of a process."""


def test_a_worker_that_is_killed_while_it_asks_leaves_it_to_be_asked_again(
    resting, department, monkeypatch
):
    sent, traveller = resting
    for each in sent:
        deliver(deliveries(each)[0])
    traveller.move_to(endpoint().rests_until)
    with monkeypatch.context() as killing:
        killing.setattr(calls, "make", Mock(side_effect=Killed))
        sending.wake()
        db.session.commit()
        with pytest.raises(Killed):
            run_jobs()
        db.session.rollback()
    department.answers.clear()
    run_jobs()
    assert department.heard == []
    traveller.move_to(endpoint().rests_until)
    wake()
    assert endpoint().state == "active"
    assert {one.state for one in deliveries()} == {"delivered"}


def test_a_test_asks_a_resting_endpoint_at_once(resting, department, person):
    service.send_test("tehsil", person.id)
    db.session.commit()
    run_jobs()
    assert len(department.heard) == 1
    assert endpoint().state == "resting"
    department.answers.clear()
    service.send_test("tehsil", person.id)
    db.session.commit()
    run_jobs()
    assert endpoint().state == "active"


def test_saving_the_address_ends_the_rest(resting, department):
    sent, _ = resting
    for each in sent:
        deliver(deliveries(each)[0])
    department.answers.clear()
    service.set_endpoint("tehsil", department.url, BY)
    db.session.commit()
    run_jobs()
    assert {one.state for one in deliveries()} == {"delivered"}


@pytest.mark.parametrize("status", [429, 503])
@pytest.mark.parametrize("asked", ["3600", "Tue, 01 Dec 2026 11:00:00 GMT"])
def test_who_asks_to_be_left_alone_is_for_all_messages(department, send, status, asked):
    with time_machine.travel(NOW, tick=False) as traveller:
        first, second = send(), send()
        department.answers.append((status, b"", {"retry-after": asked}))
        deliver(deliveries(first)[0])
        deliver(deliveries(second)[0])
        assert len(department.heard) == 1
        assert endpoint().rests_until == NOW + timedelta(hours=1)
        traveller.shift(timedelta(hours=1))
        wake()
        assert {one.state for one in deliveries()} == {"delivered"}


def test_the_page_of_the_service_says_that_it_is_worked_on_later(resting, department, client):
    assert registry.offered("tehsil", "income-certificate").is_later
    assert LATER in client.get(PAGE).text
    sent, traveller = resting
    deliver(deliveries(sent[0])[0])
    department.answers.clear()
    traveller.move_to(endpoint().rests_until)
    wake()
    assert not registry.offered("tehsil", "income-certificate").is_later
    assert LATER not in signed_in_client(client.application, make_person()).get(PAGE).text


def test_the_catalogue_is_stamped_anew_only_when_something_changed(department, send, app):
    stamp = registry.stamp()
    registry.note_health("tehsil", "well")
    assert registry.stamp() == stamp
    registry.note_health("tehsil", "later")
    changed = registry.stamp()
    registry.note_health("tehsil", "later")
    assert changed == registry.stamp() != stamp
    registry.note_health("tehsil", "well")
    assert registry.stamp() != changed


# --- Switched off -------------------------------------------------------------------------------


def test_after_five_days_of_nothing_but_failures_it_is_switched_off(resting, department):
    sent, traveller = resting
    for each in sent:
        deliver(deliveries(each)[0])
    traveller.move_to(NOW + timedelta(hours=119, minutes=59))
    wake()
    assert endpoint().state == "resting"
    traveller.shift(timedelta(hours=2))
    wake()
    row = endpoint()
    assert (row.state, row.disabled_reason) == ("disabled", "failing")
    assert {one.state for one in deliveries()} == {"held"}


def test_what_comes_while_it_is_off_waits_and_goes_when_it_is_on(department, send):
    endpoints.disable("tehsil")
    db.session.commit()
    application = send()
    assert jobs_waiting() == 0
    assert deliveries(application)[0].waits == "off"
    service.set_endpoint("tehsil", department.url, BY)
    db.session.commit()
    run_jobs()
    assert deliveries(application)[0].state == "delivered"


# --- Who is told --------------------------------------------------------------------------------


@pytest.fixture
def integrators(app):
    """Of two languages, each proven to be reached by mail; and one of another provider."""
    made = [
        make_person(role="integrator", provider="tehsil", language="en"),
        make_person(role="integrator", provider="tehsil", language="hi"),
        make_person(role="integrator", provider="revenue", language="en"),
    ]
    for one in made:
        contacts.trust(one.id)
    db.session.commit()
    return made


def told():
    mails = db.session.scalars(select(Message).order_by(Message.id)).all()
    return [(one.subject_id, one.title) for one in mails if "tehsil" in (one.body or "")]


def happened():
    return db.session.scalars(select(StoredEvent.name).order_by(StoredEvent.id)).all()


def test_the_third_failure_in_a_row_is_told_to_the_integrators_once(
    integrators, department, application
):
    fail_for_ever(department)
    (delivery,) = deliveries(application)
    for _ in range(5):
        deliver(delivery)
    db.session.execute(text("DELETE FROM procrastinate_jobs WHERE task_name LIKE '%deliver'"))
    run_jobs()
    assert happened().count("EndpointFailing") == 1
    mails = told()
    assert {one for one, _ in mails} == {one.id for one in integrators[:2]}
    assert any("fail" in title for _, title in mails)


def test_what_is_given_up_is_told_once_an_hour(integrators, department, send):
    fail_for_ever(department)
    with time_machine.travel(NOW, tick=False):
        for _ in range(2):
            deliver_until_dead(deliveries(send())[0])
            department.answers[:] = [FAILURE] * 50
        db.session.execute(text("DELETE FROM procrastinate_jobs WHERE task_name LIKE '%deliver'"))
        run_jobs()
    assert happened().count("DeliveryGivenUp") == 2
    readers = Counter(one for one, _ in told())
    # That it fails is told as well, and both once.
    assert readers == {one.id: 2 for one in integrators[:2]}


def test_switching_off_is_told_and_a_failed_test_is_not(integrators, department, person):
    department.answers[:] = [FAILURE, (410, b"", {})]
    service.send_test("tehsil", person.id)
    db.session.commit()
    run_jobs()
    assert not set(happened()) & {"DeliveryGivenUp", "EndpointFailing", "EndpointSwitchedOff"}
    service.send_test("tehsil", person.id)
    db.session.commit()
    run_jobs()
    assert happened().count("EndpointSwitchedOff") == 1
    assert len(told()) == 2


# --- Given up, and sent again -------------------------------------------------------------------


@pytest.mark.parametrize("act", [service.replay, service.skip])
def test_later_messages_wait_for_one_that_was_given_up_until_it_is_decided(
    department, application, person, act
):
    fail_for_ever(department)
    (first,) = deliveries(application)
    deliver_until_dead(first)
    department.answers.clear()
    department.heard.clear()
    applications.withdraw(person.id, application.reference)
    db.session.commit()
    run_jobs()
    wake()
    assert department.heard == []
    act(first.id, TEHSIL, BY)
    db.session.commit()
    run_jobs()
    sequences = [heard.message["data"]["sequence"] for heard in department.heard]
    assert sequences == ([1, 2] if act is service.replay else [2])


def test_all_that_was_given_up_in_a_time_is_sent_again(department, send):
    made = []
    for day in (1, 2, 3):
        with time_machine.travel(NOW + timedelta(days=day), tick=False):
            fail_for_ever(department)
            made.append(send())
            deliver_until_dead(deliveries(made[-1])[0])
    db.session.execute(text("DELETE FROM procrastinate_jobs"))
    department.answers.clear()
    department.heard.clear()
    since, until = NOW + timedelta(days=1, hours=12), NOW + timedelta(days=2, hours=12)
    assert service.replay_made("tehsil", since, until, BY) == 1
    db.session.commit()
    run_jobs()
    assert [deliveries(one)[0].state for one in made] == ["dead", "delivered", "dead"]
    assert len(attempts()) == 31
