"""How far a message came, as its reader, an officer and an admin see it."""

import pytest
from sqlalchemy import select

from portal.accounts.events import PersonRemoved
from portal.kernel.db import db
from portal.notifications import arriving, listeners
from portal.notifications.choices import service as choices
from portal.notifications.domain import Channel, Choices, Digest
from portal.notifications.inbox.models import InboxNotice
from portal.notifications.sendings.models import NoticeSending
from portal.notifications.telling import service as telling
from portal.post import service as post
from portal.post.domain import Bounce
from portal.post.models import Message
from tests.accounts.factories import make_person, signed_in_client
from tests.jobs import run_jobs
from tests.notifications.factories import tell
from tests.notifications.test_notifications import application, move, send
from tests.post.conftest import post_settings, serve, server, smtp

__all__ = ["application", "post_settings", "send", "serve", "server", "smtp"]


@pytest.fixture
def person(app):
    return make_person()


@pytest.fixture
def client(app, person):
    return signed_in_client(app, person)


def inbox(client):
    return client.get("/en/inbox").get_data(as_text=True)


def mail():
    db.session.expire_all()
    return db.session.scalars(select(Message).order_by(Message.id.desc())).first()


def come_back():
    assert post.take_back(Bounce(str(mail().id), mail().recipient, "5.1.1"))
    db.session.commit()


@pytest.mark.promise("W6")
def test_the_inbox_says_how_far_the_mail_came(client, person, smtp):
    tell(person)
    assert "E-mail: on its way" in inbox(client)
    run_jobs()
    assert "E-mail: sent" in inbox(client)
    come_back()
    assert "E-mail: <b>came back</b>" in inbox(client)


def test_a_message_says_when_and_leads_to_the_contacts_when_it_is_lost(client, person, smtp):
    tell(person)
    run_jobs()
    row = db.session.scalars(select(InboxNotice)).one()
    page = client.get(f"/en/inbox/{row.id}").get_data(as_text=True)
    assert "How it reached you" in page
    assert "Check your contacts" not in page
    come_back()
    page = client.get(f"/en/inbox/{row.id}").get_data(as_text=True)
    assert "came back" in page
    assert "Check your contacts" in page


def test_what_waits_says_until_when_and_goes_out_together(client, person, smtp):
    choices.keep(person.id, Choices(digest=Digest.DAY), person.id)
    tell(person)
    tell(person)
    assert inbox(client).count("E-mail: waits until") == 2
    rows = db.session.scalars(select(InboxNotice)).all()
    for row in rows:
        row.send_at = row.created_at
    db.session.commit()
    telling.send_held(person_id=str(person.id))
    db.session.commit()
    run_jobs()
    assert len(smtp.messages) == 1
    assert inbox(client).count("E-mail: sent") == 2


def test_a_message_that_only_waits_in_the_inbox_says_nothing_more(client, person):
    choices.keep(person.id, Choices({"progress": frozenset({Channel.INBOX})}), person.id)
    tell(person)
    assert "E-mail" not in inbox(client)


def test_an_officer_sees_whether_it_reached_the_person_and_no_word_of_it(
    app, application, person, smtp
):
    run_jobs()
    move(application, "approve")
    run_jobs()
    come_back()
    officer = signed_in_client(app, make_person(role="officer", provider="tehsil"))
    page = officer.get(f"/en/desk/{application.reference}").get_data(as_text=True)
    begin = page.index("What the person was sent")
    panel = page[begin : page.index("</section>", begin)]
    assert "came back" in panel
    assert "not read yet" in panel
    assert person.email not in panel


def test_nothing_stands_beside_a_case_that_nobody_was_told_of(app, application):
    assert arriving.beside_case(application.id) is None


def test_an_admin_sees_how_many_came_how_far_and_nobody_s_name(app, person, smtp):
    tell(person)
    run_jobs()
    come_back()
    run_jobs()
    admin = signed_in_client(app, make_person(role="admin"))
    page = admin.get("/en/admin/messages/arrived").get_data(as_text=True)
    assert "How your applications go on" in page
    assert "5.1.1" in page
    assert person.email not in page
    counts = {(one.kind, one.way): one.by_state for one in arriving.totals()}
    assert counts["How your applications go on", "E-mail"] == {"returned": 1}
    assert counts["How your applications go on", "Inbox"] == {"delivered": 1}


def test_the_page_of_what_arrived_is_for_those_who_may(client):
    assert client.get("/en/admin/messages/arrived").status_code == 403


def test_who_leaves_leaves_nothing_here(app, person, smtp):
    tell(person)
    listeners.removed(PersonRemoved(person.id))
    db.session.commit()
    assert db.session.scalars(select(NoticeSending)).all() == []
