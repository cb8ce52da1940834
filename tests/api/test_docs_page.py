"""The interfaces as a page: everything of the documents, and a section for each problem."""

import re

import pytest

from portal.web.headers import POLICY
from tests.accounts.factories import browser, make_person, signed_in_client

PAGE = "/api/v1/docs"


@pytest.fixture
def page(client):
    return client.get(PAGE).text


def test_every_operation_and_message_has_a_section(client, page):
    document = client.get("/api/v1/provider/openapi.json").json
    for methods in document["paths"].values():
        for told in methods.values():
            assert f'id="op-{told["operationId"]}"' in page
    for name in document["webhooks"]:
        assert f'id="hook-{name.replace(".", "-")}"' in page


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("get", "/api/v1/nothing"),
        ("delete", "/api/v1/provider/applications"),
        ("get", "/api/v1/provider/applications"),
        ("get", "/api/v1/citizen/me"),
    ],
)
def test_the_type_of_a_problem_leads_to_its_section(client, page, method, path):
    told = getattr(client, method)(path).json
    address, _, anchor = told["type"].partition("#")
    assert address.endswith(PAGE)
    assert f'id="{anchor}"' in page


def test_every_problem_that_the_document_names_has_its_section(client, page):
    for area in ("provider", "citizen"):
        told = client.get(f"/api/v1/{area}/openapi.json").text
        for anchor in set(re.findall(r"#(problem-[a-z0-9-]+)", told)):
            assert f'id="{anchor}"' in page, anchor


def test_it_needs_no_script_and_no_other_host(client):
    answer = client.get(PAGE)
    assert answer.headers["Content-Security-Policy"] == POLICY
    assert not re.findall(r'<(?:script|link|img)[^>]+(?:src|href)="https?:', answer.text)


def test_signed_in_or_not_it_is_read_and_not_kept(app):
    person = make_person(name="Asha Devi")
    assert signed_in_client(app, person).get(PAGE).headers["Cache-Control"] == "no-store"
    assert browser(app).get(PAGE).status_code == 200


def test_the_document_is_kept_and_asked_for_by_its_tag(client):
    path = "/api/v1/provider/openapi.json"
    first = client.get(path)
    assert "max-age=300" in first.headers["Cache-Control"]
    again = client.get(path, headers={"If-None-Match": first.headers["ETag"]})
    assert (again.status_code, again.data) == (304, b"")
