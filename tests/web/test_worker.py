"""The worker of the site and the page that it keeps: what they hold, and how they are served."""

import json
import re

import pytest

from portal.web.assets import DIST
from portal.web.headers import POLICY
from tests.accounts.factories import make_person, signed_in_client


@pytest.fixture
def shell(client):
    told = client.get("/worker.js").text
    return json.loads(re.match(r"self\.SHELL=(\{.*?\});\n", told)[1])


def test_the_worker_stands_where_it_serves_every_page(client):
    answer = client.get("/worker.js")
    assert answer.status_code == 200
    assert answer.mimetype == "text/javascript"
    assert answer.headers["Cache-Control"] == "public, max-age=3600"
    assert "Set-Cookie" not in answer.headers


def test_the_worker_needs_no_looser_policy(client):
    assert client.get("/worker.js").headers["Content-Security-Policy"] == POLICY
    assert "unsafe" not in POLICY
    assert "worker-src" not in POLICY


def test_what_the_worker_keeps_is_there(client, shell):
    for path in (*shell["files"], *shell["pages"]):
        with client.get(path) as answer:
            assert answer.status_code == 200, path
    assert all((DIST / path.removeprefix("/assets/")).is_file() for path in shell["files"])


def test_pages_without_a_connection_are_there_in_every_language(client, shell):
    assert set(shell["pages"]) == {
        f"/{lang}/offline" for lang in ("en", "hi", "pa", "pa-Arab", "ur")
    }


def test_the_page_without_a_connection_names_nobody(app, client):
    someone = make_person(name="Asha Devi")
    page = client.get("/en/offline").text
    assert "Sign in</a>" not in page
    assert "csrf_token" not in page
    assert "Asha" not in signed_in_client(app, someone).get("/en/offline").text


def test_the_worker_is_told_of_messages_too(client):
    assert 'addEventListener("push"' in client.get("/worker.js").text
