"""What a department says in its answer: it decides at once, refuses for good, or decides later."""

import json

import pytest

from portal.applications import service as applications
from portal.kernel.db import db
from tests.jobs import run_jobs
from tests.webhooks.conftest import attempts, deliver, deliveries

NAMED = {"status": "accepted", "case_number": "REV/2026/17"}
REFUSED = {"reason": {"en": "Not our area", "pa": "ਸਾਡਾ ਇਲਾਕਾ ਨਹੀਂ"}}


def answered(department, application, status, told):
    """The message is sent, and its answer is heard."""
    body = told if isinstance(told, bytes) else json.dumps(told).encode()
    department.answers[:] = [(status, body)]
    run_jobs()
    (delivery,) = deliveries(application)
    return delivery, applications.by_id(application.id)


def test_an_acceptance_names_the_case(department, application):
    delivery, case = answered(department, application, 200, NAMED)
    assert delivery.state == "delivered"
    assert (case.state, case.case_number) == ("in_progress", "REV/2026/17")


@pytest.mark.parametrize(
    ("status", "told"),
    [
        (200, {"status": "rejected", **REFUSED}),
        (400, {"status": "rejected", **REFUSED}),
        (400, REFUSED),
    ],
)
def test_a_refusal_is_for_good_and_not_tried_again(department, application, status, told):
    delivery, case = answered(department, application, status, told)
    assert (delivery.state, len(department.heard)) == ("delivered", 1)
    assert case.state == "refused"
    assert applications.timeline(case)[-1].words == REFUSED
    (attempt,) = attempts()
    assert (attempt.status, attempt.error) == (status, None)


@pytest.mark.parametrize(
    "told",
    [
        {},
        {"reason": ""},
        {"status": "accepted", "reason": "Why not"},
        {"error": "The signature does not fit."},
        b"<h1>Bad request</h1>",
    ],
)
def test_a_400_without_a_reason_is_a_fault_and_tried_again(department, application, told):
    delivery, case = answered(department, application, 400, told)
    assert (delivery.state, case.state) == ("pending", "submitted")
    assert attempts()[-1].error == "status_400"


def test_a_202_decides_later_whatever_it_says(department, application):
    delivery, case = answered(department, application, 202, NAMED)
    assert (delivery.state, case.state, case.case_number) == ("delivered", "submitted", None)


def test_a_400_to_a_message_that_decides_nothing_is_tried_again(department, application, person):
    run_jobs()
    applications.withdraw(person.id, application.reference)
    db.session.commit()
    second = deliveries(application)[1]
    department.answers[:] = [(400, json.dumps(REFUSED).encode())]
    assert deliver(second) is not None
    assert applications.by_id(application.id).state == "withdrawn"
