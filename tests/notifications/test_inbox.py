"""The inbox: read, unread, deleted, and nobody else's."""

import pytest
from sqlalchemy import select

from portal.accounts import service as accounts
from portal.accounts.events import PersonRemoved
from portal.kernel.db import db
from portal.notifications import listeners
from portal.notifications.choices.models import NoticeChoice
from portal.notifications.inbox import service as inbox
from portal.notifications.inbox.models import InboxNotice
from tests.accounts.factories import csrf_token, make_person, signed_in_client
from tests.notifications.factories import tell


def unread(person):
    return accounts.visiting(person.id).counts[inbox.UNREAD]


@pytest.fixture
def person(app):
    return make_person()


@pytest.fixture
def client(app, person):
    return signed_in_client(app, person)


def do(client, path, **fields):
    page = client.get(path)
    return client.post(path, data={"csrf_token": csrf_token(page.data), **fields})


@pytest.mark.promise("W6")
def test_what_was_told_stands_in_the_inbox_and_in_the_menu(client, person):
    tell(person, title="Your licence ends soon")
    page = client.get("/en/inbox").get_data(as_text=True)
    assert "Your licence ends soon" in page
    assert '<b class="num">(1)</b>' in page


def test_whoever_opens_a_message_has_read_it(client, person):
    tell(person)
    row = inbox.listed(person.id)[0]
    page = client.get(f"/en/inbox/{row.id}").get_data(as_text=True)
    assert "Renew it in time." in page
    assert unread(person) == 0
    do(client, f"/en/inbox/{row.id}", act="unread")
    assert unread(person) == 1
    do(client, "/en/inbox")
    assert unread(person) == 0


def test_a_deleted_message_leaves_no_word_and_is_not_told_again(client, person):
    tell(person, key="once")
    row = inbox.listed(person.id)[0]
    do(client, f"/en/inbox/{row.id}", act="delete")
    assert client.get(f"/en/inbox/{row.id}").status_code == 404
    assert not tell(person, key="once")
    db.session.expire_all()
    assert db.session.scalars(select(InboxNotice.words_sealed)).all() == [None]


def test_nobody_reads_the_inbox_of_another(app, person):
    tell(person)
    row = inbox.listed(person.id)[0]
    other = signed_in_client(app, make_person())
    assert other.get(f"/en/inbox/{row.id}").status_code == 404
    assert "Your licence" not in other.get("/en/inbox").get_data(as_text=True)


def test_long_inboxes_come_page_by_page_at_the_same_cost(client, person, queries):
    for number in range(25):
        tell(person, title=f"Message {number:02}")
    with queries() as few:
        first = client.get("/en/inbox").get_data(as_text=True)
    assert "Message 24" in first
    assert "Message 04" not in first
    after = inbox.listed(person.id)[19].id
    second = client.get(f"/en/inbox?after={after}").get_data(as_text=True)
    assert "Message 04" in second
    assert "Message 05" not in second
    assert len(few) <= 6, few


def test_who_leaves_takes_the_inbox_along(person):
    tell(person)
    listeners.removed(PersonRemoved(person.id))
    db.session.commit()
    for table in (InboxNotice, NoticeChoice):
        assert db.session.scalars(select(table.id)).all() == []
