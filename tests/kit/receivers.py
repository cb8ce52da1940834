"""What a department's endpoint does with a message: all of it right, or one thing wrong."""

import base64
import json
from datetime import UTC, datetime
from pathlib import Path
from threading import Event, Lock

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from standardwebhooks import Webhook, WebhookVerificationError

from portal.kernel import clock

TOLERANCE = 300
LARGE, LATE = 8_000, 0.6
KNOWN = {"application", "bill", "payment", "endpoint"}


class Receiver:
    """`faults` are named by what it does wrong; `kept` holds the ids that it has stored."""

    def __init__(self, secret, public, faults):
        self.secret, self.public, self.faults = secret, public, faults
        self.kept, self.seen, self.order = [], set(), {}
        self.broken = Path("/nowhere")
        self.lock = Lock()

    def answer(self, headers, body):
        with self.lock:
            return self._answer(headers, body)

    def _answer(self, headers, body):
        if self.broken.exists():
            return (200 if "says 200 without keeping" in self.faults else 503), {}
        if "takes whatever comes" not in self.faults and not self._is_signed(headers, body):
            return (410 if "says 410 to strangers" in self.faults else 401), {}
        id_ = headers.get("webhook-id", "none")
        if "is down at first" in self.faults and id_ not in self.seen:
            self.seen.add(id_)
            return 503, {"retry-after": "0"}
        if "is slow with large bodies" in self.faults and len(body) > LARGE:
            # Until the caller has hung up, and a little more.
            Event().wait(LATE)
        if "redirects" in self.faults:
            return 302, {"location": "/elsewhere"}
        return self._keep(id_, json.loads(body), len(body)), {}

    def _keep(self, id_, message, size):
        kind, data = message["type"], message["data"]
        if id_ in self.kept:
            return 409 if "refuses what it has" in self.faults else 200
        if "refuses what it does not know" in self.faults and kind.partition(".")[0] not in KNOWN:
            return 400
        if "refuses large bodies" in self.faults and size > LARGE:
            return 413
        last = self.order.get(data.get("application"), 0)
        if "refuses what comes late" in self.faults and data.get("sequence", 1) < last:
            return 409
        self.order[data.get("application")] = data.get("sequence", 1)
        self.kept.append(id_)
        return 200

    def _is_signed(self, headers, body):
        told = dict(headers)
        signatures = told.get("webhook-signature", "").split()
        if "looks at the first signature" in self.faults:
            told["webhook-signature"] = " ".join(signatures[:1])
        if "does not look at the time" in self.faults and signatures:
            return self._right(told, body)
        if any(one.startswith("v1a,") for one in signatures):
            return self._by_key(told, body, signatures)
        try:
            Webhook(self.secret).verify(body, told, json_parse=False)
        except (WebhookVerificationError, ValueError):
            return False
        return True

    def _right(self, told, body):
        at = datetime.fromtimestamp(int(told["webhook-timestamp"]), UTC)
        right = Webhook(self.secret).sign(told["webhook-id"], at, body.decode())
        return right in told["webhook-signature"].split()

    def _by_key(self, told, body, signatures):
        public = base64.b64decode(self.public.removeprefix("whpk_"))
        key = Ed25519PublicKey.from_public_bytes(public)
        if abs(clock.now().timestamp() - int(told["webhook-timestamp"])) > TOLERANCE:
            return False
        signed = f"{told['webhook-id']}.{told['webhook-timestamp']}.".encode() + body
        for one in signatures:
            try:
                key.verify(base64.b64decode(one.partition(",")[2]), signed)
            except (InvalidSignature, ValueError):
                continue
            return True
        return False
