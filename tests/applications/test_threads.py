"""Messages on an application: who writes, what is unread, how long, and what nobody else reads."""

from datetime import timedelta
from types import SimpleNamespace

import pytest
import time_machine
from sqlalchemy import text
from sqlalchemy.exc import ProgrammingError

from portal.applications import domain as cases
from portal.applications import service
from portal.applications.domain import Actor, Author
from portal.applications.threads import domain
from portal.applications.threads import service as threads
from portal.applications.threads.domain import Side
from portal.kernel import clock
from portal.kernel.db import db
from tests.accounts.factories import make_person, signed_in_client
from tests.accounts.threads import at_once
from tests.applications import workflows
from tests.applications.factories import SLIP, told
from tests.applications.pages import open_page
from tests.delegation.factories import acting
from tests.jobs import run_jobs

WORDS = "Which year's slip do you need?"


def by_person(application):
    return Author(Actor.CITIZEN, str(application.person_id))


def writes(application, author=None, said=WORDS):
    locked = service.find(application.person_id, application.reference, lock=True)
    made = threads.write(locked, author or by_person(application), said)
    db.session.commit()
    return made


def unread(application, side):
    return threads.unread({application.id}, side).get(application.id, 0)


def page_of(client, application):
    return open_page(client, f"/en/applications/{application.reference}/messages")


def at_desk(client, application):
    return open_page(client, f"/en/desk/{application.reference}/messages")


# --- The thread ---------------------------------------------------------------------------------


def test_each_side_sees_how_much_is_unread_until_it_reads_it(application, officer):
    writes(application)
    writes(application, said="And by when?")
    assert (unread(application, Side.OFFICE), unread(application, Side.PERSON)) == (2, 0)
    threads.read(application, Side.OFFICE)
    assert unread(application, Side.OFFICE) == 0
    writes(application, Author(Actor.OFFICER, f"person:{officer.id}"), "The last one.")
    assert (unread(application, Side.OFFICE), unread(application, Side.PERSON)) == (0, 1)


def test_whoever_answers_has_read(application, officer):
    writes(application)
    writes(application, Author(Actor.OFFICER, f"person:{officer.id}"), "The last one.")
    assert unread(application, Side.OFFICE) == 0


def test_two_who_write_at_once_have_numbers_of_their_own(app, application):
    at_once(app, 2, lambda: writes(service.by_id(application.id)).number)
    assert [one.number for one in threads.thread(application)] == [1, 2]


@pytest.mark.promise("P4")
def test_messages_are_sealed_and_never_changed(application):
    writes(application)
    kept = db.session.execute(text("SELECT text_sealed FROM case_messages")).scalar_one()
    assert WORDS.encode() not in bytes(kept)
    with pytest.raises(ProgrammingError, match="permission denied"):
        db.session.execute(text("UPDATE case_messages SET side = 'office'"))
    db.session.rollback()


@pytest.mark.parametrize("said", ["", "  \n ", "x" * 4001])
def test_a_message_has_words_and_not_too_many(application, said):
    with pytest.raises(domain.EmptyMessage):
        writes(application, said=said)


def test_after_many_messages_in_an_hour_one_waits(application):
    for _ in range(domain.MOST):
        writes(application)
    with pytest.raises(domain.TooMuch):
        writes(application)
    with time_machine.travel(clock.now() + timedelta(hours=1, minutes=1), tick=True):
        assert writes(application).number == domain.MOST + 1


def test_it_can_be_written_to_until_appeals_are_over_and_read_for_ever(application):
    writes(application)
    ended = told(application, "refuse", reason={"en": "Too much."})
    with time_machine.travel(clock.now() + timedelta(days=29), tick=True):
        assert writes(ended).number == 2
    with time_machine.travel(clock.now() + timedelta(days=32), tick=True):
        with pytest.raises(domain.Closed):
            writes(ended)
        assert len(threads.thread(ended)) == 2


def test_an_officer_does_not_write_in_their_own_case(application, person):
    with pytest.raises(cases.OwnCase):
        writes(application, Author(Actor.OFFICER, f"person:{person.id}"))


# --- Pages --------------------------------------------------------------------------------------


def test_person_and_officer_write_to_each_other_with_documents(mine, desk, application):
    page = page_of(mine, application)
    assert "No message yet." in page.words
    after = page.send(text=WORDS, files={"first": (SLIP, "slip.pdf")})
    assert "Your message is sent." in after.words
    assert WORDS in after.words
    assert "new message" in open_page(desk, "/en/desk").words
    read = at_desk(desk, application)
    assert WORDS in read.words
    assert "The person" in read.words
    (paper,) = read.links("/papers/")
    assert desk.get(paper).status_code == 200
    assert "new message" not in open_page(desk, "/en/desk").words
    read.send(text="That of this year.")
    assert (
        "One new message from the provider"
        in open_page(mine, f"/en/applications/{application.reference}").words
    )
    answer = page_of(mine, application)
    assert "That of this year." in answer.words
    assert "Department of Revenue" in answer.words
    assert "new message" not in open_page(mine, f"/en/applications/{application.reference}").words


def test_an_empty_message_is_refused_in_words(mine, application):
    assert page_of(mine, application).send(text=" ").status == 422


def test_a_file_that_is_none_is_refused_and_the_words_stay(mine, application):
    wrong = page_of(mine, application).send(text=WORDS, files={"first": (b"x", "x.exe")})
    assert wrong.status >= 400
    assert WORDS in wrong.words
    assert not threads.thread(application)


def test_nobody_else_reads_or_writes(theirs, application, revenue):
    assert page_of(theirs, application).status == 404
    other = make_person(name="Officer Rana", role="officer", provider="municipal")
    assert at_desk(signed_in_client(revenue, other), application).status == 404


def test_the_person_is_told_without_the_words_of_the_message(mine, desk, application, capsys):
    at_desk(desk, application).send(text="Bring the slip of Harjeet Singh.")
    run_jobs()
    sent_out = capsys.readouterr().out
    assert "a message from the provider" in sent_out
    assert "Harjeet" not in sent_out
    assert "The provider wrote to you." in open_page(mine, "/en/inbox").words + sent_out


def test_a_letter_begins_a_message(revenue, person):
    workflows.department()
    case = workflows.sent(person)
    clerk = signed_in_client(revenue, workflows.an_officer("clerk", name="Clerk Kaur"))
    page = open_page(clerk, f"/en/desk/{case.reference}/messages?letter=blurred")
    assert page.controls["text"] == ["Your paper cannot be read."]


def test_what_the_provider_does_not_have_yet_has_no_thread(mine, application):
    application.submitted_at, application.state = None, "awaiting_payment"
    db.session.commit()
    words = page_of(mine, application).words
    assert "You can write when the provider has your application." in words
    with pytest.raises(domain.Closed):
        writes(application)


def test_a_helper_writes_for_the_person_and_each_reads_who_did(revenue, mine, desk, application):
    helper = make_person(name="Ravi Kumar")
    theirs = signed_in_client(revenue, helper)
    acting(theirs, service_person(application), helper)
    after = page_of(theirs, application).send(text=WORDS)
    assert "Your message is sent." in after.words
    assert threads.thread(application)[0].author == "helper"
    assert "Ravi Kumar, for you" in page_of(mine, application).words
    assert "A helper (family)" in at_desk(desk, application).words


def test_a_helper_who_looks_reads_nothing_away(revenue, application, officer):
    helper = make_person(name="Ravi Kumar")
    theirs = signed_in_client(revenue, helper)
    acting(theirs, service_person(application), helper)
    writes(application, Author(Actor.OFFICER, f"person:{officer.id}"), "The last one.")
    assert "The last one." in page_of(theirs, application).words
    assert unread(application, Side.PERSON) == 1


def service_person(application):
    return SimpleNamespace(id=application.person_id)
