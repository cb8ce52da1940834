"""What people hear of their applications: each change once, in their language, without answers."""

from email import message_from_bytes
from email.policy import default
from uuid import uuid4

import pytest
from sqlalchemy import select

from portal.accounts import service as accounts
from portal.applications import service as applications
from portal.applications.domain import NEXT, Actor, ProviderEvent, State
from portal.applications.events import StateChanged
from portal.i18n import LANGUAGES, speaking
from portal.kernel import keys
from portal.kernel.db import db
from portal.kernel.events import publish
from portal.notifications import listeners, words
from portal.post.models import Message
from portal.registry import service as registry
from tests.accounts.factories import make_person
from tests.jobs import run_jobs
from tests.post.conftest import post_settings, serve, server, smtp
from tests.registry.publishing_factories import published
from tests.webhooks.factories import ANSWERS, tehsil

__all__ = ["post_settings", "serve", "server", "smtp"]

TEHSIL = frozenset({"tehsil"})
SECRETIVE = ANSWERS | {"applicant": "Secretive Name"}


@pytest.fixture
def person(app):
    return make_person()


@pytest.fixture
def send(app):
    """Sends somebody's application to the tehsil."""
    published(tehsil())
    offer = registry.offered("tehsil", "income-certificate")

    def submit(person):
        sender = applications.Sender(person.id, person.id, "en")
        sent = applications.submit(uuid4(), sender, offer, SECRETIVE)
        db.session.commit()
        return sent

    return submit


@pytest.fixture
def application(send, person):
    return send(person)


def move(application, kind, **event):
    author = applications.Author(Actor.PROVIDER, "tests")
    applications.receive(TEHSIL, application.reference, ProviderEvent(kind, **event), author)
    db.session.commit()


def told():
    """Subject and text of each message, in order."""
    db.session.expire_all()
    found = db.session.scalars(select(Message).order_by(Message.id))
    return [(message.title, message.body) for message in found]


@pytest.mark.promise("W6")
def test_a_decision_reaches_the_mailbox(smtp, application, person):
    run_jobs()
    move(application, "approve")
    run_jobs()
    received = smtp.messages[-1]
    assert received.recipients == [person.email]
    message = message_from_bytes(received.content, policy=default)
    assert message["Subject"] == (
        f"Your application {application.reference} for Income certificate: approved"
    )
    link = f"http://localhost:8000/en/applications/{application.reference}"
    assert f"See it: {link}" in message.get_content()


@pytest.mark.promise("W6", "P6")
def test_each_change_is_told_once(application):
    move(application, "accept")
    move(application, "ask", message={"en": "Which?"}, fields=("applicant",))
    applications.answer(application.person_id, application.reference, {"applicant": "B"})
    db.session.commit()
    move(application, "refuse", reason={"en": "Not our area"})
    run_jobs()
    endings = [subject.rpartition(": ")[2] for subject, _ in told()]
    assert endings == [
        "sent",
        "being worked on",
        "waiting for you",
        "your answer is sent",
        "refused",
    ]


def test_a_withdrawal_is_confirmed(application):
    applications.withdraw(application.person_id, application.reference)
    db.session.commit()
    run_jobs()
    assert told()[-1][0].endswith(": withdrawn")


def test_an_event_that_is_heard_twice_is_told_once(application):
    run_jobs()
    before = told()
    move(application, "accept")
    run_jobs()
    listeners.changed(StateChanged(application.id, State.IN_PROGRESS))
    db.session.commit()
    run_jobs()
    assert len(told()) == len(before) + 1


def test_being_asked_a_second_time_is_told_a_second_time(application):
    for _ in range(2):
        move(application, "ask", message={"en": "Which?"}, fields=("applicant",))
        run_jobs()
        applications.answer(application.person_id, application.reference, {"applicant": "B"})
        db.session.commit()
        run_jobs()
    endings = [subject.rpartition(": ")[2] for subject, _ in told()]
    assert endings == ["sent", *["waiting for you", "your answer is sent"] * 2]


@pytest.mark.promise("M8")
def test_no_answer_and_no_word_of_the_provider_stands_in_a_mail(application):
    move(application, "ask", message={"en": "Confidential question"}, fields=("applicant",))
    run_jobs()
    for text in (part for message in told() for part in message):
        assert "Secretive" not in text
        assert "Confidential" not in text


@pytest.mark.parametrize("language", LANGUAGES)
def test_people_are_written_to_in_their_language(app, send, language):
    application = send(make_person(language=language))
    run_jobs()
    ((subject, body),) = told()
    with speaking(language):
        title = registry.version(application.version_id).service.title.texts[language]
        assert subject == words.subject("submitted", application.reference, title)
    assert f"/{language.replace('_', '-')}/applications/{application.reference}" in body


def test_somebody_without_an_address_is_left_in_peace(app, send):
    send(make_person(email=None))
    run_jobs()
    assert told() == []


def test_an_erased_person_hears_nothing_and_nothing_fails(application, person):
    keys.erase(person.id)
    db.session.commit()
    run_jobs()
    assert told() == []


def test_an_event_of_a_state_without_words_is_no_fault(application):
    run_jobs()
    before = len(told())
    publish(StateChanged(application.id, "unheard_of"))
    db.session.commit()
    run_jobs()
    assert len(told()) == before


def test_every_state_that_people_wait_for_has_words():
    reached = {state for states in NEXT.values() for state in states}
    assert reached - {State.AWAITING_PAYMENT} <= set(words.SAID)


def test_the_address_of_today_is_used(application, person):
    changed = accounts.details(person.id)
    run_jobs()
    db.session.expire_all()
    assert changed.email == person.email
    first = db.session.scalars(select(Message)).first()
    assert first.recipient == person.email
