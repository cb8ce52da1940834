"""The integrator's pages of the interface: whose they are, what they show, what they let one do."""

import re

import pytest

from portal.interfaces import service
from portal.kernel.db import db
from tests.accounts.factories import csrf_token, make_person, send, signed_in_client

HOME, POWER = "/en/console/interface/", "/en/console/interface/power"
SECRET_SHOWN = re.compile(r"whsec_[A-Za-z0-9+/=]{40,}")


@pytest.fixture
def integrator(app):
    return signed_in_client(app, make_person(role="integrator", provider="power"))


def test_a_new_address_shows_its_secret_once(integrator, listening):
    answer = send(integrator, POWER, url=listening.url)
    assert answer.status_code == 200
    assert SECRET_SHOWN.search(answer.text)
    assert answer.headers["Cache-Control"] == "no-store"
    again = integrator.get(POWER)
    assert not SECRET_SHOWN.search(again.text)
    assert listening.url in again.text
    assert listening.url in integrator.get(HOME).text


def test_a_changed_address_keeps_the_secret(integrator, corporation):
    before = service.line("power").secrets
    answer = send(integrator, POWER, url=f"{corporation.url}/v2", follow=True)
    assert "Your interface is asked at the new address from now on." in answer.text
    assert not SECRET_SHOWN.search(answer.text)
    db.session.expire_all()
    db.session.rollback()
    line = service.line("power")
    assert (line.url, line.secrets) == (f"{corporation.url}/v2", before)


def test_a_new_secret_is_shown_once(integrator, corporation):
    token = csrf_token(integrator.get(POWER).data)
    answer = integrator.post(f"{POWER}/secret", data={"csrf_token": token})
    assert SECRET_SHOWN.search(answer.text)
    assert not SECRET_SHOWN.search(integrator.get(POWER).text)


def test_a_secret_for_no_address_is_not_made(integrator, app):
    token = csrf_token(integrator.get(POWER).data)
    assert integrator.post(f"{POWER}/secret", data={"csrf_token": token}).status_code == 404


@pytest.mark.parametrize(
    ("url", "sentence"),
    [
        ("", "Enter the address of your interface."),
        ("https://127.0.0.1/bills", "This address cannot be called."),
        ("http://93.184.215.14/bills", "This address cannot be called."),
        ("javascript:alert(1)", "This address cannot be called."),
        ("https://" + "a" * 600, "The address is too long."),
    ],
)
def test_an_address_that_cannot_be_called_is_not_taken(integrator, url, sentence):
    answer = send(integrator, POWER, url=url)
    assert answer.status_code == 422
    assert sentence in answer.text
    assert service.of("power") is None


def test_the_menu_of_the_console_leads_here(integrator):
    assert f'href="{HOME}"' in integrator.get(HOME).text
    assert "not set" in integrator.get(HOME).text


def test_only_ones_own_providers_are_listed(app):
    client = signed_in_client(app, make_person(role="integrator", provider="revenue"))
    assert "/en/console/interface/revenue" in client.get(HOME).text
    assert client.get("/en/console/interface/nowhere").status_code == 404


def test_another_providers_pages_are_not_found(app, corporation):
    stranger = signed_in_client(app, make_person(role="integrator", provider="revenue"))
    token = csrf_token(stranger.get(HOME).data)
    told = {"csrf_token": token, "url": corporation.url}
    for got in (
        stranger.get(POWER),
        stranger.post(POWER, data=told),
        stranger.post(f"{POWER}/secret", data=told),
    ):
        assert got.status_code == 404
    assert corporation.url not in stranger.get(HOME).text


@pytest.mark.parametrize("role", [None, "officer"])
def test_the_pages_are_the_integrators(app, role):
    client = signed_in_client(app, make_person(role=role, provider="power" if role else None))
    assert client.get(HOME).status_code == 403
    assert client.get(POWER).status_code == 403


def test_a_visitor_is_asked_to_sign_in(app):
    answer = app.test_client().get(POWER)
    assert answer.status_code == 302
    assert "/sign-in" in answer.headers["Location"]


def test_a_form_without_its_token_changes_nothing(integrator, listening):
    assert integrator.post(POWER, data={"url": listening.url}).status_code == 400
    assert service.of("power") is None
