"""Keys and ciphers. What is sealed opens only in its own place, and only unchanged.

A keyring (a JSON file, see Keyring) wraps one data key for each subject; the table of wrapped
keys is in keys.py. AES-256-GCM throughout (NIST SP 800-38D), HKDF-SHA256 (RFC 5869) to part keys.
"""

import base64
import hashlib
import hmac
import json
import os
import secrets
import unicodedata
from dataclasses import dataclass
from pathlib import Path

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

FORMAT = b"\x01"
NONCE = 12


class CannotOpen(Exception):
    """One error for every failure, so that it tells an attacker nothing."""

    def __init__(self) -> None:
        super().__init__("A sealed value does not open here: it was moved, changed or cut.")


class KeyringUnreadable(Exception):
    """The keyring's file is missing or malformed; the text says what to do."""


@dataclass(frozen=True)
class Keyring:
    """Key-encryption keys by id, the current one's id, and the secret of keyed hashes.

    File: {"current": "k1", "keys": {"k1": "<base64, 32 bytes>"}, "index": "<base64, 32 bytes>"}.
    """

    current: str
    keys: dict[str, bytes]
    index: bytes

    def wrap(self, subject: bytes, key: bytes) -> tuple[str, bytes]:
        return self.current, seal(self.keys[self.current], subject, key)

    def unwrap(self, key_id: str, subject: bytes, wrapped: bytes) -> bytes:
        """Raises CannotOpen; also when the keyring no longer holds the key."""
        if key_id not in self.keys:
            raise CannotOpen
        return unseal(self.keys[key_id], subject, wrapped)

    def part(self, purpose: str) -> bytes:
        """A 32-byte key for one purpose, parted from the index secret."""
        return HKDF(SHA256(), 32, None, f"portal {purpose}".encode()).derive(self.index)

    def hash(self, purpose: str, text: str) -> bytes:
        """A keyed hash for look-ups: equal for texts that fold to the same."""
        folded = unicodedata.normalize("NFKC", text).strip().casefold()
        return hmac.digest(self.part(purpose), folded.encode(), "sha256")


def new_keyring() -> Keyring:
    return Keyring("k1", {"k1": secrets.token_bytes(32)}, secrets.token_bytes(32))


def read_keyring(path: Path) -> Keyring:
    """Raises KeyringUnreadable."""
    try:
        told = json.loads(path.read_text())
        keys = {name: base64.b64decode(key) for name, key in told["keys"].items()}
        ring = Keyring(told["current"], keys, base64.b64decode(told["index"]))
    except (OSError, ValueError, KeyError, AttributeError, TypeError) as error:
        raise KeyringUnreadable(f"{path} is no keyring. Restore it from its backup.") from error
    if ring.current not in keys or {len(key) for key in (*keys.values(), ring.index)} != {32}:
        raise KeyringUnreadable(f"{path} lacks its current key, or a key is not 32 bytes.")
    return ring


def write_keyring(path: Path, ring: Keyring) -> None:
    """Never overwrites: a lost key is lost data."""
    told = {
        "current": ring.current,
        "keys": {name: base64.b64encode(key).decode() for name, key in ring.keys.items()},
        "index": base64.b64encode(ring.index).decode(),
    }
    path.parent.mkdir(parents=True, exist_ok=True)
    with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
        json.dump(told, file, indent=1)


def seal(key: bytes, place: bytes, data: bytes) -> bytes:
    """Format byte, nonce, ciphertext and tag; `place` is bound in as associated data."""
    nonce = secrets.token_bytes(NONCE)
    return FORMAT + nonce + AESGCM(key).encrypt(nonce, data, place)


def unseal(key: bytes, place: bytes, sealed: bytes) -> bytes:
    """Raises CannotOpen."""
    if sealed[:1] != FORMAT or len(sealed) < 1 + NONCE + 16:
        raise CannotOpen
    try:
        return AESGCM(key).decrypt(sealed[1 : 1 + NONCE], sealed[1 + NONCE :], place)
    except InvalidTag as error:
        raise CannotOpen from error


def token_hash(token: str) -> bytes:
    """For random tokens of 128 bits and more only: they need no salt and no stretching."""
    return hashlib.sha256(token.encode()).digest()


def same(one: bytes, other: bytes) -> bool:
    """Equal, compared in constant time."""
    return hmac.compare_digest(one, other)
