"""Reading what mail servers send back: delivery reports as RFC 3464 writes them. No tables.

Only reports of failure count; what is delayed is still on its way.
"""

import re
from collections.abc import Iterator
from email import message_from_bytes
from email.message import Message
from email.policy import default

from portal.post.domain import Bounce

MESSAGE_ID = re.compile(r"<([0-9a-f-]{36})@[^<>]+>")
STATUS = re.compile(r"[245]\.[0-9]{1,3}\.[0-9]{1,3}")
# Of a mailbox file, where each mail begins.
BEGINS = re.compile(rb"^From [^\n]*\n", re.MULTILINE)
MOST_REPORTS = 50


def read(raw: bytes) -> list[Bounce]:
    """The failures that one mail, or a whole mailbox file, reports."""
    mails = BEGINS.split(raw) if raw.startswith(b"From ") else [raw]
    return [bounce for mail in mails if mail.strip() for bounce in _of(mail)]


def _of(raw: bytes) -> Iterator[Bounce]:
    mail = message_from_bytes(raw, policy=default)
    if mail.get_content_type() != "multipart/report":
        return
    told = _original(mail)
    if told is None:
        return
    for part in mail.walk():
        if part.get_content_type() == "message/delivery-status":
            yield from _failures(part, told)


def _original(mail: Message) -> str | None:
    """The id of the mail that came back, from what was returned of it."""
    for part in mail.walk():
        if part.get_content_type() in {"text/rfc822-headers", "message/rfc822-headers"}:
            text = part.get_payload(decode=True)
            found = MESSAGE_ID.search(
                text.decode(errors="replace") if isinstance(text, bytes) else ""
            )
        elif part is not mail and part.get("Message-ID"):
            found = MESSAGE_ID.search(str(part["Message-ID"]))
        else:
            continue
        if found:
            return found[1]
    return None


def _failures(part: Message, message_id: str) -> Iterator[Bounce]:
    blocks = part.get_payload()
    for block in blocks[:MOST_REPORTS] if isinstance(blocks, list) else ():
        if not isinstance(block, Message):
            continue
        status = STATUS.search(str(block.get("Status", "")))
        action = str(block.get("Action", "")).strip().lower()
        who = str(block.get("Original-Recipient") or block.get("Final-Recipient") or "")
        if action == "failed" and status and ";" in who:
            yield Bounce(message_id, who.partition(";")[2].strip().strip("<>"), status[0])
