"""One message to one department: signed, tried on the schedule, in order, and never lost."""

import json
from datetime import UTC, datetime
from uuid import uuid4

import pytest
import time_machine
from sqlalchemy import text
from standardwebhooks import Webhook, WebhookVerificationError

from portal.applications import service as applications
from portal.applications.domain import Actor, ProviderEvent
from portal.consent import service as consent
from portal.kernel import clock, keys, signatures
from portal.kernel.db import db
from portal.registry import service as registry
from portal.webhooks import service
from portal.webhooks.domain import SCHEDULE, NoSuchDelivery, NotDead, NotKeptBack, NotWaiting
from portal.webhooks.endpoints import service as endpoints
from portal.webhooks.replies import service as replies
from tests.jobs import run_jobs
from tests.registry.publishing_factories import published
from tests.webhooks.conftest import (
    SECRET,
    attempts,
    deliver,
    deliver_until_dead,
    deliveries,
    later,
)
from tests.webhooks.factories import ANSWERS, tehsil

TEHSIL, BY = frozenset({"tehsil"}), uuid4()
FAILURE = (500, b"", {})


def withdraw(application, person):
    applications.withdraw(person.id, application.reference)
    db.session.commit()


def fail_for_ever(department):
    department.answers[:] = [FAILURE] * 50


def states(application):
    return [one.state for one in deliveries(application)]


@pytest.mark.promise("B7")
def test_sending_makes_the_message_and_its_job_in_one_transaction(department, send):
    application = send()
    (delivery,) = deliveries(application)
    assert (delivery.sequence, delivery.type) == (1, "application.submitted")
    waiting = "SELECT args FROM procrastinate_jobs WHERE lock = :lock"
    (job,) = db.session.execute(text(waiting), {"lock": f"application:{application.id}"})
    assert job.args == {"delivery_id": str(delivery.id)}


@pytest.mark.promise("B7")
def test_what_is_rolled_back_leaves_no_message(department, person, offer):
    sender = applications.Sender(person.id, person.id, "pa")
    applications.submit(uuid4(), sender, offer, ANSWERS)
    db.session.rollback()
    assert deliveries() == []
    assert department.heard == []


def test_the_library_verifies_what_arrives(department, application):
    run_jobs()
    (heard,) = department.heard
    message = Webhook(SECRET).verify(heard.body, heard.headers)
    assert message["data"]["application"] == application.reference
    assert heard.headers["webhook-id"] == str(deliveries(application)[0].id)
    assert states(application) == ["delivered"]


@pytest.mark.parametrize("part", ["webhook-id", "webhook-timestamp", "body", "secret"])
def test_nothing_of_a_message_can_be_changed(department, application, part):
    run_jobs()
    heard = department.heard[0]
    body, secret = heard.body, SECRET
    if part == "body":
        body = body.replace(b"submitted", b"withdrawn")
    elif part == "secret":
        secret = signatures.new_secret()
    else:
        heard.headers[part] = str(
            int(heard.headers[part][-1:], 16) + 1 + int(clock.now().timestamp())
        )
    with pytest.raises(WebhookVerificationError):
        Webhook(secret).verify(body, heard.headers)


@pytest.mark.promise("M8")
def test_a_message_holds_the_declared_fields_and_nothing_else(department, send):
    send(smuggled="not declared", shoe_size=44)
    run_jobs()
    data = department.heard[0].message["data"]
    assert data["answers"] == {
        "applicant": "ਆਸ਼ਾ ਦੇਵੀ",
        "family_income": {"amount": "150000.00", "currency": "INR"},
        "all_true": True,
    }
    assert "asha" not in department.heard[0].body.decode().lower()


@pytest.mark.promise("M8")
def test_what_a_message_tells_stands_in_the_consent_ledger(department, application):
    (given,) = consent.for_application(application.id)
    (disclosed,) = given.disclosed
    assert set(disclosed.fields) == {"applicant", "family_income", "all_true"}
    assert disclosed.channel == "webhook"


@pytest.mark.promise("M8")
def test_a_withdrawal_tells_no_answers(department, application, person):
    withdraw(application, person)
    run_jobs()
    data = department.heard[1].message["data"]
    assert data["state"] == "withdrawn"
    assert "answers" not in data
    assert "documents" not in data


@pytest.mark.promise("M8")
def test_a_provider_without_an_endpoint_is_told_nothing(private_allowed, send):
    application = send()
    assert deliveries() == []
    assert application.sequence == 0


def test_a_large_message_says_where_to_fetch_it(department, send, app):
    application = send(applicant="ਲ" * 7000)
    run_jobs()
    heard = department.heard[0]
    assert len(heard.body) < 20_000
    data = heard.message["data"]
    assert "answers" not in data
    path = f"/api/v1/provider/applications/{application.reference}"
    assert data["url"] == app.config["SETTINGS"].kernel.base_url + path
    assert consent.for_application(application.id)[0].disclosed == ()


def test_nothing_of_a_message_is_readable_in_the_tables(department, application):
    department.answers.append((200, b'{"status": "accepted", "case_number": "Confidential"}', {}))
    run_jobs()
    for table in ("deliveries", "delivery_attempts", "webhook_endpoints"):
        rows = db.session.execute(text(f"SELECT t::text AS whole FROM {table} t")).all()
        for word in ("ਆਸ਼ਾ", "150000.00", "Confidential", SECRET):
            assert all(word not in row.whole for row in rows)
            assert all(word.encode().hex() not in row.whole for row in rows)


def test_tries_follow_the_schedule_and_end(department, application):
    fail_for_ever(department)
    (delivery,) = deliveries(application)
    waits = deliver_until_dead(delivery)
    assert len(waits) == len(SCHEDULE)
    for wait, planned in zip(waits, SCHEDULE, strict=True):
        assert planned * 0.8 <= wait <= planned * 1.2
    assert states(application) == ["dead"]
    assert [one.number for one in attempts()] == list(range(1, 11))
    assert {one.error for one in attempts()} == {"status_500"}


def test_waits_are_not_all_alike(department, send):
    fail_for_ever(department)
    for _ in range(4):
        send()
    assert len({deliver(delivery) for delivery in deliveries()}) > 1


def test_the_next_try_is_noted_for_the_pages(department, application):
    fail_for_ever(department)
    (delivery,) = deliveries(application)
    with time_machine.travel(datetime(2026, 12, 1, tzinfo=UTC), tick=False):
        wait = deliver(delivery)
        assert deliveries(application)[0].next_at == clock.now() + later(wait)


@pytest.mark.parametrize("status", [429, 500, 503])
def test_a_department_that_asks_for_a_moment_is_heard(department, application, status):
    department.answers.append((status, b"", {"retry-after": "20"}))
    assert deliver(deliveries(application)[0]) == 20


def test_a_department_may_name_a_date_to_wait_for(department, application):
    with time_machine.travel(datetime(2026, 12, 1, 10, tzinfo=UTC), tick=False):
        department.answers.append((500, b"", {"retry-after": "Tue, 01 Dec 2026 12:00:00 GMT"}))
        assert deliver(deliveries(application)[0]) == 7200
        department.answers.append((500, b"", {"retry-after": "Fri, 01 Jan 2027 12:00:00 GMT"}))
        assert deliver(deliveries(application)[0]) == 86_400


def test_body_and_id_stay_the_same_over_tries_and_the_time_does_not(department, application):
    department.answers += [FAILURE, FAILURE]
    (delivery,) = deliveries(application)
    began = datetime(2026, 12, 1, 10, tzinfo=UTC)
    for minutes in (0, 5, 35):
        at = began.replace(minute=minutes)
        with time_machine.travel(at, tick=False):
            deliver(delivery)
            heard = department.heard[-1]
            Webhook(SECRET).verify(heard.body, heard.headers)
            assert heard.headers["webhook-timestamp"] == str(int(at.timestamp()))
    assert len({heard.body for heard in department.heard}) == 1
    assert len({heard.headers["webhook-id"] for heard in department.heard}) == 1
    assert states(application) == ["delivered"]


def test_a_message_that_arrived_is_not_sent_again(department, application):
    (delivery,) = deliveries(application)
    assert deliver(delivery) is None
    assert deliver(delivery) is None
    assert len(department.heard) == 1


def test_messages_of_one_application_arrive_in_order(department, application, person):
    withdraw(application, person)
    first, second = deliveries(application)
    fail_for_ever(department)
    assert deliver(first)
    assert deliver(second) is None
    assert states(application) == ["pending", "held"]
    department.answers.clear()
    assert deliver(first) is None
    run_jobs()
    assert [heard.message["data"]["sequence"] for heard in department.heard] == [1, 1, 2]
    assert states(application) == ["delivered", "delivered"]


def test_a_dead_message_holds_those_behind_it(department, application, person):
    fail_for_ever(department)
    deliver_until_dead(deliveries(application)[0])
    withdraw(application, person)
    run_jobs()
    assert states(application) == ["dead", "held"]


def test_another_application_is_not_held_up(department, send):
    fail_for_ever(department)
    first, second = send(), send()
    deliver_until_dead(deliveries(first)[0])
    department.answers.clear()
    run_jobs()
    assert states(second) == ["delivered"]


def test_a_replayed_message_begins_anew_and_the_held_ones_follow(department, application, person):
    fail_for_ever(department)
    (first,) = deliveries(application)
    deliver_until_dead(first)
    withdraw(application, person)
    run_jobs()
    service.replay(first.id, TEHSIL, BY)
    db.session.commit()
    assert deliver(first) <= SCHEDULE[0] * 1.2
    department.answers.clear()
    run_jobs()
    assert states(application) == ["delivered", "delivered"]
    assert [heard.message["data"]["sequence"] for heard in department.heard[-2:]] == [1, 2]
    assert attempts()[-1].number > 0


def test_a_skipped_message_lets_the_next_one_go(department, application, person):
    fail_for_ever(department)
    (first,) = deliveries(application)
    deliver_until_dead(first)
    withdraw(application, person)
    run_jobs()
    department.answers.clear()
    service.skip(first.id, TEHSIL, BY)
    db.session.commit()
    run_jobs()
    assert states(application) == ["skipped", "delivered"]


@pytest.mark.parametrize("act", [service.replay, service.skip])
def test_only_a_dead_message_of_my_provider_is_replayed_or_skipped(department, application, act):
    (delivery,) = deliveries(application)
    with pytest.raises(NotDead):
        act(delivery.id, TEHSIL, BY)
    with pytest.raises(NoSuchDelivery):
        act(delivery.id, frozenset({"revenue"}), BY)
    with pytest.raises(NoSuchDelivery):
        act(uuid4(), TEHSIL, BY)


def test_gone_switches_the_endpoint_off_and_holds_everything(department, send):
    department.answers.append((410, b"", {}))
    first, second = send(), send()
    run_jobs()
    assert endpoints.of("tehsil").state == "disabled"
    assert states(first) == states(second) == ["held"]
    assert len(department.heard) == 1


def test_setting_the_address_switches_the_endpoint_on_and_sends_what_waited(
    department, send, person
):
    department.answers.append((410, b"", {}))
    first, second = send(), send()
    run_jobs()
    withdraw(first, person)
    run_jobs()
    assert service.set_endpoint("tehsil", department.url, BY) is None
    db.session.commit()
    run_jobs()
    assert states(first) == ["delivered", "delivered"]
    assert states(second) == ["delivered"]


@pytest.mark.parametrize("status", [301, 302, 307, 308])
def test_a_redirect_is_a_failure_and_is_not_followed(department, application, listening, status):
    elsewhere = listening()
    department.answers.append((status, b"", {"location": elsewhere.url}))
    assert deliver(deliveries(application)[0])
    assert elsewhere.heard == []
    assert attempts()[0].error == f"status_{status}"


def test_a_private_address_is_refused_at_each_try_unless_allowed(department, application, kernel):
    kernel(allow_private_webhooks=False)
    assert deliver(deliveries(application)[0])
    assert department.heard == []
    (attempt,) = attempts()
    assert (attempt.error, attempt.status) == ("address_refused", None)


def test_a_department_that_is_down_is_tried_again(department, application):
    row = endpoints.of("tehsil")
    row.url = "http://127.0.0.1:9/hook"
    db.session.commit()
    assert deliver(deliveries(application)[0])
    assert attempts()[0].error == "unreachable"


@pytest.mark.parametrize(
    "answer",
    [
        b"OK",
        b"\xff\xfe\x00",
        b"<html>" * 2000,
        b'{"status": "accepted", "case_number": 7}',
        b'{"status": "rejected"}',
        b'{"status": "rejected", "reason": {"xx": "?"}}',
        b"[" * 6000,
    ],
)
def test_nonsense_in_an_answer_is_recorded_and_changes_nothing(department, application, answer):
    department.answers.append((200, answer, {}))
    run_jobs()
    assert states(application) == ["delivered"]
    assert applications.by_id(application.id).state == "submitted"
    kept = attempts()[0].answer
    assert kept == answer[:4096].decode(errors="replace")


def test_an_acceptance_in_the_answer_moves_the_application(department, application):
    department.answers.append((200, b'{"status": "accepted", "case_number": "T/17"}', {}))
    run_jobs()
    db.session.expire_all()
    moved = applications.by_id(application.id)
    assert (moved.state, moved.case_number) == ("in_progress", "T/17")


def test_a_rejection_in_the_answer_refuses_with_its_reason(department, application):
    told = {"status": "rejected", "reason": {"en": "Not our area", "pa": "ਸਾਡਾ ਇਲਾਕਾ ਨਹੀਂ"}}
    department.answers.append((200, json.dumps(told).encode(), {}))
    run_jobs()
    db.session.expire_all()
    moved = applications.by_id(application.id)
    assert moved.state == "refused"
    assert applications.timeline(moved)[-1].words == {"reason": told["reason"]}


def test_an_answer_is_taken_once(department, application):
    department.answers.append((200, b'{"status": "accepted"}', {}))
    run_jobs()
    replies.hear(delivery_id=str(deliveries(application)[0].id))
    db.session.commit()
    assert [one.act for one in applications.timeline(application)] == ["submit", "accept"]


def test_an_answer_that_came_late_changes_nothing(department, application):
    department.answers.append((200, b'{"status": "rejected", "reason": "No"}', {}))
    deliver(deliveries(application)[0])
    author = applications.Author(Actor.PROVIDER, "tests")
    applications.receive(TEHSIL, application.reference, ProviderEvent("approve"), author)
    db.session.commit()
    run_jobs()
    assert applications.by_id(application.id).state == "approved"


def test_no_transaction_and_no_connection_waits_for_the_department(department, application, owner):
    busy = text(
        "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database()"
        " AND usename = 'portal_app' AND state <> 'idle'"
    )
    seen = []

    pool = db.engine.pool
    department.meanwhile = lambda: seen.append((owner.execute(busy).scalar(), pool.checkedout()))
    deliver(deliveries(application)[0])
    assert seen == [(0, 0)]


def test_two_secrets_sign_for_a_day_after_a_rotation(department, send):
    made = endpoints.rotate_secret("tehsil", BY)
    db.session.commit()
    send()
    run_jobs()
    heard = department.heard[0]
    for secret in (SECRET, made):
        Webhook(secret).verify(heard.body, heard.headers)
    application = send()
    with time_machine.travel(clock.now() + later(25 * 3600), tick=False):
        deliver(deliveries(application)[0])
        heard = department.heard[1]
        Webhook(made).verify(heard.body, heard.headers)
        with pytest.raises(WebhookVerificationError):
            Webhook(SECRET).verify(heard.body, heard.headers)


def test_a_message_about_an_erased_person_is_skipped(department, send, person):
    first = send()
    keys.erase(person.id)
    db.session.commit()
    run_jobs()
    assert states(first) == ["skipped"]
    assert department.heard == []


@pytest.mark.promise("B7")
def test_a_message_whose_job_was_lost_is_found_again(department, application):
    db.session.execute(text("DELETE FROM procrastinate_jobs"))
    db.session.commit()
    service.recover()
    db.session.commit()
    run_jobs()
    assert states(application) == ["pending"]
    with time_machine.travel(clock.now() + later(16 * 60)):
        service.recover()
        db.session.commit()
        service.recover()
        db.session.commit()
    run_jobs()
    assert states(application) == ["delivered"]
    assert len(department.heard) == 1


def test_a_try_keeps_what_was_sent_and_what_came_back(department, application):
    department.answers.append((500, b"Our disk is full", {"x-trace": "7f"}))
    deliver(deliveries(application)[0])
    (kept,) = attempts()
    (heard,) = department.heard
    assert kept.url == department.url
    assert {name: heard.headers[name] for name in kept.sent} == kept.sent
    assert (kept.answer, kept.told["x-trace"]) == ("Our disk is full", "7f")
    assert kept.detail is None


def test_a_try_without_an_answer_says_why(department, application):
    endpoints.of("tehsil").url = "http://127.0.0.1:9/hook"
    db.session.commit()
    deliver(deliveries(application)[0])
    (kept,) = attempts()
    assert "refused" in kept.detail.lower()
    assert (kept.answer, kept.told) == (None, None)


def test_only_the_first_headers_of_an_answer_are_kept(department, application):
    flood = {f"x-{n}": "y" * 900 for n in range(20)}
    department.answers.append((200, b"", flood))
    deliver(deliveries(application)[0])
    assert sum(len(name) + len(text) for name, text in attempts()[0].told.items()) <= 4096


def test_a_message_that_is_held_back_is_not_sent_nor_those_behind_it(
    department, application, person
):
    (first,) = deliveries(application)
    service.hold(first.id, TEHSIL, BY)
    withdraw(application, person)
    run_jobs()
    assert department.heard == []
    assert states(application) == ["held", "held"]
    service.let_go(first.id, TEHSIL, BY)
    db.session.commit()
    run_jobs()
    assert states(application) == ["delivered", "delivered"]


def test_what_is_held_back_by_hand_stays_when_the_one_before_it_arrives(
    department, application, person
):
    withdraw(application, person)
    second = deliveries(application)[1]
    service.hold(second.id, TEHSIL, BY)
    db.session.commit()
    run_jobs()
    assert states(application) == ["delivered", "held"]
    service.set_endpoint("tehsil", department.url, BY)
    db.session.commit()
    run_jobs()
    assert states(application) == ["delivered", "held"]


def test_only_what_waits_is_held_back_and_only_what_is_held_back_let_go(department, application):
    (delivery,) = deliveries(application)
    with pytest.raises(NotKeptBack):
        service.let_go(delivery.id, TEHSIL, BY)
    run_jobs()
    with pytest.raises(NotWaiting):
        service.hold(delivery.id, TEHSIL, BY)


def test_a_message_is_sent_with_few_questions_to_the_database(department, send, queries):
    send()
    run_jobs()
    (waiting,) = deliveries(send())
    db.session.remove()
    with queries() as told:
        deliver(waiting)
    assert len(told) <= 5, told


def test_attempts_are_never_changed(department, application):
    run_jobs()
    with pytest.raises(Exception, match="permission denied"):
        db.session.execute(text("UPDATE delivery_attempts SET status = 200"))
    db.session.rollback()


def test_a_provider_that_wishes_only_the_reference_gets_no_answers(
    department, person, application, app
):
    asked = tehsil()
    by_reference = asked.fulfilment.model_copy(update={"deliver": "reference"})
    published(asked.model_copy(update={"fulfilment": by_reference}))
    offer = registry.offered("tehsil", "income-certificate")
    sender = applications.Sender(person.id, person.id, "pa")
    sent = applications.submit(uuid4(), sender, offer, ANSWERS)
    db.session.commit()
    run_jobs()
    before, after = (heard.message["data"] for heard in department.heard)
    assert "answers" in before
    assert not {"answers", "documents"} & set(after)
    path = f"/api/v1/provider/applications/{sent.reference}"
    assert after["url"] == app.config["SETTINGS"].kernel.base_url + path
    assert consent.for_application(sent.id)[0].disclosed == ()
