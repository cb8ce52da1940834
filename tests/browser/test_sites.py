"""Somebody signs in at a site of somebody else with the portal, in a real browser."""

import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qs, urlencode, urlsplit

import pytest
from authlib.oauth2.rfc7636 import create_s256_code_challenge

from portal.kernel.db import db
from portal.oauth.clients import service as clients
from portal.oauth.clients.domain import Kind, Told
from tests.accounts.factories import make_person
from tests.browser.visit import DESK

# As a script that somebody smuggled in would: to the same host at another port.
LEAD_AWAY = """() => {
  const form = document.querySelector("main form");
  form.action = "http://127.0.0.1:9999/x";
  form.submit();
}"""
SCOPES = ("openid", "profile", "email", "offline_access")
SMALL = pytest.param({"language": "en", "width": 360}, id="English on a phone")
BARE = pytest.param({"language": "en", "width": 320, "scripts": False}, id="no JavaScript")


class Page(BaseHTTPRequestHandler):
    """The page that people are led back to."""

    def do_GET(self):
        self.server.asked.append(self.path)
        self.send_response(200)
        self.send_header("Content-Type", "text/html; charset=utf-8")
        self.end_headers()
        self.wfile.write(b"<!doctype html><html lang=en><title>Land</title><h1>Land records</h1>")

    def log_message(self, *_):
        """Quiet."""


@pytest.fixture
def land():
    server = ThreadingHTTPServer(("127.0.0.1", 0), Page)
    server.asked = []
    running = threading.Thread(target=server.serve_forever)
    running.start()
    yield server
    server.shutdown()
    running.join()
    server.server_close()


@pytest.fixture
def staff(app):
    return make_person(role="integrator", provider="revenue"), make_person(role="admin")


@pytest.fixture
def client(staff):
    """An app, since only those may come back to this computer itself."""
    told = Told(
        "revenue",
        "Land records",
        Kind.APP,
        "https://land.example.org",
        "To show the land that is registered in your name",
        ("http://127.0.0.1/back",),
        SCOPES,
        ("name",),
    )
    row = clients.register(told, staff[0].id)
    clients.approve(row.id, staff[1].id)
    db.session.commit()
    return str(row.id)


def address(client, land, **changes):
    usual = {
        "client_id": client,
        "redirect_uri": f"http://127.0.0.1:{land.server_port}/back",
        "response_type": "code",
        "scope": " ".join(SCOPES),
        "state": "there",
        "code_challenge": create_s256_code_challenge("v" * 43),
        "code_challenge_method": "S256",
    }
    return "/oauth/authorize?" + urlencode(usual | changes)


@pytest.mark.promise("M22")
@pytest.mark.parametrize("way", [DESK, SMALL, BARE])
def test_a_person_lets_a_site_in_and_takes_it_back(app, site, client, land, visit, way):
    person = visit(**way).let_in(make_person(name="Asha Devi"))
    person.page.goto(address(client, land))
    person.check()
    person.shot("consent")
    assert "Asha Devi" in person.text()
    person.page.locator("input[name='claim'][value='email']").uncheck()
    with person.page.expect_navigation():
        person.page.locator("button[value='agree']").click()
    assert person.text("h1") == "Land records"
    back = parse_qs(urlsplit(person.page.url).query)
    assert (back["state"], back["iss"]) == (["there"], [site])
    assert back["code"]
    person.go("/account/apps")
    person.shot("mine")
    assert "Land records" in person.text()
    assert "E-mail" not in person.text("main .list")
    person.press("main .list button")
    assert "Land records" not in person.text()
    assert person.faults == []


def test_the_form_of_consent_leads_to_the_site_that_asked_alone(app, client, land, visit):
    person = visit().let_in(make_person())
    person.page.goto(address(client, land))
    with person.page.expect_console_message(lambda one: "form-action" in one.text):
        person.page.evaluate(LEAD_AWAY)
    assert "/oauth/consent" in person.page.url
    assert land.asked == []


@pytest.mark.parametrize("way", [DESK, SMALL])
def test_the_pages_of_staff_hold_together(app, client, staff, visit, way):
    integrator, admin = (visit(**way).let_in(one) for one in staff)
    integrator.go("/console/apps")
    integrator.shot("console")
    admin.go("/admin/apps")
    admin.shot("admin")
    assert integrator.faults == admin.faults == []
