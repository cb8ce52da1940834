"""One message reaches one person once, whatever the mail server does."""

from datetime import UTC, datetime
from email import message_from_bytes
from email.policy import default

import pytest
from sqlalchemy import select, text

from portal.kernel import keys
from portal.kernel.crypto import CannotOpen
from portal.kernel.db import db
from portal.kernel.jobs import Again
from portal.post import service
from portal.post.domain import AddressUnfit, SubjectUnfit
from portal.post.models import Message
from tests.jobs import run_jobs
from tests.ports import free_port

SUBJECTS = {
    "en": "Your application PB-7K3M-9QXA for Income certificate: approved",
    "pa": "ਆਮਦਨ ਸਰਟੀਫਿਕੇਟ ਲਈ ਤੁਹਾਡੀ ਅਰਜ਼ੀ PB-7K3M-9QXA: ਮਨਜ਼ੂਰ ਹੋ ਗਈ, ਹੁਣ ਇਸਨੂੰ ਪੋਰਟਲ ਤੇ ਵੇਖੋ",
    "pa_Arab": "آمدن دے سرٹیفکیٹ لئی تہاڈی درخواست PB-7K3M-9QXA: منظور ہو گئی، پورٹل تے ویکھو",
    "hi": "आय प्रमाणपत्र के लिए आपका आवेदन PB-7K3M-9QXA: स्वीकृत हुआ, इसे अब पोर्टल पर देखें",
    "ur": "آمدنی کے سرٹیفکیٹ کے لیے آپ کی درخواست PB-7K3M-9QXA: منظور ہو گئی، اسے پورٹل پر دیکھیں",
}


@pytest.fixture
def subject_id(app):
    return keys.new_subject()


@pytest.fixture
def write(subject_id):
    """Puts a message on its way; says whether it was taken."""

    def send(**changes):
        mail = {
            "subject_id": subject_id,
            "to": "ann@example.org",
            "subject": "Your code",
            "body": "It is 123 456.",
            "language": "en",
        }
        taken = service.send_mail(**mail | changes)
        db.session.commit()
        return taken

    return send


def only_message():
    db.session.expire_all()
    return db.session.scalars(select(Message)).one()


def try_once():
    """Run the only message's job; the seconds it asks to wait, None when it is done."""
    try:
        service.send(message_id=str(only_message().id))
    except Again as again:
        return again.in_seconds
    finally:
        db.session.commit()
    return None


def parsed(received):
    return message_from_bytes(received.content, policy=default)


def test_one_message_reaches_the_right_person(write, smtp):
    write()
    run_jobs()
    (received,) = smtp.messages
    assert received.recipients == ["ann@example.org"]
    assert received.sender == "portal@example.org"
    message = parsed(received)
    assert message["Subject"] == "Your code"
    assert message.get_content().strip() == "It is 123 456."
    assert only_message().state == "sent"
    assert only_message().sent_at is not None


@pytest.mark.parametrize("language", SUBJECTS)
def test_subjects_and_texts_of_every_script_arrive_whole(write, smtp, language):
    subject = SUBJECTS[language]
    write(subject=subject, body=f"{subject}\n\n{subject * 5}", language=language)
    run_jobs()
    received = smtp.messages[0]
    assert received.content.isascii()
    assert max(map(len, received.content.splitlines())) <= 78
    message = parsed(received)
    assert message["Subject"] == subject
    assert message.get_content().split() == f"{subject} {subject * 5}".split()
    assert message["Content-Language"] == language.replace("_", "-")


def test_a_rolled_back_message_is_never_sent(subject_id, smtp):
    db.session.commit()
    service.send_mail(
        subject_id=subject_id, to="ann@example.org", subject="No", body="No", language="en"
    )
    db.session.rollback()
    assert run_jobs() == []
    assert smtp.messages == []


def test_a_sent_message_is_not_sent_again_by_a_second_run(write, smtp):
    write()
    assert try_once() is None
    assert try_once() is None
    assert len(smtp.messages) == 1


def test_two_messages_of_one_key_are_one(write, smtp):
    assert write(key="state:1") is True
    assert write(key="state:1", subject="Another") is False
    run_jobs()
    assert len(smtp.messages) == 1


def test_a_server_that_is_down_is_tried_again_on_the_schedule(write, post_settings):
    port = free_port()
    url = f"smtp://127.0.0.1:{port}"
    post_settings(mail="smtp", smtp_url=url, mail_from="portal@example.org")
    write()
    assert [try_once() for _ in range(5)] == [60, 300, 1800, 7200, None]
    assert only_message().state == "failed"
    assert only_message().attempts == 5
    assert only_message().error == "ConnectionRefusedError"


def test_a_message_that_failed_once_is_sent_with_the_same_id(write, smtp):
    smtp.answer = "451 Try again"
    write()
    assert try_once() == 60
    assert only_message().error == "smtp_451"
    smtp.answer = "250 OK"
    assert try_once() is None
    (received,) = smtp.messages
    assert parsed(received)["Message-ID"] == f"<{only_message().id}@localhost>"


def test_a_recipient_that_is_refused_for_good_is_not_tried_again(write, smtp):
    smtp.refused["ann@example.org"] = "550 No such mailbox"
    write()
    assert try_once() is None
    assert only_message().state == "failed"


def test_a_recipient_that_is_greylisted_is_tried_again(write, smtp):
    smtp.refused["ann@example.org"] = "450 Come back later"
    write()
    assert try_once() == 60


@pytest.mark.parametrize(
    ("name", "error"), [("ann:p%40ss%3Aword", None), ("ann:p%40ss", "smtp_535")]
)
def test_the_name_and_password_of_the_setting_are_used(
    write, post_settings, serve, only_ann, name, error
):
    server = serve(authenticator=only_ann, auth_require_tls=False)
    url = f"smtp://{name}@127.0.0.1:{server.port}"
    post_settings(mail="smtp", smtp_url=url, mail_from="portal@example.org")
    write()
    try_once()
    assert only_message().error == error
    assert len(server.handler.messages) == (error is None)


def test_no_password_leaves_before_a_promised_encryption(write, post_settings, server):
    url = f"smtp://ann:secret@127.0.0.1:{server.port}?starttls=yes"
    post_settings(mail="smtp", smtp_url=url, mail_from="portal@example.org")
    write()
    assert try_once() == 60
    assert only_message().error == "SMTPNotSupportedError"
    assert server.handler.messages == []


@pytest.mark.parametrize("subject", ["a\r\nBcc: eve@example.org", "a\nb"])
def test_a_subject_that_would_add_a_header_is_refused(write, subject):
    with pytest.raises(SubjectUnfit):
        write(subject=subject)


def test_an_address_that_would_add_a_header_is_refused(write):
    with pytest.raises(AddressUnfit):
        write(to="ann@example.org\r\nBcc: eve@example.org")


def test_headers_in_the_body_stay_in_the_body(write, smtp):
    write(body="Hello\r\n\r\nBcc: eve@example.org\r\n.\r\nMAIL FROM:<x@example.org>")
    run_jobs()
    (received,) = smtp.messages
    assert received.recipients == ["ann@example.org"]
    assert "MAIL FROM:<x@example.org>" in parsed(received).get_content()


def test_nothing_of_the_message_is_readable_in_the_table(write):
    write(to="ann@example.org", subject="Topical", body="Confidential")
    row = db.session.execute(text("SELECT messages::text AS whole FROM messages")).one().whole
    for word in ("ann@example.org", "Topical", "Confidential"):
        assert word not in row
        assert word.encode().hex() not in row


def test_a_message_moved_to_another_row_does_not_open(write):
    write()
    write(to="bob@example.org")
    one, other = db.session.scalars(select(Message)).all()
    one.recipient_sealed = other.recipient_sealed
    with pytest.raises(CannotOpen):
        str(one.recipient)


def test_a_message_to_an_erased_person_is_given_up(write, smtp, subject_id):
    write()
    keys.erase(subject_id)
    db.session.commit()
    run_jobs()
    assert smtp.messages == []
    assert only_message().error == "erased"


def test_no_transaction_waits_for_the_mail_server(write, smtp, owner):
    # Of our own database: other tests run beside this one.
    idle = text(
        "SELECT count(*) FROM pg_stat_activity"
        " WHERE datname = current_database() AND state = 'idle in transaction'"
    )
    seen = []
    smtp.meanwhile = lambda: seen.append(owner.execute(idle).scalar())
    write()
    run_jobs()
    assert seen == [0]


def test_the_console_shows_who_gets_what(write, capsys):
    write(subject=SUBJECTS["pa"])
    run_jobs()
    shown = capsys.readouterr().out
    assert "ann@example.org" in shown
    assert SUBJECTS["pa"] in shown
    assert "It is 123 456." in shown


def test_the_date_is_when_the_message_was_written(write, smtp):
    write()
    run_jobs()
    written = parsed(smtp.messages[0])["Date"].datetime
    assert written.tzinfo is not None
    assert (datetime.now(UTC) - written).total_seconds() < 60  # noqa: TID251 - the server's view
