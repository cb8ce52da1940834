"""What a browser tells of itself so that it can be rung. No web, no tables."""

import base64
import binascii
from dataclasses import dataclass
from urllib.parse import urlsplit

from portal.kernel.errors import N_, BadInput

LONGEST = 1000
POINT, SECRET = 65, 16


class SubscriptionUnfit(BadInput):
    status = 422
    message = N_("This browser cannot be sent messages. Try another, or choose another way.")


@dataclass(frozen=True)
class Browser:
    """Where its push service listens, and the keys that only it can open with (RFC 8291)."""

    endpoint: str
    key: str
    secret: str


def checked(endpoint: str, key: str, secret: str) -> Browser:
    """Raises SubscriptionUnfit."""
    parts = urlsplit(endpoint)
    whole = parts.scheme in {"https", "http"} and parts.hostname and len(endpoint) <= LONGEST
    point = decoded(key)
    if not whole or len(point) != POINT or point[0] != 4 or len(decoded(secret)) != SECRET:
        raise SubscriptionUnfit
    return Browser(endpoint, key, secret)


def decoded(text: str) -> bytes:
    """Of base64url without its padding. Raises SubscriptionUnfit."""
    try:
        return base64.b64decode(text + "=" * (-len(text) % 4), altchars=b"-_", validate=True)
    except (ValueError, binascii.Error) as error:
        raise SubscriptionUnfit from error


def encoded(raw: bytes) -> str:
    return base64.urlsafe_b64encode(raw).decode().rstrip("=")
