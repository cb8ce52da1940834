"""A power corporation that listens on this machine, people, and what they pay."""

import json
import threading
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qs, urlsplit

import pytest

from payments import service as payments
from payments.gateway import Outcome, Status
from portal.bills import service
from portal.interfaces import service as interfaces
from portal.kernel.db import db
from tests.accounts.factories import make_person
from tests.webhooks.conftest import SECRET, kernel, private_allowed

__all__ = ["kernel", "private_allowed"]
ACCOUNT, OTHER = "3001234567", "3007654321"
OCTOBER = {
    "number": "B-2026-10",
    "amount": "1840.00",
    "currency": "INR",
    "due_on": "2026-12-05",
    "period": "October 2026",
    "holder": "Balwinder Kaur",
}
NOVEMBER = OCTOBER | {"number": "B-2026-11", "amount": "642.50", "period": "November 2026"}


@dataclass
class Corporation:
    """Answers for its accounts; `raw` is said instead of any answer, `let` lets it speak at all."""

    url: str = ""
    accounts: dict[str, list[dict[str, str]]] = field(default_factory=dict)
    raw: tuple[int, bytes] | None = None
    let: threading.Event = field(default_factory=threading.Event)
    heard: list[tuple[str, dict[str, str]]] = field(default_factory=list)

    def answer(self, account):
        if self.raw is not None:
            return self.raw
        if account not in self.accounts:
            return 404, b'{"error": "unknown_account"}'
        told = {"account": account, "bills": self.accounts[account]}
        return 200, json.dumps(told).encode()


def _handler(corporation):
    class Handler(BaseHTTPRequestHandler):
        def do_GET(self):
            headers = {name.lower(): text for name, text in self.headers.items()}
            corporation.heard.append((self.path, headers))
            corporation.let.wait(20)
            account = parse_qs(urlsplit(self.path).query).get("account", [""])[0]
            status, told = corporation.answer(account)
            self.send_response(status)
            self.send_header("content-length", str(len(told)))
            self.end_headers()
            self.wfile.write(told)

        def log_message(self, *_):
            """Say nothing."""

    return Handler


class Server(ThreadingHTTPServer):
    daemon_threads = True

    def handle_error(self, request, client_address):
        """A caller that hung up is no fault of the test."""


@pytest.fixture
def listening(private_allowed):
    """A corporation that listens, and that the portal does not know yet."""
    corporation = Corporation(accounts={ACCOUNT: [OCTOBER, NOVEMBER], OTHER: []})
    corporation.let.set()
    server = Server(("127.0.0.1", 0), _handler(corporation))
    corporation.url = f"http://127.0.0.1:{server.server_port}/portal"
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    yield corporation
    corporation.let.set()
    server.shutdown()
    thread.join()
    server.server_close()


@pytest.fixture
def corporation(listening):
    """The same, set in the console."""
    interfaces.save("power", listening.url, "tests", SECRET)
    db.session.commit()
    return listening


@pytest.fixture
def asha(corporation):
    return make_person(name="Asha Devi")


@pytest.fixture
def gurmeet(corporation):
    return make_person(name="Gurmeet Singh")


def fetched(person, account=ACCOUNT):
    lookup = service.fetch(person.id, "power", account)
    db.session.commit()
    return lookup


def begin(person, number="B-2026-10", seen="1840.00 INR", lookup=None):
    """Press the button of a bill; the payment to which it leads."""
    payment = service.pay(lookup or fetched(person), number, seen)
    db.session.commit()
    return payment


def attempt(payment_id):
    """Begin to pay at the sandbox gateway, as the person does who presses its button."""
    payments.start(payments.by_id(payment_id), "sandbox")
    db.session.commit()
    return payments.newest(payments.by_id(payment_id)).id


def settle(payment_id, status=Status.SUCCEEDED, attempt_id=None):
    """Let the gateway say how it went; begun first, if it was not."""
    payment = payments.by_id(payment_id)
    attempt_id = attempt_id or attempt(payment_id)
    payments.settle(attempt_id, Outcome(status, payment.amount), by="tests")
    db.session.commit()
    db.session.expire_all()
    return attempt_id
