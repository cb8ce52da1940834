"""Newsletters: written by one, approved by another, and sent to those alone who asked."""

import pytest
from sqlalchemy import select

from portal.i18n import LANGUAGES
from portal.kernel.db import db
from portal.notifications.choices import service as choices
from portal.notifications.letters import service
from portal.notifications.letters.domain import LetterSettled, NoSuchLetter, OwnLetter
from portal.post.models import Message
from tests.accounts.factories import csrf_token, make_person, signed_in_client
from tests.jobs import run_jobs


@pytest.fixture
def writer(app):
    return make_person(role="admin")


@pytest.fixture
def approver(app):
    return make_person(role="admin")


@pytest.fixture
def letter(writer):
    titles = {code: f"News {code}" for code in LANGUAGES}
    row = service.write(
        "newsletter", titles, {code: f"Text {code}" for code in LANGUAGES}, writer.id
    )
    db.session.commit()
    return row


def ask(person, kind="newsletter", way="mail"):
    choices.add(person.id, kind, way)
    db.session.commit()


def sent_to():
    db.session.expire_all()
    return {(one.recipient, one.title) for one in db.session.scalars(select(Message))}


@pytest.mark.promise("M14")
def test_it_goes_to_those_who_asked_in_their_language_once(letter, approver):
    reads_hindi, asked_and_left, never = (make_person(language="hi"), make_person(), make_person())
    other = make_person()
    ask(reads_hindi)
    ask(asked_and_left)
    choices.leave(asked_and_left.id, "newsletter", "mail")
    ask(other, "promotions")
    service.approve(letter.id, approver.id)
    db.session.commit()
    run_jobs()
    service.send(letter_id=str(letter.id), after=None)
    db.session.commit()
    assert sent_to() == {(reads_hindi.email, "News hi")}
    assert never.email
    assert service.one(letter.id).state == "sent"


def test_many_are_told_in_batches(letter, approver, monkeypatch):
    monkeypatch.setattr(service, "A_BATCH", 2)
    monkeypatch.setattr(service, "PAUSE", 0)
    people = [make_person() for _ in range(5)]
    for one in people:
        ask(one)
    service.approve(letter.id, approver.id)
    db.session.commit()
    run_jobs()
    assert {to for to, _ in sent_to()} == {one.email for one in people}


def test_nobody_approves_their_own(letter, writer):
    with pytest.raises(OwnLetter):
        service.approve(letter.id, writer.id)


def test_what_is_approved_stays_as_it_is(letter, writer, approver):
    service.approve(letter.id, approver.id)
    with pytest.raises(LetterSettled):
        service.approve(letter.id, approver.id)
    with pytest.raises(LetterSettled):
        service.discard(letter.id, writer.id)


def test_it_is_written_and_approved_on_pages(app, writer, approver):
    client = signed_in_client(app, writer)
    page = client.get("/en/admin/letters")
    told = {"csrf_token": csrf_token(page.data), "kind": "promotions"}
    assert client.post("/en/admin/letters", data=told).status_code == 422
    told |= {f"title_{code}": f"News {code}" for code in LANGUAGES}
    told |= {f"text_{code}": "Text." for code in LANGUAGES}
    place = client.post("/en/admin/letters", data=told).headers["Location"]
    assert b"Another person must approve it" in client.get(place).data
    second = signed_in_client(app, approver)
    page = second.get(place)
    told = {"csrf_token": csrf_token(page.data), "act": "approve"}
    assert second.post(place, data=told).status_code == 302
    assert b"Approved on" in client.get(place).data


def test_one_that_was_deleted_is_gone(letter, writer):
    service.discard(letter.id, writer.id)
    db.session.commit()
    with pytest.raises(NoSuchLetter):
        service.one(letter.id)
