"""Signatures of Standard Webhooks, and the secrets that make them. No tables.

Of its two kinds, `v1` shares a secret (whsec_), and `v1a` signs with a private key (whsk_) that
nobody else ever sees: whoever checks has the public one (whpk_).
"""

import base64
import secrets as randomness
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Literal

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from standardwebhooks import Webhook, WebhookVerificationError

Kind = Literal["v1", "v1a"]
SHARED, PRIVATE, PUBLIC = "whsec_", "whsk_", "whpk_"
KEY_BYTES = 32


def new_secret(kind: Kind = "v1") -> str:
    return (PRIVATE if kind == "v1a" else SHARED) + _text(randomness.token_bytes(KEY_BYTES))


def kind_of(secret: str) -> Kind:
    return "v1a" if secret.startswith(PRIVATE) else "v1"


def public_key(secret: str) -> str:
    """What checks the signatures of a private key; no secret."""
    return PUBLIC + _text(_private(secret).public_key().public_bytes_raw())


def headers(message_id: str, said: str, secrets: Sequence[str], at: datetime) -> dict[str, str]:
    """Those of Standard Webhooks, with one signature for each secret."""
    signatures = (_signature(secret, message_id, said, at) for secret in secrets)
    return {
        "webhook-id": message_id,
        "webhook-timestamp": str(int(at.timestamp())),
        "webhook-signature": " ".join(signatures),
    }


def is_shared(secret: str) -> bool:
    """Whether it can be a secret of two sides (24 to 64 bytes, as the specification asks)."""
    try:
        raw = base64.b64decode(secret.removeprefix(SHARED), validate=True)
    except ValueError:
        return False
    return secret.startswith(SHARED) and 24 <= len(raw) <= 64


def is_signed(told: Mapping[str, str], body: bytes, secret: str) -> bool:
    """Whether who shares this secret sent it, within the last five minutes."""
    named = {name.lower(): value for name, value in told.items()}
    try:
        Webhook(secret).verify(body, named, json_parse=False)
    except (WebhookVerificationError, ValueError):
        # Beside its own, the library lets out those of reading figures and base64.
        return False
    return True


def _signature(secret: str, message_id: str, said: str, at: datetime) -> str:
    if kind_of(secret) == "v1":
        return Webhook(secret).sign(message_id, at, said)
    signed = _private(secret).sign(f"{message_id}.{int(at.timestamp())}.{said}".encode())
    return f"v1a,{_text(signed)}"


def _private(secret: str) -> Ed25519PrivateKey:
    """Libraries write the seed alone, or the public key behind it."""
    return Ed25519PrivateKey.from_private_bytes(
        base64.b64decode(secret.removeprefix(PRIVATE))[:KEY_BYTES]
    )


def _text(raw: bytes) -> str:
    return base64.b64encode(raw).decode()
