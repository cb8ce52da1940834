"""The link in a message that stops such messages, without a sign-in: signed, and good for ever.

It says whom, which kind and which way, and nothing about what the message said.
"""

import base64
import binascii
import hmac
from dataclasses import dataclass
from uuid import UUID

from portal.kernel.keys import keyring
from portal.kernel.room import Notice
from portal.kernel.settings import current
from portal.notifications.domain import Channel, NoSuchLeave
from portal.notifications.kinds import kinds

SIGNED = 15


@dataclass(frozen=True)
class Leaving:
    person_id: UUID
    kind: Notice
    channel: Channel


def token(person_id: UUID, kind: str, channel: str) -> str:
    raw = person_id.bytes + _signature(person_id, kind, channel)
    return f"{kind}.{channel}.{base64.urlsafe_b64encode(raw).decode().rstrip('=')}"


def read(told: str) -> Leaving:
    """Raises NoSuchLeave, for what must be sent too."""
    slug, _, rest = told.partition(".")
    channel, _, text = rest.partition(".")
    kind = kinds().get(slug)
    if kind is None or kind.needed or channel not in {*Channel}:
        raise NoSuchLeave
    try:
        raw = base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))
        person_id = UUID(bytes=raw[:16])
    except (ValueError, binascii.Error) as error:
        raise NoSuchLeave from error
    if not hmac.compare_digest(raw[16:], _signature(person_id, slug, channel)):
        raise NoSuchLeave
    return Leaving(person_id, kind, Channel(channel))


def address(person_id: UUID, kind: str, channel: str) -> str:
    """Short, for text messages and headers; without a language."""
    return f"{current().kernel.base_url}/o/{token(person_id, kind, channel)}"


def _signature(person_id: UUID, kind: str, channel: str) -> bytes:
    said = person_id.bytes + f"|{kind}|{channel}".encode()
    return hmac.digest(keyring().part("leaving"), said, "sha256")[:SIGNED]
