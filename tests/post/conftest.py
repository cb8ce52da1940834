"""A real mail server on this machine, and the settings that lead to it."""

from dataclasses import dataclass

import pytest
from aiosmtpd.controller import Controller
from aiosmtpd.smtp import AuthResult, LoginPassword

from portal.kernel import settings as kernel_settings
from portal.kernel.settings import Settings
from portal.post.settings import PostSettings
from tests.ports import free_port


@dataclass
class Received:
    sender: str
    recipients: list[str]
    content: bytes


class Keeper:
    """Keeps what comes, or answers what it was told to; aiosmtpd fixes the names of methods."""

    def __init__(self):
        self.messages, self.answer, self.refused = [], "250 OK", {}
        self.meanwhile = lambda: None

    async def handle_RCPT(self, _server, _session, envelope, address, _options):  # noqa: N802
        if address in self.refused:
            return self.refused[address]
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, _server, _session, envelope):  # noqa: N802
        self.meanwhile()
        if self.answer.startswith("250"):
            received = Received(envelope.mail_from, envelope.rcpt_tos, envelope.content)
            self.messages.append(received)
        return self.answer


@pytest.fixture
def serve():
    """Starts mail servers; each has `.handler`, which keeps the messages, and `.port`."""
    running = []

    def start(**options):
        server = Controller(Keeper(), hostname="127.0.0.1", port=free_port(), **options)
        server.start()
        running.append(server)
        return server

    yield start
    for server in running:
        server.stop()


@pytest.fixture
def server(serve):
    return serve()


@pytest.fixture
def post_settings(app, monkeypatch):
    """Makes the application use these settings of the room."""

    def use(**values):
        others = [
            app.config["SETTINGS"].of(section)
            for section in app.config["SETTINGS"].sections()
            if section is not PostSettings
        ]
        changed = Settings([*others, PostSettings(**values)])
        monkeypatch.setitem(app.config, "SETTINGS", changed)
        assert kernel_settings.current() is changed

    return use


@pytest.fixture
def smtp(post_settings, server):
    """Mail goes to `server`."""
    url = f"smtp://127.0.0.1:{server.port}"
    post_settings(mail="smtp", smtp_url=url, mail_from="portal@example.org")
    return server.handler


@pytest.fixture
def only_ann():
    """Lets Ann in, by name and password."""

    def authenticate(server, session, envelope, mechanism, given):
        known = LoginPassword(b"ann", b"p@ss:word")
        return AuthResult(success=given == known, handled=False)

    return authenticate
