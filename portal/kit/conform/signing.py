"""Signatures of Standard Webhooks: `v1` by a shared secret, `v1a` by a private key."""

import base64
import secrets
from collections.abc import Sequence
from datetime import datetime

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from standardwebhooks import Webhook

from portal.kernel.errors import BadInput

SHARED, PRIVATE, PUBLIC = "whsec_", "whsk_", "whpk_"
SEED_BYTES = 32


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
    whole = len(key) == SEED_BYTES if prefix == PRIVATE else key
    if not whole or not secret.startswith(prefix):
        raise NoSecret(shown=f"{secret[:8]}…", prefix=prefix)
    return secret


def a_strange_one() -> str:
    """A secret that nobody has."""
    return SHARED + base64.b64encode(secrets.token_bytes(SEED_BYTES)).decode()


def new_private_key() -> str:
    return PRIVATE + base64.b64encode(secrets.token_bytes(SEED_BYTES)).decode()


def public_key(private: str) -> str:
    """What the department verifies `v1a` with."""
    return PUBLIC + base64.b64encode(_private(private).public_key().public_bytes_raw()).decode()


def headers(id_: str, body: str, keys: Sequence[str], at: datetime) -> dict[str, str]:
    """Those of a message, with one signature for each secret or key."""
    return {
        "content-type": "application/json; charset=utf-8",
        "user-agent": "Sanjha-Webhooks/1 (conformance)",
        "webhook-id": id_,
        "webhook-timestamp": str(int(at.timestamp())),
        "webhook-signature": " ".join(_signature(id_, body, key, at) for key in keys),
    }


def _signature(id_: str, body: str, key: str, at: datetime) -> str:
    if not key.startswith(PRIVATE):
        return Webhook(key).sign(id_, at, body)
    signed = _private(key).sign(f"{id_}.{int(at.timestamp())}.{body}".encode())
    return f"v1a,{base64.b64encode(signed).decode()}"


def _private(key: str) -> Ed25519PrivateKey:
    return Ed25519PrivateKey.from_private_bytes(base64.b64decode(key.removeprefix(PRIVATE)))
