"""Stopping messages in one step, without a sign-in, from any message that is not needed."""

import re
from email import message_from_bytes
from email.policy import default
from uuid import uuid4

import pytest
from sqlalchemy import select

from portal.kernel.db import db
from portal.notifications import leaving
from portal.notifications.choices import service as choices
from portal.notifications.choices.models import NoticeChoice
from portal.notifications.domain import NoSuchLeave
from portal.notifications.kinds import kinds
from portal.post.models import Message
from tests.accounts.factories import browser, csrf_token, make_person
from tests.jobs import run_jobs
from tests.notifications.factories import tell
from tests.post.conftest import post_settings, serve, server, smtp

__all__ = ["post_settings", "serve", "server", "smtp"]
ONE_CLICK = {"List-Unsubscribe": "One-Click"}


@pytest.fixture
def person(app):
    return make_person()


def ways(person, slug):
    db.session.rollback()
    return choices.of(person.id).ways(kinds()[slug])


@pytest.mark.promise("M14")
def test_a_mail_program_stops_messages_by_one_post(app, smtp, person):
    tell(person, "progress")
    run_jobs()
    mail = message_from_bytes(smtp.messages[-1].content, policy=default)
    assert mail["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    address = re.fullmatch(r"<http://localhost:8000(/o/[^>]+)>", mail["List-Unsubscribe"])[1]
    assert browser(app).post(address, data=ONE_CLICK).status_code == 200
    assert ways(person, "progress") == {"inbox"}
    tell(person, "progress")
    run_jobs()
    assert len(smtp.messages) == 1


@pytest.mark.promise("M14")
def test_the_link_in_a_mail_shows_a_button_and_changes_nothing_by_itself(app, person):
    tell(person, "progress")
    body = db.session.scalars(select(Message)).one().body
    path = re.search(r"http://localhost:8000(/en/opt-out/\S+)", body)[1]
    client = browser(app)
    page = client.get(path)
    assert b"How your applications go on" in page.data
    assert "mail" in ways(person, "progress")
    done = client.post(path, data={"csrf_token": csrf_token(page.data)})
    assert b"They are stopped" in done.data
    assert ways(person, "progress") == {"inbox"}


def test_the_short_link_leads_to_the_page(app, person):
    token = leaving.token(person.id, "progress", "text")
    answer = browser(app).get(f"/o/{token}")
    assert answer.headers["Location"].endswith(f"/en/opt-out/{token}")


def test_a_needed_message_says_why_it_comes_and_has_no_such_link(person):
    tell(person, "decisions")
    message = db.session.scalars(select(Message)).one()
    assert message.leave is None
    assert "opt-out" not in message.body
    assert "Such messages are always sent." in message.body


def test_a_post_that_is_not_meant_stops_nothing(app, person):
    token = leaving.token(person.id, "progress", "mail")
    assert browser(app).post(f"/o/{token}").status_code == 400
    assert "mail" in ways(person, "progress")


def test_stopping_twice_or_at_once_does_no_harm(app, person):
    token = leaving.token(person.id, "progress", "mail")
    for _ in range(2):
        assert browser(app).post(f"/o/{token}", data=ONE_CLICK).status_code == 200
    assert ways(person, "progress") == {"inbox"}


def strange(person):
    good = leaving.token(person.id, "progress", "mail")
    yield good[:-2]
    yield good.replace("progress", "reminders")
    yield good.replace(".mail.", ".text.")
    yield good.replace(".mail.", ".pigeon.")
    yield leaving.token(uuid4(), "progress", "mail")[:-4] + good[-4:]
    yield leaving.token(person.id, "decisions", "mail")
    yield "progress.mail.*"
    yield "progress.mail.ਅ"
    yield ""


def test_a_link_that_we_did_not_sign_stops_nothing(app, person):
    for token in strange(person):
        with pytest.raises(NoSuchLeave):
            leaving.read(token)
    answer = browser(app).post("/o/progress.mail.AAAA", data=ONE_CLICK)
    assert answer.status_code == 404
    assert "mail" in ways(person, "progress")


def test_the_link_of_somebody_who_left_says_nothing_of_it(app):
    token = leaving.token(uuid4(), "progress", "mail")
    assert browser(app).post(f"/o/{token}", data=ONE_CLICK).status_code == 200
    assert db.session.scalars(select(NoticeChoice.id)).all() == []
