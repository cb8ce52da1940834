"""The words of messages, looked at and tried by whoever looks after them."""

import pytest
from sqlalchemy import select

from portal.i18n import LANGUAGES, speaking
from portal.kernel.db import db
from portal.notifications.samples import samples
from portal.notifications.words import SAID
from portal.post.domain import MOST_PARTS, SUBJECT_LIMIT, parts
from portal.post.models import Message
from tests.accounts.factories import csrf_token, make_person, signed_in_client


@pytest.fixture
def admin(app):
    return make_person(role="admin")


@pytest.fixture
def client(app, admin):
    return signed_in_client(app, admin)


def test_each_message_is_shown_in_each_language(client):
    page = client.get("/en/admin/messages/approved").get_data(as_text=True)
    for code in LANGUAGES:
        tag = code.replace("_", "-")
        assert f'id="in-{tag}"' in page
    assert "approved" in page
    assert "As SMS, in" in page


def test_every_message_has_a_page(client):
    listed = client.get("/en/admin/messages").get_data(as_text=True)
    for name in samples():
        assert f"/en/admin/messages/{name}" in listed
    assert set(SAID) < set(samples())
    assert client.get("/en/admin/messages/unheard-of").status_code == 404


def test_an_admin_sends_it_to_themselves_alone(client, admin):
    page = client.get("/en/admin/messages/approved")
    for way in ("mail", "text"):
        told = {"csrf_token": csrf_token(page.data), "way": way, "language": "pa"}
        assert client.post("/en/admin/messages/approved", data=told).status_code == 302
    found = db.session.scalars(select(Message).order_by(Message.id)).all()
    assert [one.recipient for one in found] == [admin.email, admin.mobile]
    assert {one.language for one in found} == {"pa"}


def test_nobody_else_may(app):
    client = signed_in_client(app, make_person())
    assert client.get("/en/admin/messages").status_code == 403


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_message_fits_its_way_in_every_language(app, language):
    for name, (_kind, say) in samples().items():
        with speaking(language):
            words = say()
        assert 0 < len(words.title) <= SUBJECT_LIMIT, name
        assert parts(f"Sanjha: {words.short}") <= MOST_PARTS, name
