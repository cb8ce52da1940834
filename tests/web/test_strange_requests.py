"""Requests that no page of ours makes: they change no link, name no host and get a clear answer."""

import re

import pytest
from sqlalchemy import event, text
from sqlalchemy.exc import OperationalError

from portal.kernel.db import apart, db
from tests.accounts.factories import csrf_token, make_person, signed_in_client
from tests.contracts.routes import plain

EVIL = {"Host": "evil.example"}
# Names that url_for takes for itself.
RESERVED = ["endpoint=x", "_anchor=x", "_method=POST", "_scheme=javascript", "_external=1"]


@pytest.fixture
def stranger(app):
    """A browser that minds no page's soundness: what it gets may be no page."""
    return plain(app)


@pytest.mark.parametrize("asked", RESERVED)
@pytest.mark.parametrize("path", ["/en/search", "/en/services", "/en/sign-in"])
def test_no_word_in_an_address_changes_the_links_to_other_languages(stranger, path, asked):
    got = stranger.get(f"{path}?{asked}", headers=EVIL)
    assert got.status_code == 200
    links = re.findall(r'<a [^>]*hreflang="[^"]+"[^>]*>', got.text) or re.findall(
        r'href="(/[^"]*)"', got.text
    )
    assert any(f"/ur/{path.split('/')[-1]}?{asked}" in one for one in links), links
    assert "evil.example" not in got.text
    assert "javascript:" not in got.text


def test_a_changed_language_keeps_what_was_asked_for(stranger):
    got = stranger.get("/en/search?q=a%26b&q=c")
    assert "/hi/search?q=a%26b&amp;q=c" in got.text


@pytest.mark.parametrize("path", ["/en", "/ur?q=1", "/en/console/webhooks"])
def test_the_right_spelling_of_an_address_is_told_without_a_host(stranger, path):
    got = stranger.get(path, headers=EVIL)
    assert got.status_code == 308
    assert got.location == path.replace("?", "/?") if "?" in path else f"{path}/"


def test_what_is_said_to_programs_is_kept_nowhere(stranger):
    got = stranger.get("/api/v1/provider/applications/PB-0000-0000")
    assert (got.status_code, got.headers["Cache-Control"]) == (401, "no-store")


def test_who_meets_a_locked_row_is_told_when_to_come_again(app):
    person = make_person()
    client = signed_in_client(app, person)
    db.session.remove()
    with apart() as other:
        other.execute(text("LOCK TABLE profiles IN ACCESS EXCLUSIVE MODE"))
        got = client.get("/en/profile")
    assert (got.status_code, got.headers["Retry-After"]) == (503, "5")
    assert client.get("/en/profile").status_code == 200


@pytest.mark.parametrize("first", [1, 2, 3, 4])
def test_who_is_signed_in_when_the_database_goes_away_is_told_so(app, first):
    """From its first, second, … statement on: in the page, or in what closes the request."""
    client = signed_in_client(app, make_person())
    db.session.remove()
    asked = []

    def away(*_):
        asked.append(1)
        if len(asked) >= first:
            raise OperationalError("SELECT 1", {}, Exception("gone"))

    event.listen(db.engine, "before_cursor_execute", away)
    try:
        got = client.get("/en/applications")
    finally:
        event.remove(db.engine, "before_cursor_execute", away)
    assert (got.status_code, got.headers["Retry-After"]) == (503, "5")
    assert "Something went wrong on our side" in got.text
    assert client.get("/en/applications").status_code == 200


def test_a_program_is_told_too(app, stranger, monkeypatch):
    def gone():
        raise OperationalError("SELECT 1", {}, Exception("gone"))

    monkeypatch.setitem(app.view_functions, "web.healthz", gone)
    got = stranger.get("/healthz")
    assert (got.status_code, got.headers["Retry-After"]) == (503, "5")
    assert "SELECT" not in got.text


@pytest.mark.parametrize("path", ["/en/nothing", "/en/search?q=x", "/healthz", "/"])
def test_what_does_not_say_how_long_it_lasts_is_asked_for_again(stranger, path):
    assert stranger.get(path).headers["Cache-Control"] == "no-cache"


def test_a_notice_for_one_visitor_is_kept_for_no_other(app):
    client = signed_in_client(app, make_person())
    token = csrf_token(client.get("/en/account").data)
    client.post("/en/sign-out", data={"csrf_token": token})
    told = client.get("/en/")
    assert "You are signed out." in told.text
    assert told.headers["Cache-Control"] == "no-cache"
    assert "You are signed out." not in client.get("/en/").text
