"""Short-lived links for departments' programs: whoever holds one may fetch that one file."""

import base64
import hmac
from dataclasses import dataclass
from uuid import UUID

from portal.files.domain import LinkExpired, NoSuchFile
from portal.kernel import clock
from portal.kernel.crypto import same
from portal.kernel.keys import keyring
from portal.kernel.settings import current

PATH = "/api/v1/provider/files"
MAC = 32
HEAD = 16 + 8


@dataclass(frozen=True)
class Link:
    """`audience` is the slug of the provider that the link was made for."""

    file_id: UUID
    audience: str


def signed_url(file_id: UUID, audience: str, seconds: int = 3600) -> str:
    ends = int(clock.now().timestamp()) + seconds
    said = file_id.bytes + ends.to_bytes(8, "big") + audience.encode()
    token = base64.urlsafe_b64encode(said + _mac(said)).decode().rstrip("=")
    return f"{current().kernel.base_url}{PATH}/{token}"


def check_link(token: str) -> Link:
    """Raises NoSuchFile for a link that we did not make, LinkExpired for an old one."""
    try:
        whole = base64.b64decode(token + "=" * (-len(token) % 4), altchars=b"-_", validate=True)
    except ValueError:
        raise NoSuchFile from None
    said, mac = whole[:-MAC], whole[-MAC:]
    if len(said) < HEAD or not same(mac, _mac(said)):
        raise NoSuchFile
    if int.from_bytes(said[16:HEAD], "big") < clock.now().timestamp():
        raise LinkExpired
    return Link(UUID(bytes=said[:16]), said[HEAD:].decode())


def _mac(said: bytes) -> bytes:
    return hmac.digest(keyring().part("files"), said, "sha256")
