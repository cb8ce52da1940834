"""Keys of publishers, and bundles with a signature."""

import base64
import zipfile
from collections.abc import Mapping
from io import BytesIO

from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    load_pem_private_key,
)

from portal.kernel.errors import DomainError
from portal.registry import bundles
from portal.registry.manifests import manifest

# The same files make the same zip, whenever it is signed.
WHEN = (1980, 1, 1, 0, 0, 0)
PLAIN_FILE = 0o100644 << 16


class NoPrivateKey(DomainError):
    message = (
        "This file holds no private key (Ed25519, as PEM, without a password). Make one with"
        " portal providers key FILE."
    )


class NoVersion(DomainError):
    message = (
        "The manifest has no version. Write “version: 1” at its top, and a higher number for each"
        " bundle that you sign, so that no old one comes back."
    )


def new_key() -> bytes:
    """A private key as PEM."""
    return Ed25519PrivateKey.generate().private_bytes(
        Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()
    )


def key(pem: bytes) -> Ed25519PrivateKey:
    """Raises NoPrivateKey."""
    try:
        found = load_pem_private_key(pem, None)
    except (ValueError, TypeError, UnsupportedAlgorithm) as error:
        raise NoPrivateKey from error
    if not isinstance(found, Ed25519PrivateKey):
        raise NoPrivateKey
    return found


def public(private: Ed25519PrivateKey) -> str:
    """As it is pasted in the console."""
    return base64.b64encode(private.public_key().public_bytes_raw()).decode()


def signed(data: bytes, private: Ed25519PrivateKey, where: str) -> bytes:
    """The bundle with its signature, in place of an earlier one.

    Raises ManifestDoesNotRead, NoVersion.
    """
    bundle = bundles.opened(data, where)
    if manifest(bundle.text, bundle.manifest).version is None:
        raise NoVersion
    signature = base64.b64encode(private.sign(bundles.signed_text(bundle.files)))
    made = _zipped({**bundle.files, bundles.SIGNATURE: signature})
    bundles.opened(made, where)
    return made


def _zipped(files: Mapping[str, bytes]) -> bytes:
    made = BytesIO()
    with zipfile.ZipFile(made, "w") as archive:
        for name in sorted(files):
            entry = zipfile.ZipInfo(name, WHEN)
            entry.external_attr = PLAIN_FILE
            entry.compress_type = zipfile.ZIP_DEFLATED
            archive.writestr(entry, files[name])
    return made.getvalue()
