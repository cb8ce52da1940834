"""Putting messages on their way, and noting how it went. The only user of their table."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import delete, select
from sqlalchemy.dialects.postgresql import insert

from portal.kernel import clock, keys
from portal.kernel.db import db
from portal.kernel.events import publish
from portal.kernel.jobs import Again, defer, job
from portal.kernel.keys import Erased
from portal.kernel.log import log
from portal.kernel.settings import current
from portal.post import adapters, domain, texts
from portal.post.adapters import Undelivered
from portal.post.domain import Bounce, Channel, Mail, State, Text
from portal.post.events import MailCameBack
from portal.post.models import Message, ReturnedAddress
from portal.post.settings import PostSettings


def offers_texts() -> bool:
    """Whether text messages can be sent; else nothing must depend on a mobile number."""
    chosen = current().of(PostSettings).sms
    return chosen != "none" and not (chosen == "auto" and current().kernel.env == "production")


def send_text(  # noqa: PLR0913 - what a text message consists of
    *,
    subject_id: UUID,
    to: str,
    body: str,
    language: str,
    key: str | None = None,
    kind: str | None = None,
    good_until: datetime | None = None,
) -> bool:
    """Send this person one text message once the running transaction is committed.

    `key` is as for mail. After `good_until` it is not sent any more. False, too, where texts are
    not offered. Raises NumberUnfit, TextUnfit.
    """
    if not offers_texts():
        return False
    message = _new(subject_id, domain.check_number(to), language, key)
    message.channel, message.kind, message.good_until = Channel.TEXT, kind, good_until
    message.title, message.body = "", domain.check_text(body)
    return _on_its_way(message)


def send_mail(  # noqa: PLR0913 - what a mail consists of
    *,
    subject_id: UUID,
    to: str,
    subject: str,
    body: str,
    language: str,
    key: str | None = None,
    kind: str | None = None,
    leave: str | None = None,
) -> bool:
    """Send this person one mail once the running transaction is committed.

    `key` names the occasion, such as "state:<application>:approved:<person>": a second message of
    the same key is not sent, and the answer is then False. `kind` is what people choose the ways
    of, `leave` stops such mails by one POST. Raises AddressUnfit, SubjectUnfit.
    """
    message = _new(subject_id, domain.check_address(to), language, key)
    message.title, message.body = domain.check_subject(subject), body
    message.kind, message.leave = kind, leave
    return _on_its_way(message)


def _new(subject_id: UUID, to: str, language: str, key: str | None) -> Message:
    message = Message(subject_id=subject_id, key=key, language=language, attempts=0)
    message.channel, message.good_until = Channel.MAIL, None
    message.state, message.error, message.sent_at = State.PENDING, None, None
    message.kind, message.settled_at, message.their_id = None, None, None
    message.recipient, message.leave = to, None
    return message


def _on_its_way(message: Message) -> bool:
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
    opened = _opened(message)
    if opened is None:
        return
    # A mail server may be slow; no transaction waits for it. Only the mail is needed from here.
    db.session.commit()
    try:
        their_id = _hand_over(opened, message.created_at)
    except Undelivered as failure:
        _note_failure(message, failure)
    else:
        _note_sent(message, their_id)


def _hand_over(opened: Mail | Text, at: datetime) -> str | None:
    """The company's id of the message, if it said one."""
    if isinstance(opened, Text):
        return texts.configured().send(opened, at)
    adapters.configured().send(opened, at)
    return None


def _note_sent(message: Message, their_id: str | None) -> None:
    """A company's report may have been quicker than this: it knows more."""
    db.session.refresh(message, with_for_update=True)
    message.attempts += 1
    message.error, message.sent_at, message.their_id = None, clock.now(), their_id
    if message.state == State.PENDING:
        message.state = State.SENT


def _opened(message: Message) -> Mail | Text | None:
    """None when it must not be sent any more."""
    if message.good_until is not None and message.good_until <= clock.now():
        _give_up(message, "too_late")
        return None
    name = str(message.id)
    try:
        if message.channel == Channel.TEXT:
            return Text(name, message.recipient, message.body)
        words = message.title, message.body, message.language, message.leave
        return Mail(name, message.recipient, *words)
    except Erased:
        _give_up(message, "erased")
        return None


def _give_up(message: Message, code: str) -> None:
    message.state, message.error, message.settled_at = State.FAILED, code, clock.now()


def _note_failure(message: Message, failure: Undelivered) -> None:
    """Raises Again while there is a try left."""
    message.attempts += 1
    message.error = failure.code
    wait = None if failure.final else domain.wait_after(message.attempts)
    if wait is not None:
        raise Again(wait)
    _give_up(message, failure.code)
    if message.channel == Channel.MAIL:
        publish(MailCameBack(message.id, message.subject_id))
    log.error("message failed", message=str(message.id), error=failure.code)


def take_back(bounce: Bounce) -> bool:
    """Note that a mail of ours came back; False for what is none of ours, or noted before.

    Whoever knows the id of a mail and where it went has seen it: nobody else can name both.
    """
    try:
        wanted = select(Message).where(Message.id == UUID(bounce.message_id)).with_for_update()
    except ValueError:
        return False
    message = db.session.scalar(wanted)
    if message is None or message.state != State.SENT or not _went_to(message, bounce.recipient):
        return False
    message.state, message.error = State.RETURNED, bounce.status[:20]
    message.settled_at = clock.now()
    if bounce.is_for_good:
        row = ReturnedAddress(address_key=_address_key(bounce.recipient), status=bounce.status[:20])
        kept = {column.key: getattr(row, column.key) for column in row.__table__.columns}
        db.session.execute(
            insert(ReturnedAddress)
            .values(kept)
            .on_conflict_do_nothing(index_elements=["address_key"])
        )
    publish(MailCameBack(message.id, message.subject_id))
    return True


def _went_to(message: Message, recipient: str) -> bool:
    try:
        return (
            message.channel == Channel.MAIL and message.recipient.casefold() == recipient.casefold()
        )
    except Erased:
        return False


def came_back(address: str) -> datetime | None:
    """Since when mail to this address comes back."""
    mine = ReturnedAddress.address_key == _address_key(address)
    return db.session.scalar(select(ReturnedAddress.created_at).where(mine))


def try_again(address: str) -> None:
    """Mail goes there again: its owner has shown it, or asks for it."""
    mine = ReturnedAddress.address_key == _address_key(address)
    db.session.execute(delete(ReturnedAddress).where(mine))


def key_of(message_id: UUID) -> str | None:
    """The occasion that a message was sent for."""
    return db.session.scalar(select(Message.key).where(Message.id == message_id))


def _address_key(address: str) -> bytes:
    return keys.keyed_hash("post.returned", address)
