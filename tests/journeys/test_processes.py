"""The whole journey against real processes: web, worker, department, PostgreSQL."""

import time

import httpx
import pytest

from tests.journeys.people import Person

PATIENCE = 60


@pytest.fixture
def house(standing):
    for name in ("web", "worker", "department"):
        standing.start(name)
    standing.wait()
    return standing


@pytest.fixture
def citizen(house):
    person = Person(house.url, "meera@demo.example")
    yield person
    person.close()


@pytest.fixture
def clerk(house):
    with httpx.Client(base_url=house.department.url, follow_redirects=True, timeout=60) as browser:
        yield browser


def until(look):
    """What `look` finds, asked again until it finds something."""
    ends = time.monotonic() + PATIENCE
    while not (found := look()):
        assert time.monotonic() < ends, "it did not come"
        time.sleep(0.05)
    return found


@pytest.mark.promise("M9", "M8")
def test_from_search_to_the_certificate(citizen, clerk):
    citizen.open("/en/search?q=income")
    assert citizen.links("/services/revenue/income-certificate")
    citizen.sign_in()
    reference = citizen.apply()
    assert reference.startswith("PB-")

    def arrived():
        shown = clerk.get(f"/cases/{reference}")
        return shown if shown.status_code == 200 else None

    assert "Meera Sharma" in until(arrived).text
    for act in ("accept", "approve", "issue"):
        answered = clerk.post(f"/cases/{reference}/answer", data={"act": act})
        assert answered.status_code == 200, answered.text

    citizen.open(f"/en/applications/{reference}")
    assert "Issued" in citizen.words()
    certificate = citizen.http.get(citizen.links("/documents/")[0])
    assert certificate.status_code == 200
    assert certificate.content.startswith(b"%PDF")
    assert "attachment" in certificate.headers["content-disposition"]


def test_a_question_of_the_department_is_answered(citizen, clerk):
    citizen.sign_in()
    reference = citizen.apply()
    until(lambda: clerk.get(f"/cases/{reference}").status_code == 200)
    told = {"act": "ask", "fields": ["members"], "words": "How many are you?"}
    assert clerk.post(f"/cases/{reference}/answer", data=told).status_code == 200

    citizen.open(f"/en/applications/{reference}")
    assert "How many are you?" in citizen.words()
    citizen.open(f"/en/applications/{reference}/answer")
    citizen.send(members="5")

    def answered():
        return "application.answered" in clerk.get(f"/cases/{reference}").text

    until(answered)
