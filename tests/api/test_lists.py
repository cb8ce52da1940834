"""The list of a provider's applications: pages, filters, tags; and what is changed by If-Match."""

from datetime import timedelta

import pytest

from portal.applications.models import TimelineEntry
from portal.consent import service as consent
from portal.kernel import clock
from portal.kernel.db import db
from tests.api.test_provider_interface import CASES, problem
from tests.applications import factories


@pytest.fixture
def three(person):
    """The newest first."""
    return [factories.sent(person).reference for _ in range(3)][::-1]


def references(answer):
    assert answer.status_code == 200, answer.text
    return [one["application"] for one in answer.json["applications"]]


def local(address):
    return address.removeprefix("http://localhost:8000")


def test_the_newest_stand_first_without_answers(program, three):
    answer = program.get(CASES)
    assert references(answer) == three
    assert "answers" not in answer.json["applications"][0]
    assert answer.json["next"] is None
    assert "Link" not in answer.headers


def test_pages_follow_by_the_link(program, three):
    first = program.get(f"{CASES}?limit=2")
    assert first.headers["Link"] == f'<{first.json["next"]}>; rel="next"'
    second = program.get(local(first.json["next"]))
    assert references(first) + references(second) == three
    assert second.json["next"] is None


def test_what_comes_meanwhile_moves_no_page(program, three, person):
    first = program.get(f"{CASES}?limit=2")
    factories.sent(person)
    assert references(program.get(local(first.json["next"]))) == three[2:]


def test_by_state_service_and_moment(program, three, application):
    program.tell(application, type="accept")
    assert references(program.get(f"{CASES}?state=in_progress")) == [application.reference]
    assert set(references(program.get(f"{CASES}?state=submitted"))) == set(three)
    assert len(references(program.get(f"{CASES}?service=revenue/income-certificate"))) == 4
    assert references(program.get(f"{CASES}?service=tehsil/income-certificate")) == []
    assert references(program.get(f"{CASES}?service=revenue/other")) == []
    later = (clock.now() + timedelta(hours=1)).strftime("%Y-%m-%dT%H:%M:%SZ")
    assert references(program.get(f"{CASES}?since={later}")) == []


def test_another_provider_sees_none_of_them(other_program, three):
    assert references(other_program.get(CASES)) == []


@pytest.mark.parametrize(
    ("query", "named"),
    [
        ("limit=0", "?limit"),
        ("limit=201", "?limit"),
        ("limit=x", "?limit"),
        ("limit=1&limit=2", "?limit"),
        ("state=draft", "?state"),
        ("state=", "?state"),
        ("service=x", "?service"),
        ("since=2026-11-22", "?since"),
        ("since=2026-11-22T10:00:00", "?since"),
        ("page=2", "?page"),
    ],
)
def test_a_wrong_parameter_is_named(program, three, query, named):
    told = problem(program.get(f"{CASES}?{query}"), 400)
    assert told["type"].endswith("#problem-invalid-query")
    assert [error["pointer"] for error in told["errors"]] == [named]


@pytest.mark.parametrize("place", ["x", "2026-11-22_x", "%00", "2026-11-22T10:00:00_x"])
def test_a_place_that_is_none_is_refused(program, three, place):
    assert problem(program.get(f"{CASES}?after={place}"), 400)


def test_no_statement_is_asked_for_each_row(program, three, queries):
    with queries() as one:
        program.get(f"{CASES}?limit=1")
    with queries() as all_:
        program.get(CASES)
    assert len(all_) == len(one)


def with_header(program, path, **headers):
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    return program.client.get(path, headers={"Authorization": f"Bearer {program.token}", **named})


@pytest.mark.parametrize("path", [CASES, f"{CASES}/{{}}"])
def test_what_is_known_is_not_sent_again(program, application, path):
    path = path.format(application.reference)
    tag = program.get(path).headers["ETag"]
    again = with_header(program, path, If_None_Match=tag)
    assert (again.status_code, again.data) == (304, b"")
    program.tell(application, type="accept")
    assert with_header(program, path, If_None_Match=tag).status_code == 200


def test_an_answer_that_shows_nothing_is_no_disclosure(program, application):
    path = f"{CASES}/{application.reference}"
    tag = program.get(path).headers["ETag"]
    with_header(program, path, If_None_Match=tag)
    (given,) = consent.for_application(application.id)
    assert len(given.disclosed) == 1


def test_a_change_by_what_was_read_is_made_once_it_still_stands_so(program, application):
    path = f"{CASES}/{application.reference}"
    tag = program.get(path).headers["ETag"]

    def approve(key, tag):
        headers = {"Authorization": f"Bearer {program.token}", "Idempotency-Key": key}
        body = {"type": "accept"}
        return program.client.post(f"{path}/events", json=body, headers=headers | {"If-Match": tag})

    problem(approve("a", '"other"'), 412)
    problem(approve("b", f"W/{tag}"), 412)
    assert approve("c", tag).status_code == 201
    # The same call again gets its first answer, although the tag has changed since.
    assert approve("c", tag).status_code == 201
    problem(approve("d", tag), 412)
    assert approve("e", "*").status_code == 201
    assert db.session.query(TimelineEntry).filter_by(act="accept").count() == 2


@pytest.mark.parametrize("accept", ["text/html", "application/xml", "application/json;q=0"])
def test_who_wants_no_json_is_told(program, application, accept):
    problem(with_header(program, CASES, Accept=accept), 406)


@pytest.mark.parametrize("accept", ["*/*", "application/*", "text/html, */*;q=0.1", ""])
def test_who_wants_anything_gets_json(program, application, accept):
    assert with_header(program, CASES, Accept=accept).status_code == 200
