"""Manifests, bundles and integrators of the tests of uploads."""

import base64
import json
import zipfile
from io import BytesIO

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from portal.registry.bundles import signed_text
from tests.registry.publishing_factories import a_provider, a_service

KEY = Ed25519PrivateKey.from_private_bytes(bytes(range(32)))
PUBLIC = base64.b64encode(KEY.public_key().public_bytes_raw()).decode()


def told(*services, **more):
    """The small department of the tests, as a manifest says it."""
    provider = a_provider(*services or (a_service(),))
    said = provider.model_dump(mode="json", exclude_none=True)
    del said["inherits"]
    return {"contract": 1, **said, **more}


def as_json(*services, **more):
    return json.dumps(told(*services, **more), ensure_ascii=False, indent=1)


def zipped(files):
    """A plain zip of these files."""
    made = BytesIO()
    with zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in files.items():
            archive.writestr(name, content)
    return made.getvalue()


def signed(files, key=KEY):
    """The same files with the signature of their publisher, zipped."""
    raw = {name: text.encode() if isinstance(text, str) else text for name, text in files.items()}
    signature = base64.b64encode(key.sign(signed_text(raw)))
    return zipped({**raw, "signature": signature})


def catalogue(**texts):
    """A catalogue of messages; names stand for the English text with underscores for spaces."""
    head = 'msgid ""\nmsgstr "Content-Type: text/plain; charset=utf-8\\n"\n'
    rows = (
        f'\nmsgid "{name.replace("_", " ")}"\nmsgstr "{text}"\n' for name, text in texts.items()
    )
    return head + "".join(rows)
