"""An authenticator in software, which can also do everything wrong."""

import base64
import hashlib
import json
import secrets
from dataclasses import dataclass, field

import cbor2
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec

from portal.accounts.passkeys.models import Passkey
from portal.kernel import keys
from portal.kernel.db import db
from tests.accounts.factories import csrf_token

ORIGIN, HOST = "http://localhost:8000", "localhost"
PRESENT, VERIFIED, ELIGIBLE, BACKED_UP, ATTESTED = 0x01, 0x04, 0x08, 0x10, 0x40
GOOD = PRESENT | VERIFIED


def text(data):
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


def data(told):
    return base64.urlsafe_b64decode(told + "===")


@dataclass
class Authenticator:
    """One passkey. `counts` says whether it counts its uses, as security keys do."""

    origin: str = ORIGIN
    host: str = HOST
    counts: bool = True
    sign_count: int = 0
    handle: str = ""
    key: ec.EllipticCurvePrivateKey = field(
        default_factory=lambda: ec.generate_private_key(ec.SECP256R1())
    )
    credential: bytes = field(default_factory=lambda: secrets.token_bytes(32))

    def make(self, options, *, flags=GOOD, **wrong):
        """What a browser posts after navigator.credentials.create(options)."""
        self.handle = options["user"]["id"]
        numbers = self.key.public_key().public_numbers()
        point = (numbers.x.to_bytes(32, "big"), numbers.y.to_bytes(32, "big"))
        public = cbor2.dumps({1: 2, 3: -7, -1: 1, -2: point[0], -3: point[1]})
        attested = bytes(16) + len(self.credential).to_bytes(2, "big") + self.credential + public
        held = self._held(flags | ATTESTED) + attested
        told = {"fmt": "none", "attStmt": {}, "authData": held}
        client = self._client("webauthn.create", options["challenge"], wrong)
        response = {"clientDataJSON": text(client), "attestationObject": text(cbor2.dumps(told))}
        return self._posted(response | {"transports": ["internal", "hybrid"]}, wrong)

    def show(self, options, *, flags=GOOD, **wrong):
        """What a browser posts after navigator.credentials.get(options)."""
        if self.counts:
            self.sign_count += 1
        client = self._client("webauthn.get", options["challenge"], wrong)
        held = self._held(flags)
        signed = self.key.sign(held + hashlib.sha256(client).digest(), ec.ECDSA(hashes.SHA256()))
        response = {
            "clientDataJSON": text(client),
            "authenticatorData": text(held),
            "signature": text(wrong.get("signature", signed)),
            "userHandle": wrong.get("handle", self.handle),
        }
        return self._posted(response, wrong)

    def _held(self, flags):
        said = hashlib.sha256(self.host.encode()).digest()
        return said + bytes([flags]) + self.sign_count.to_bytes(4, "big")

    def _client(self, kind, challenge, wrong):
        told = {"type": kind, "challenge": challenge, "origin": self.origin, "crossOrigin": False}
        return json.dumps(told | wrong.get("said", {})).encode()

    def _posted(self, response, wrong):
        name = text(self.credential)
        frame = {"id": name, "rawId": name, "type": "public-key", "clientExtensionResults": {}}
        return json.dumps(frame | {"response": response} | wrong.get("frame", {}))


def passkey_of(client, name="My phone", path="/en/account/factors/passkeys", **settings):
    """Set up a passkey in this browser, which is signed in or registering."""
    device = Authenticator(**settings)
    made = device.make(client.get(f"{path}/options").json)
    answer = post(client, f"{path}/new", path=f"{path}/new", credential=made, name=name)
    assert answer.status_code == 302, answer.text
    return device


def show(client, device, path="/en/sign-in", **wrong):
    """Sign in with a passkey, from the page at `path`."""
    options = client.get("/en/sign-in/passkey/options").json
    told = device.show(options, **wrong)
    return post(client, "/en/sign-in/passkey", path=path, assertion=told)


def post(client, to, *, path, **fields):
    """Send a form of the page at `path` to the address `to`."""
    return client.post(to, data={"csrf_token": csrf_token(client.get(path).data), **fields})


def kept_passkey(person_id):
    """The id of a passkey that somebody has, without a browser; not committed."""
    device = Authenticator()
    row = Passkey(
        subject_id=person_id,
        credential_key=keys.keyed_hash("passkeys.credential", text(device.credential)),
        credential=text(device.credential),
        public_key=text(b"of no use"),
        handle=text(secrets.token_bytes(32)),
        name="A phone",
        transports=["internal"],
        sign_count=0,
        backed_up=False,
    )
    db.session.add(row)
    db.session.flush()
    return row.id
