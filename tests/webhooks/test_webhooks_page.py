"""docs/webhooks.md says what the code does."""

import json
import re
from io import BytesIO
from pathlib import Path

import pytest

from examples.demo_department.app import pdf
from portal.applications import service as applications
from portal.files import service as files
from portal.kernel import http
from portal.kernel.money import Money
from portal.webhooks import domain, service
from tests.jobs import run_jobs

PAGE = (Path(__file__).parents[2] / "docs" / "webhooks.md").read_text()
UNITS = {"s": 1, "min": 60, "h": 3600}
PDF = pdf(["Salary slip"])


def shape(value):
    """The names in it, without the values."""
    if isinstance(value, dict):
        return {name: shape(one) for name, one in value.items()}
    return [shape(value[0])] if isinstance(value, list) else None


@pytest.fixture
def paper(person):
    kept = files.keep(
        BytesIO(PDF), "slip.pdf", subject_id=person.id, person_id=person.id, accepts=("pdf",)
    )
    told = {"name": kept.name, "type": kept.type, "bytes": kept.bytes, "sha256": kept.sha256}
    return {"file": str(kept.id), **told}


def test_the_example_has_the_members_of_a_real_message(department, send, paper):
    send(income_proof=paper)
    run_jobs()
    real = department.heard[0].message
    example = json.loads(re.search(r"```json\n(\{\n.*?)```", PAGE, re.DOTALL)[1])
    for message in (real, example):
        message["data"] |= {"answers": {}, "fee": None, "paid": None}
    assert shape(real) == shape(example)


def test_the_schedule_is_that_of_the_code():
    rows = re.findall(r"^\| (\d+) \| (\d+) (s|min|h) \|$", PAGE, re.MULTILINE)
    told = {int(failure): int(count) * UNITS[unit] for failure, count, unit in rows}
    assert told == dict(enumerate(domain.SCHEDULE, 1))


def test_the_types_are_those_of_the_code():
    told = set(re.findall(r"^\| `(\w+\.\w+)` \|", PAGE, re.MULTILINE))
    assert told == set(domain.KINDS)


def test_the_headers_are_those_that_are_sent(department, application):
    run_jobs()
    for name in re.findall(r"^\| `(webhook-\w+)` \|", PAGE, re.MULTILINE):
        assert name in department.heard[0].headers


def test_the_limits_are_those_of_the_code():
    assert f"We wait {http.TOTAL_SECONDS:.0f} seconds." in PAGE
    assert f"{http.ANSWER_LIMIT // 1024} KiB of an answer" in PAGE
    assert f"A message of {domain.BODY_LIMIT // 1000} kB or more" in PAGE
    assert f"over {domain.ANSWER_LIMIT // 1024} kB" in PAGE


def example(kind):
    """The example of a type."""
    found = re.findall(r"```json\n(\{\n.*?)```", PAGE, re.DOTALL)
    return next(one for one in map(json.loads, found) if one["type"] == kind)


def test_the_example_of_a_test_is_what_is_sent(department, person):
    service.send_test("tehsil", person.id)
    run_jobs()
    assert shape(department.heard[0].message) == shape(example("endpoint.test"))


def test_money_that_came_is_told_as_the_example_says(department, application):
    service.announce(application.id, "application.paid")
    run_jobs()
    told, meant = department.heard[1].message["data"], example("application.paid")["data"]
    assert set(told) == set(meant)


def test_the_example_of_a_refund_has_its_members(department, application):
    refund = {"payment": "PB-7K3M-9QXA", **Money.of("150.00", "INR").as_json()}
    service.announce(application.id, "payment.refunded", {"refund": refund})
    run_jobs()
    told, meant = department.heard[1].message["data"], example("payment.refunded")["data"]
    assert set(told) == set(meant)
    assert shape(told["refund"]) == shape(meant["refund"])


def test_a_link_in_a_message_opens_its_document(department, send, paper, client):
    send(income_proof=paper)
    run_jobs()
    (told,) = department.heard[0].message["data"]["documents"]
    answer = client.get(told["url"].partition("localhost:8000")[2])
    assert answer.status_code == 200
    assert answer.data == PDF


def test_documents_are_no_answers(send, department, paper):
    application = send(income_proof=paper)
    assert "income_proof" not in applications.plain_answers(application)
