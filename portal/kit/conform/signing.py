"""The secrets that a department is driven with, and how its messages are signed."""

import base64
from collections.abc import Sequence
from datetime import datetime

from portal.kernel import signatures
from portal.kernel.errors import BadInput
from portal.kernel.signatures import KEY_BYTES, PRIVATE, SHARED


class NoSecret(BadInput):
    message = "%(shown)s is no secret: it begins with %(prefix)s, and base 64 follows."


def read(given: str) -> str:
    """A secret or private key as it was given, without spaces. Raises NoSecret."""
    secret = given.strip()
    prefix = PRIVATE if secret.startswith(PRIVATE) else SHARED
    try:
        key = base64.b64decode(secret.removeprefix(prefix), validate=True)
    except ValueError:
        key = b""
    whole = len(key) == KEY_BYTES if prefix == PRIVATE else key
    if not whole or not secret.startswith(prefix):
        raise NoSecret(shown=f"{secret[:8]}…", prefix=prefix)
    return secret


def headers(id_: str, body: str, keys: Sequence[str], at: datetime) -> dict[str, str]:
    """Those of a message, with one signature for each secret or key."""
    return {
        "content-type": "application/json; charset=utf-8",
        "user-agent": "Sanjha-Webhooks/1 (conformance)",
        **signatures.headers(id_, body, keys, at),
    }
