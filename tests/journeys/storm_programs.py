"""Programs of departments that go on while things are killed: one fetches messages, one uploads."""

import threading
import time
from uuid import uuid4

import httpx

from portal.kernel.db import db
from portal.registry.uploads.models import Upload
from tests.journeys.people import Unwell
from tests.registry.uploading import as_json

PAUSE = 0.1
EVENTS = "/api/v1/provider/events"
MANIFEST = "/api/v1/provider/manifest"
# What a program may hear while things are killed; it asks again.
UNWELL = (429, 500, 502, 503, 504)


class Program(threading.Thread):
    """Calls the interface with its token until it is told to end, and as often as it takes.

    Told to end, it goes on until something of its work is done: a short storm may stop all.
    """

    least = 0

    def __init__(self, url, token, chance, over):
        super().__init__()
        self.chance, self.over, self.fault = chance, over, None
        self.sent = []
        headers = {"Authorization": f"Bearer {token}"}
        self.http = httpx.Client(base_url=url, headers=headers, timeout=60)

    def run(self):
        try:
            while not self.over.is_set() or len(self.sent) < self.least:
                try:
                    self.step()
                except (httpx.TransportError, Unwell):
                    time.sleep(PAUSE)
        except Exception as fault:  # noqa: BLE001 - told by the test, which waits for this thread
            self.fault = fault
        finally:
            self.http.close()

    def told(self, answer):
        if answer.status_code in UNWELL:
            raise Unwell(answer.status_code)
        assert answer.status_code == 200, answer.text
        return answer.json()


class Fetcher(Program):
    """Fetches messages, works each off by its id, then says how far it got.

    Forgetful: sometimes it dies after working them off, and asks from where it was before.
    """

    def __init__(self, url, token, chance, over, department):
        super().__init__(url, token, chance, over)
        self.department, self.after, self.forgot = department, 0, 0

    def step(self):
        told = self.told(self.http.get(EVENTS, params={"after": self.after, "limit": 3}))
        for event in told["events"]:
            self.department.keep(event["id"], event)
        if told["events"] and self.chance.random() < 0.3:
            self.forgot += 1
            return
        self.after = told["after"]
        time.sleep(PAUSE)


class Uploader(Program):
    """Sends one version after the other, each by the same key until it is answered."""

    least = 1

    def __init__(self, url, token, chance, over):
        super().__init__(url, token, chance, over)
        self.number, self.key = 1, str(uuid4())

    def step(self):
        kind = {"Content-Type": "application/json", "Idempotency-Key": self.key}
        body = as_json(version=self.number)
        times = 2 if self.chance.random() < 0.3 else 1
        for _ in range(times):
            answer = self.told(self.http.put(MANIFEST, content=body.encode(), headers=kind))
        self.sent.append((self.number, answer["upload"]))
        self.number, self.key = self.number + 1, str(uuid4())
        time.sleep(PAUSE)


def uploads():
    """Each upload that is recorded: version and id, in the order of recording."""
    wanted = db.select(Upload.version, Upload.id).order_by(Upload.id)
    return [(version, str(id_)) for version, id_ in db.session.execute(wanted)]
