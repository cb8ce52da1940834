"""Putting messages on their way, and noting how it went. The only user of their table."""

from uuid import UUID

from sqlalchemy.dialects.postgresql import insert

from portal.kernel import clock
from portal.kernel.db import db
from portal.kernel.jobs import Again, defer, job
from portal.kernel.keys import Erased
from portal.kernel.log import log
from portal.post import domain
from portal.post.adapters import Undelivered, configured
from portal.post.domain import Mail, State
from portal.post.models import Message


def send_mail(
    *,
    subject_id: UUID,
    to: str,
    subject: str,
    body: str,
    language: str,
    key: str | None = None,
) -> bool:
    """Send this person one mail once the running transaction is committed.

    `key` names the occasion, such as "state:<application>:approved:<person>": a second message of
    the same key is not sent, and the answer is then False. Raises AddressUnfit, SubjectUnfit.
    """
    message = Message(subject_id=subject_id, key=key, language=language, attempts=0)
    message.state, message.error, message.sent_at = State.PENDING, None, None
    message.recipient = domain.check_address(to)
    message.title = domain.check_subject(subject)
    message.body = body
    if not _kept(message):
        return False
    defer(send, message_id=str(message.id))
    return True


def _kept(message: Message) -> bool:
    """Insert unless the key is known; two transactions at once keep one of both."""
    table = Message.__table__
    row = {column.key: getattr(message, column.key) for column in table.columns}
    kept = insert(Message).values(row).on_conflict_do_nothing(index_elements=["key"])
    return db.session.scalar(kept.returning(Message.id)) is not None


@job(queue="mail")
def send(message_id: str) -> None:
    """Send one message; sent before, it is left alone."""
    message = db.session.get(Message, UUID(message_id))
    if message is None or message.state != State.PENDING:
        return
    mail = _opened(message)
    if mail is None:
        return
    # A mail server may be slow; no transaction waits for it. Only the mail is needed from here.
    db.session.commit()
    try:
        configured().send(mail, message.created_at)
    except Undelivered as failure:
        _note_failure(message, failure)
    else:
        message.attempts += 1
        message.state, message.error, message.sent_at = State.SENT, None, clock.now()


def _opened(message: Message) -> Mail | None:
    try:
        return Mail(
            str(message.id), message.recipient, message.title, message.body, message.language
        )
    except Erased:
        message.state, message.error = State.FAILED, "erased"
        return None


def _note_failure(message: Message, failure: Undelivered) -> None:
    """Raises Again while there is a try left."""
    message.attempts += 1
    message.error = failure.code
    wait = None if failure.final else domain.wait_after(message.attempts)
    if wait is not None:
        raise Again(wait)
    message.state = State.FAILED
    log.error("message failed", message=str(message.id), error=failure.code)
