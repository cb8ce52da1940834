"""Sealed files: chunks that open only whole, in order, to the end, and in their own file.

AES-256-GCM over chunks of 64 KiB after the STREAM construction (Hoang, Reyhanitabar, Rogaway and
Vizár 2015): the nonce of a chunk is its number and whether it is the last. The key is parted from
the subject's for this one file, so that no nonce is ever used twice under a key.
"""

import secrets
from collections.abc import Iterator
from typing import BinaryIO

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from portal.kernel.crypto import CannotOpen

FORMAT = b"PF1\n"
SALT = 32
CHUNK = 64 * 1024
TAG = 16


def seal(key: bytes, place: bytes, source: BinaryIO, target: BinaryIO) -> None:
    """Write the sealed form of what is left of `source`; `place` is bound into every chunk."""
    salt = secrets.token_bytes(SALT)
    target.write(FORMAT + salt)
    cipher = _cipher(key, place, salt)
    number, chunk = 0, source.read(CHUNK)
    while True:
        following = source.read(CHUNK) if len(chunk) == CHUNK else b""
        nonce = _nonce(number, last=not following)
        target.write(cipher.encrypt(nonce, chunk, place))
        if not following:
            return
        number, chunk = number + 1, following


class Opening:
    """The plain chunks of a sealed file. Raises CannotOpen at the first that was tampered with.

    The first chunk is opened at once, so that a wrong key is found before anything was sent.
    """

    def __init__(self, key: bytes, place: bytes, file: BinaryIO) -> None:
        self.place, self.file = place, file
        head = file.read(len(FORMAT) + SALT)
        if not head.startswith(FORMAT) or len(head) != len(FORMAT) + SALT:
            self.close()
            raise CannotOpen
        self.cipher = _cipher(key, place, head[len(FORMAT) :])
        self.number, self.waiting = 0, file.read(CHUNK + TAG)
        self.opened: bytes | None = self._open()

    def __iter__(self) -> Iterator[bytes]:
        return self

    def __next__(self) -> bytes:
        if self.opened is None:
            raise StopIteration
        chunk, self.opened = self.opened, self._open() if self.waiting else None
        if self.opened is None:
            self.close()
        return chunk

    def close(self) -> None:
        self.file.close()

    def _open(self) -> bytes:
        sealed = self.waiting
        self.waiting = self.file.read(CHUNK + TAG)
        nonce = _nonce(self.number, last=not self.waiting)
        self.number += 1
        try:
            return self.cipher.decrypt(nonce, sealed, self.place)
        except InvalidTag:
            self.close()
            raise CannotOpen from None


def _cipher(key: bytes, place: bytes, salt: bytes) -> AESGCM:
    return AESGCM(HKDF(SHA256(), 32, salt, b"portal file " + place).derive(key))


def _nonce(number: int, *, last: bool) -> bytes:
    return number.to_bytes(11, "big") + bytes([last])
