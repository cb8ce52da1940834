"""Mail that comes back: which it was, whose address is none, and what strangers cannot say."""

from email.message import EmailMessage
from email.mime.base import MIMEBase
from email.mime.multipart import MIMEMultipart
from email.mime.text import MIMEText

import pytest
from sqlalchemy import select

from portal.kernel import ids
from portal.kernel.db import db
from portal.notifications.inbox import service as inbox
from portal.post import bounces, commands, service
from portal.post.models import Message
from tests.accounts.factories import csrf_token, make_person, signed_in_client
from tests.jobs import run_jobs
from tests.notifications.factories import tell
from tests.post.conftest import post_settings, serve, server, smtp

__all__ = ["post_settings", "serve", "server", "smtp"]


@pytest.fixture
def person(app, smtp):
    return make_person()


def report(message_id, to, *, status="5.1.1", action="failed", returned="text/rfc822-headers"):
    """A delivery report as mail servers write it."""
    whole = MIMEMultipart("report", **{"report-type": "delivery-status"})
    whole["From"], whole["Subject"] = "MAILER-DAEMON@mx.example.org", "Undelivered Mail"
    whole.attach(MIMEText("I am sorry to have to tell you."))
    said = MIMEBase("message", "delivery-status")
    about, each = EmailMessage(), EmailMessage()
    about["Reporting-MTA"] = "dns; mx.example.org"
    each["Final-Recipient"], each["Action"], each["Status"] = f"rfc822; {to}", action, status
    said.set_payload([about, each])
    whole.attach(said)
    headers = f"Message-ID: <{message_id}@localhost>\nTo: {to}\nSubject: yours\n\n"
    kind, _, subkind = returned.partition("/")
    part = MIMEBase(kind, subkind)
    if returned == "message/rfc822":
        original = EmailMessage()
        original["Message-ID"] = f"<{message_id}@localhost>"
        original.set_content("Body.")
        part.set_payload([original])
    else:
        part.set_payload(headers)
    whole.attach(part)
    return whole.as_bytes()


def mailed(person):
    """A message that the mail server took."""
    tell(person, "decisions")
    run_jobs()
    db.session.expire_all()
    return db.session.scalars(select(Message).where(Message.channel == "mail")).one()


def take(raw):
    noted = [service.take_back(bounce) for bounce in bounces.read(raw)]
    db.session.commit()
    run_jobs()
    return noted


@pytest.mark.parametrize("returned", ["text/rfc822-headers", "message/rfc822"])
def test_a_mail_that_came_back_is_told_in_the_inbox_and_by_text(person, returned):
    message = mailed(person)
    assert take(report(message.id, person.email.upper(), returned=returned)) == [True]
    db.session.expire_all()
    assert (message.state, message.error) == ("returned", "5.1.1")
    assert service.came_back(person.email)
    titles = [row.words.title for row in inbox.listed(person.id)]
    assert "A mail to you came back" in titles
    ways = db.session.scalars(select(Message.channel).order_by(Message.id)).all()
    assert ways == ["mail", "text"]


def test_the_next_message_takes_another_way(person):
    take(report(mailed(person).id, person.email))
    tell(person, "decisions", key="next")
    found = select(Message.channel).where(Message.key.startswith("next"))
    assert db.session.scalars(found).all() == ["text"]


def test_a_full_mailbox_does_not_mark_the_address(person):
    message = mailed(person)
    assert take(report(message.id, person.email, status="5.2.2")) == [True]
    assert service.came_back(person.email) is None


def test_what_is_delayed_has_not_come_back(person):
    assert take(report(mailed(person).id, person.email, status="4.4.1", action="delayed")) == []


def test_nobody_else_makes_an_address_come_back(person):
    message = mailed(person)
    assert take(report(ids.uuid7(), person.email)) == [False]
    assert take(report(message.id, "somebody.else@example.org")) == [False]
    assert take(report("0" * 36, person.email)) == [False]
    assert service.came_back(person.email) is None
    assert take(report(message.id, person.email)) == [True]
    assert take(report(message.id, person.email)) == [False]


@pytest.mark.parametrize("raw", [b"", b"hello", b"From x\n\nFrom y\nSubject: z\n\n", b"\xff" * 99])
def test_what_is_no_report_says_nothing(raw):
    assert bounces.read(raw) == []


def test_a_mailbox_file_is_read_by_the_command(app, person, tmp_path):
    file = tmp_path / "returned"
    one = report(mailed(person).id, person.email)
    file.write_bytes(b"From a Mon\n" + one + b"\nFrom b Mon\n" + report(ids.uuid7(), "x@y.example"))
    told = app.test_cli_runner().invoke(commands.post, ["bounces", str(file)])
    assert told.output == "Came back: 1. Not of ours, or noted before: 1.\n"


def test_the_owner_sees_it_at_their_contacts_and_tries_again(app, person):
    take(report(mailed(person).id, person.email))
    client = signed_in_client(app, person)
    page = client.get("/en/account/contacts")
    assert b"Mail to this address came back on" in page.data
    data = {"csrf_token": csrf_token(page.data)}
    assert client.post("/en/account/contacts/try-again", data=data).status_code == 302
    assert b"came back on" not in client.get("/en/account/contacts").data


def test_a_mail_that_no_server_takes_is_told_as_well(person, smtp):
    smtp.refused = {person.email: "550 5.1.1 No such user"}
    mailed(person)
    assert "A mail to you came back" in [row.words.title for row in inbox.listed(person.id)]
