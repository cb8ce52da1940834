"""A secret that changes again and again while messages are under way: how many are refused.

The receiver checks with the published library. It learns each new secret late: for a while it has
only the one before, as a department does that changes it by hand within the day.
"""

import time
from collections.abc import Sequence
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from uuid import UUID

from sqlalchemy import text
from standardwebhooks import Webhook, WebhookVerificationError

from portal.demo.domain import PROVIDER
from portal.kernel.db import db
from portal.webhooks.endpoints import service as endpoints
from tools.bench import measures
from tools.bench.house import House

MESSAGES = 10_000
# The secret changes so often, and the receiver follows after half of what comes in between.
ROTATIONS = 4
PATIENCE = 60.0
SENT_ONES = text(
    "SELECT id FROM applications WHERE provider_slug = :provider ORDER BY id LIMIT 500"
)
BY = UUID(int=0)


@dataclass(frozen=True)
class Rotated:
    """What came while the secret changed, and what the library refused of it."""

    messages: int
    rotations: int
    refused: int


class Receiver(ThreadingHTTPServer):
    """A department that checks every message with the one secret that it has."""

    daemon_threads = True
    request_queue_size = 128

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), Checked)
        self.secret = ""
        self.came = self.refused = 0

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_address[1]}/webhook"

    def check(self, body: bytes, headers: dict[str, str]) -> bool:
        self.came += 1
        try:
            Webhook(self.secret).verify(body, headers)
        except WebhookVerificationError:
            self.refused += 1
            return False
        return True


class Checked(BaseHTTPRequestHandler):
    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["content-length"]))
        good = isinstance(self.server, Receiver) and self.server.check(body, dict(self.headers))
        self.send_response_only(204 if good else 401)
        self.end_headers()

    def log_message(self, *_: object) -> None:
        """The bench says enough."""


def measure(house: House, messages: int = MESSAGES) -> Rotated:
    """Send so many to a receiver while the secret changes; the endpoint is its own afterwards."""
    with Receiver() as receiver:
        Thread(target=receiver.serve_forever, daemon=True).start()
        measures.idle(house)
        receiver.secret = _rotated(house)
        house.listen(receiver.url)
        with house.work():
            ids = list(db.session.scalars(SENT_ONES, {"provider": PROVIDER}))
        part = messages // (2 * ROTATIONS)
        for _ in range(ROTATIONS):
            _send(house, receiver, ids, part)
            secret = _rotated(house)
            _send(house, receiver, ids, part)
            receiver.secret = secret
        _await(receiver, part * 2 * ROTATIONS)
        receiver.shutdown()
        return Rotated(receiver.came, ROTATIONS, receiver.refused)


def _rotated(house: House) -> str:
    with house.work():
        return endpoints.rotate_secret(PROVIDER, BY)


def _send(house: House, receiver: Receiver, ids: Sequence[UUID], count: int) -> None:
    """Until half of these have come; the rest is under way when the secret changes."""
    wanted = receiver.came + count
    for start in range(0, count, len(ids)):
        house.announce(ids[: min(count - start, len(ids))])
    _await(receiver, wanted - count // 2)


def _await(receiver: Receiver, count: int) -> None:
    ends = time.monotonic() + PATIENCE
    while receiver.came < count and time.monotonic() < ends:
        time.sleep(0.05)
