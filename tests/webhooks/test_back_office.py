"""The integrator's pages: whose they are, what they show, and what they let one do."""

import re

import pytest
from flask import url_for

from portal.accounts import service as accounts
from portal.accounts.domain import Role
from portal.kernel.db import db
from portal.webhooks import service
from tests.accounts.factories import csrf_token, make_person, send, signed_in_client
from tests.jobs import run_jobs
from tests.webhooks.conftest import deliver_until_dead, deliveries

HOME = "/en/console/webhooks/"
TEHSIL = "/en/console/webhooks/tehsil"
SECRET_SHOWN = re.compile(r"whsec_[A-Za-z0-9+/=]{40,}")


@pytest.fixture
def integrator(app):
    return signed_in_client(app, make_person(role="integrator", provider="tehsil"))


@pytest.fixture
def dead(department, application):
    """A message that was given up."""
    department.answers[:] = [(500, b"", {})] * 20
    deliver_until_dead(deliveries(application)[0])
    department.answers.clear()
    return deliveries(application)[0]


def page(dead):
    return f"{TEHSIL}/messages/{dead.id}"


def press(client, path, button):
    token = csrf_token(client.get(path).data)
    return client.post(f"{path}/{button}", data={"csrf_token": token}, follow_redirects=True)


def test_a_new_endpoint_shows_its_secret_once(integrator, private_allowed, listening):
    url = listening().url
    answer = send(integrator, TEHSIL, url=url)
    assert answer.status_code == 200
    assert SECRET_SHOWN.search(answer.text)
    assert answer.headers["Cache-Control"] == "no-store"
    again = integrator.get(TEHSIL)
    assert not SECRET_SHOWN.search(again.text)
    assert url in again.text


def test_a_changed_address_keeps_the_secret(integrator, department, listening):
    answer = send(integrator, TEHSIL, url=listening().url, follow=True)
    assert "Messages go to the new address from now on." in answer.text
    assert not SECRET_SHOWN.search(answer.text)


def test_a_new_secret_is_shown_once(integrator, department):
    token = csrf_token(integrator.get(TEHSIL).data)
    answer = integrator.post(f"{TEHSIL}/secret", data={"csrf_token": token})
    assert SECRET_SHOWN.search(answer.text)
    assert not SECRET_SHOWN.search(integrator.get(TEHSIL).text)


@pytest.mark.parametrize(
    ("url", "sentence"),
    [
        ("", "Enter the address of your endpoint."),
        ("https://127.0.0.1/hook", "This address cannot be called."),
        ("http://93.184.215.14/hook", "This address cannot be called."),
        ("javascript:alert(1)", "This address cannot be called."),
        ("https://" + "a" * 600, "The address is too long."),
    ],
)
def test_an_address_that_cannot_be_called_is_not_taken(integrator, url, sentence):
    answer = send(integrator, TEHSIL, url=url)
    assert answer.status_code == 422
    assert sentence in answer.text
    assert service.endpoint("tehsil") is None


def test_every_page_opens(integrator, dead):
    for path in (HOME, TEHSIL, f"{TEHSIL}/messages", page(dead)):
        answer = integrator.get(path)
        assert answer.status_code == 200, path
    assert "Refused with status 500" in answer.text
    assert dead.reference in integrator.get(f"{TEHSIL}/messages").text


def test_no_answer_of_the_person_stands_on_the_pages(integrator, dead):
    for path in (f"{TEHSIL}/messages", page(dead)):
        assert "ਆਸ਼ਾ" not in integrator.get(path).text


def test_a_dead_message_is_sent_again_by_a_button(integrator, dead, department, application):
    answer = press(integrator, page(dead), "replay")
    assert "The message is sent again now." in answer.text
    run_jobs()
    assert deliveries(application)[0].state == "delivered"


def test_a_dead_message_is_skipped_by_a_button(integrator, dead, application):
    answer = press(integrator, page(dead), "skip")
    assert "The message is skipped." in answer.text
    assert deliveries(application)[0].state == "skipped"


def test_a_second_press_is_refused(integrator, dead):
    token = csrf_token(integrator.get(page(dead)).data)
    press(integrator, page(dead), "replay")
    answer = integrator.post(f"{page(dead)}/replay", data={"csrf_token": token})
    assert answer.status_code == 409


def test_another_providers_messages_are_not_found(app, dead):
    stranger = signed_in_client(app, make_person(role="integrator", provider="water-board"))
    for path in (TEHSIL, f"{TEHSIL}/messages", page(dead)):
        assert stranger.get(path).status_code == 404, path
    mine = f"/en/console/webhooks/water-board/messages/{dead.id}"
    assert stranger.get(mine).status_code == 404
    assert dead.reference not in stranger.get(HOME).text


@pytest.mark.parametrize("role", [None, "officer"])
def test_the_pages_are_the_integrators(app, role):
    client = signed_in_client(app, make_person(role=role, provider="tehsil" if role else None))
    assert client.get(HOME).status_code == 403
    assert client.get(TEHSIL).status_code == 403


def test_a_visitor_is_asked_to_sign_in(app):
    answer = app.test_client().get(TEHSIL)
    assert answer.status_code == 302
    assert "/sign-in" in answer.headers["Location"]


def test_a_form_without_its_token_changes_nothing(integrator, private_allowed, listening):
    answer = integrator.post(TEHSIL, data={"url": listening().url})
    assert answer.status_code == 400
    assert service.endpoint("tehsil") is None


def test_long_lists_have_a_next_page(integrator, department, application, monkeypatch):
    monkeypatch.setattr("portal.webhooks.back_office.PAGE", 1)
    service.announce(application.id, "application.withdrawn")
    run_jobs()
    first = integrator.get(f"{TEHSIL}/messages").text
    link = re.search(r'href="([^"]+)" rel="next"', first)
    second = integrator.get(link[1].replace("&amp;", "&")).text
    assert "application.withdrawn" in first
    assert "application.withdrawn" not in second
    assert "application.submitted" in second


def test_a_cursor_that_is_none_is_a_clear_refusal(integrator):
    assert integrator.get(f"{TEHSIL}/messages?before=7").status_code == 400


def test_the_list_asks_as_often_for_many_as_for_few(integrator, department, send, queries):
    def count():
        with queries() as told:
            integrator.get(f"{TEHSIL}/messages")
        return len(told)

    send()
    count()
    few = count()
    for _ in range(5):
        send()
    assert count() == few


def test_the_menu_of_the_console_leads_here(app):
    with app.test_request_context("/en"):
        assert url_for("webhooks.endpoints", lang="en") == HOME


def test_an_officer_of_another_provider_does_not_manage_its_messages(app, listening):
    person = make_person(role="integrator", provider="tehsil")
    accounts.grant(person.id, Role.OFFICER, "water-board", by="tests")
    db.session.commit()
    client = signed_in_client(app, person)
    assert "water-board" not in client.get(HOME).text
    elsewhere = f"{HOME}water-board"
    token = csrf_token(client.get(TEHSIL).data)
    told = {"csrf_token": token, "url": listening().url}
    for got in (client.get(elsewhere), client.post(elsewhere, data=told)):
        assert got.status_code == 404
    assert service.endpoint("water-board") is None
