"""The integrator's pages: whose they are, what they show, and what they let one do."""

import re
from datetime import timedelta

import pytest
import time_machine
from flask import url_for
from sqlalchemy import select

from portal.accounts import service as accounts
from portal.accounts.domain import Role
from portal.applications import service as applications
from portal.audit.models import AuditEntry
from portal.kernel import clock, keys
from portal.kernel.db import db
from portal.webhooks import service
from portal.webhooks.endpoints import service as endpoints
from portal.webhooks.lists import service as lists
from tests.accounts.factories import csrf_token, make_person, send, signed_in_client
from tests.jobs import run_jobs
from tests.webhooks.conftest import deliver, deliver_until_dead, deliveries

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


def next_page(text):
    link = re.search(r'href="([^"]+)" rel="next"', text)
    return link and link[1].replace("&amp;", "&")


def listed(text):
    """The types of the messages in a list."""
    return re.findall(r'data-h="Type"><bdi dir="ltr">([\w.]+)', text)


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
    assert endpoints.of("tehsil") is None


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
    assert endpoints.of("tehsil") is None


def test_long_lists_have_a_next_page(integrator, department, application, monkeypatch):
    monkeypatch.setattr("portal.webhooks.back_office.PAGE", 1)
    service.announce(application.id, "application.withdrawn")
    run_jobs()
    first = integrator.get(f"{TEHSIL}/messages").text
    second = integrator.get(next_page(first)).text
    assert listed(first) == ["application.withdrawn"]
    assert listed(second) == ["application.submitted"]
    assert next_page(second) is None


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
        assert url_for("webhooks.index", lang="en") == HOME


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
    assert endpoints.of("water-board") is None


def test_a_test_goes_through_the_queue_and_its_page_says_how_it_went(integrator, department):
    department.answers.append((204, b"", {"x-department": "tehsil"}))
    waiting = press(integrator, TEHSIL, "test")
    assert "The test is on its way." in waiting.text
    assert "It was not tried yet." in waiting.text
    run_jobs()
    (sent,) = deliveries()
    told = integrator.get(page(sent)).text
    assert "Arrived, status 204" in told
    assert "x-department: tehsil" in told
    assert department.heard[0].message["type"] == "endpoint.test"


def test_a_test_that_fails_is_not_tried_again_and_holds_up_nothing(integrator, department, send):
    department.answers.append((500, b"no disk", {}))
    press(integrator, TEHSIL, "test")
    run_jobs()
    (test,) = deliveries()
    assert (test.state, test.attempts) == ("dead", 1)
    assert "no disk" in integrator.get(page(test)).text
    application = send()
    run_jobs()
    assert deliveries(application)[0].state == "delivered"


def test_a_second_test_waits_for_the_first(integrator, department):
    press(integrator, TEHSIL, "test")
    assert press(integrator, TEHSIL, "test").status_code == 409
    assert len(deliveries()) == 1


def test_there_is_no_test_without_an_endpoint(integrator):
    assert press(integrator, TEHSIL, "test").status_code == 409
    assert "Send a test" not in integrator.get(TEHSIL).text


def test_the_body_shows_on_a_press_that_leaves_its_trace(integrator, dead, person):
    assert "ਆਸ਼ਾ" not in integrator.get(page(dead)).text
    shown = press(integrator, page(dead), "body")
    assert "ਆਸ਼ਾ" in shown.text
    assert shown.headers["Cache-Control"] == "no-store"
    entries = db.session.scalars(select(AuditEntry).where(AuditEntry.subject_id == person.id)).all()
    acts = {(one.act, one.about, one.why) for one in entries}
    assert ("webhook.body_read", f"delivery:{dead.id}", "tehsil") in acts
    assert ("case.looked", f"application:{dead.about_id}", "message") in acts
    assert "ਆਸ਼ਾ" not in integrator.get(page(dead)).text


def test_the_body_of_an_erased_person_is_gone(integrator, dead, person):
    keys.erase(person.id)
    db.session.commit()
    assert press(integrator, page(dead), "body").status_code == 410


def test_a_stranger_reads_no_body(app, integrator, dead):
    stranger = signed_in_client(app, make_person(role="integrator", provider="water-board"))
    token = csrf_token(stranger.get(HOME).data)
    for provider in ("tehsil", "water-board"):
        path = f"{HOME}{provider}/messages/{dead.id}/body"
        assert stranger.post(path, data={"csrf_token": token}).status_code == 404
    assert integrator.get(f"{page(dead)}/body").status_code == 405


def test_what_an_endpoint_answers_is_shown_as_text(integrator, department, application):
    department.answers.append((500, b"<script>alert(1)</script>", {"x-odd": "<b>"}))
    deliver(deliveries(application)[0])
    text = integrator.get(page(deliveries(application)[0])).text
    assert "&lt;script&gt;alert(1)&lt;/script&gt;" in text
    assert "x-odd: &lt;b&gt;" in text


def test_a_message_is_held_back_and_let_go_by_buttons(integrator, department, application):
    (waiting,) = deliveries(application)
    assert "The message is held back" in press(integrator, page(waiting), "hold").text
    run_jobs()
    assert department.heard == []
    assert "The message is sent now." in press(integrator, page(waiting), "let-go").text
    run_jobs()
    assert deliveries(application)[0].state == "delivered"


@pytest.fixture
def all_kinds(department, send, person):
    """One message of each state, by the state."""
    department.answers[:] = [(500, b"", {})] * 10
    made = {"dead": send()}
    deliver_until_dead(deliveries(made["dead"])[0])
    applications.withdraw(person.id, made["dead"].reference)
    made["failed"] = send()
    department.answers[:] = [(500, b"", {})]
    deliver(deliveries(made["failed"])[0])
    made["sent"] = send()
    deliver(deliveries(made["sent"])[0])
    deliver(deliveries(made["dead"])[1])
    made["waiting"] = send()
    return made


@pytest.mark.parametrize("shown", ["dead", "failed", "sent", "waiting"])
def test_the_list_is_filtered_by_state(integrator, all_kinds, shown):
    text = integrator.get(f"{TEHSIL}/messages?shown={shown}").text
    for state, application in all_kinds.items():
        assert (application.reference in text) == (state == shown), state


def test_the_list_is_filtered_by_type_and_reference(integrator, all_kinds):
    text = integrator.get(f"{TEHSIL}/messages?type=application.withdrawn").text
    assert listed(text) == ["application.withdrawn"]
    reference = all_kinds["dead"].reference
    text = integrator.get(f"{TEHSIL}/messages?reference={reference.lower()}").text
    assert sorted(listed(text)) == ["application.submitted", "application.withdrawn"]
    text = integrator.get(f"{TEHSIL}/messages?reference={reference}&shown=held").text
    assert listed(text) == ["application.withdrawn"]


def test_filters_that_mean_nothing_leave_all_in(integrator, all_kinds):
    text = integrator.get(f"{TEHSIL}/messages?shown=odd&type=%00&reference=").text
    assert len(listed(text)) == 5
    assert "No message fits." in integrator.get(f"{TEHSIL}/messages?reference=PB-0").text


def test_paging_keeps_the_filters(integrator, all_kinds, monkeypatch):
    monkeypatch.setattr("portal.webhooks.back_office.PAGE", 1)
    path, seen = f"{TEHSIL}/messages?type=application.submitted", []
    while path:
        text = integrator.get(path).text
        seen += listed(text)
        path = next_page(text)
    assert seen == ["application.submitted"] * 4


def test_the_page_of_an_endpoint_says_how_it_fares(integrator, all_kinds):
    words = re.sub(r"<[^>]+>|\s+", " ", integrator.get(TEHSIL).text)
    health = lists.health("tehsil")
    assert (health.failures, health.waiting, health.dead) == (11, 3, 1)
    assert health.arrived_at is not None
    assert health.oldest is not None
    assert "11 Tries that failed in 24 hours" in re.sub(r"\s+", " ", words)


def test_an_endpoint_that_nothing_was_sent_to_fares_well(integrator, department):
    assert lists.health("tehsil") == lists.Health(None, 0, None, 0, 0)
    assert integrator.get(TEHSIL).status_code == 200


def test_the_page_of_an_endpoint_asks_as_often_after_many_tries(
    integrator, department, send, queries
):
    def count():
        with queries() as told:
            integrator.get(TEHSIL)
        return len(told)

    count()
    few = count()
    for _ in range(4):
        send()
    run_jobs()
    assert count() == few


@pytest.mark.parametrize("act", ["", "/secret"])
def test_where_messages_go_is_changed_only_by_who_confirmed_lately(integrator, department, act):
    before = endpoints.of("tehsil").url, endpoints.of("tehsil").secret_sealed
    with time_machine.travel(clock.now() + timedelta(minutes=10), tick=False):
        assert integrator.get(TEHSIL).status_code == 200
    with time_machine.travel(clock.now() + timedelta(minutes=21), tick=False):
        token = csrf_token(integrator.get(TEHSIL).data)
        told = {"csrf_token": token, "url": "http://127.0.0.1:9/"}
        answer = integrator.post(f"{TEHSIL}{act}", data=told)
    assert "/account/confirm" in answer.headers["Location"]
    db.session.rollback()
    assert (endpoints.of("tehsil").url, endpoints.of("tehsil").secret_sealed) == before
