"""Departments' endpoints that listen on this machine: a right one, and such as have one fault."""

import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest

from portal.kernel import signatures
from tests.kit.receivers import Receiver

SECRET = "whsec_" + "c2VjcmV0IG9mIHRoZSB0ZXN0cywgMzIgYnl0ZXMgbG9uZyE="
KEY = signatures.new_secret("v1a")


class Server(ThreadingHTTPServer):
    daemon_threads = True

    def handle_error(self, request, client_address):
        """A caller that hung up is no fault of the test."""


def _handler(receiver):
    class Handler(BaseHTTPRequestHandler):
        def do_POST(self):
            body = self.rfile.read(int(self.headers["content-length"]))
            if len(body) < int(self.headers["content-length"]):
                self.close_connection = True
                return
            status, more = receiver.answer({k.lower(): v for k, v in self.headers.items()}, body)
            self.send_response(status)
            for name, text in {"content-length": "0", **more}.items():
                self.send_header(name, text)
            self.end_headers()

        def log_message(self, *_):
            """Say nothing."""

    return Handler


@pytest.fixture
def listening():
    """Starts a receiver, with faults by name; gives it with its address."""
    servers = []

    def start(*faults):
        receiver = Receiver(SECRET, signatures.public_key(KEY), set(faults))
        server = Server(("127.0.0.1", 0), _handler(receiver))
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        servers.append((server, thread))
        return receiver, f"http://127.0.0.1:{server.server_port}/hooks/portal"

    yield start
    for server, thread in servers:
        server.shutdown()
        thread.join()
        server.server_close()
