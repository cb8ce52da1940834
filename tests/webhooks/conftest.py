"""Departments that listen on this machine, and applications that are sent to them."""

import json
import threading
from dataclasses import dataclass, field
from datetime import timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from uuid import uuid4

import pytest
from sqlalchemy import select

from portal.applications import service as applications
from portal.kernel.db import db
from portal.kernel.jobs import Again
from portal.kernel.settings import KernelSettings, Settings
from portal.registry import service as registry
from portal.webhooks import service
from portal.webhooks.limits.gate import Gate
from portal.webhooks.models import Delivery, DeliveryAttempt
from portal.webhooks.sending import service as sending
from tests.accounts.factories import make_person
from tests.registry.publishing_factories import published
from tests.webhooks.factories import ANSWERS, tehsil

SECRET = "whsec_" + "c2VjcmV0IG9mIHRoZSB0ZXN0cywgMzIgYnl0ZXMgbG9uZyE="


@dataclass
class Heard:
    path: str
    headers: dict[str, str]
    body: bytes

    @property
    def message(self):
        return json.loads(self.body)


@dataclass
class Department:
    """Answers with the first of `answers` that is left, else with 200, and keeps what came."""

    url: str = ""
    answers: list = field(default_factory=list)
    heard: list[Heard] = field(default_factory=list)
    meanwhile: object = None


class Server(ThreadingHTTPServer):
    daemon_threads = True

    def handle_error(self, request, client_address):
        """A caller that hung up is no fault of the test."""


def _handler(department):
    class Handler(BaseHTTPRequestHandler):
        def do_POST(self):
            body = self.rfile.read(int(self.headers["content-length"]))
            headers = {name.lower(): text for name, text in self.headers.items()}
            department.heard.append(Heard(self.path, headers, body))
            if department.meanwhile:
                department.meanwhile()
            status, told, more = (*(department.answers or [(200, b"", {})]).pop(0), b"", {})[:3]
            self.send_response(status)
            for name, text in {"content-length": str(len(told)), **(more or {})}.items():
                self.send_header(name, text)
            self.end_headers()
            self.wfile.write(told)

        def log_message(self, *_):
            """Say nothing."""

    return Handler


@pytest.fixture
def listening():
    """Starts departments."""
    servers = []

    def start():
        department = Department()
        server = Server(("127.0.0.1", 0), _handler(department))
        department.url = f"http://127.0.0.1:{server.server_port}/hooks/portal"
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        servers.append((server, thread))
        return department

    yield start
    for server, thread in servers:
        server.shutdown()
        thread.join()
        server.server_close()


@pytest.fixture
def kernel(app, monkeypatch):
    """Changes settings of the kernel."""

    def change(**values):
        told = app.config["SETTINGS"]
        changed = told.kernel.model_copy(update=values)
        others = [told.of(section) for section in told.sections() if section is not KernelSettings]
        monkeypatch.setitem(app.config, "SETTINGS", Settings([changed, *others]))

    return change


@pytest.fixture
def private_allowed(kernel):
    """Deliveries may reach this machine."""
    kernel(allow_private_webhooks=True)


@pytest.fixture
def department(private_allowed, listening):
    """The tehsil's endpoint, set and listening."""
    department = listening()
    service.set_endpoint("tehsil", department.url, "tests", SECRET)
    db.session.commit()
    return department


@pytest.fixture(autouse=True)
def nobody_was_turned_away(monkeypatch):
    """What one test did to the gates of this process is not the next one's."""
    monkeypatch.setattr(sending, "gate", Gate())


@pytest.fixture
def person(app):
    return make_person(language="pa")


@pytest.fixture
def offer(app):
    published(tehsil())
    return registry.offered("tehsil", "income-certificate")


@pytest.fixture
def send(person, offer):
    """Sends an application to the tehsil."""

    def submit(**answers):
        sender = applications.Sender(person.id, person.id, "pa")
        sent = applications.submit(uuid4(), sender, offer, ANSWERS | answers)
        db.session.commit()
        return sent

    return submit


@pytest.fixture
def application(department, send):
    return send()


def deliveries(application=None):
    db.session.expire_all()
    wanted = select(Delivery).order_by(Delivery.about_id, Delivery.sequence)
    if application is not None:
        wanted = wanted.where(Delivery.about_id == application.id)
    return db.session.scalars(wanted).all()


def attempts():
    return db.session.scalars(select(DeliveryAttempt).order_by(DeliveryAttempt.id)).all()


def deliver(delivery):
    """Run the job once, as the worker does; the seconds it asks to wait, None for the end."""
    try:
        service.deliver(delivery_id=str(delivery.id))
    except Again as again:
        return again.in_seconds
    finally:
        db.session.commit()
    return None


def deliver_until_dead(delivery):
    """Every try of the schedule; the waits between them."""
    waits = []
    while (wait := deliver(delivery)) is not None:
        waits.append(wait)
    return waits


def later(seconds):
    return timedelta(seconds=seconds)
