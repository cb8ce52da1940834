"""What stands beside the portal that is measured: a bare Flask, and a department that listens."""

import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from time import monotonic

from flask import Flask

from portal.kernel import ports


def hello() -> Flask:
    app = Flask("hello")
    app.add_url_rule("/", "hello", lambda: "hello")
    return app


@contextmanager
def bare() -> Iterator[int]:
    """A bare Flask on the portal's server; its port."""
    port = ports.a_free_one(ports.LAST + 1)
    with subprocess.Popen([sys.executable, "-m", "tools.bench", "hello", str(port)]) as running:
        try:
            while not ports.answers(port):
                if running.poll() is not None:
                    sys.exit("The bare server did not start. Read what it said above.")
                time.sleep(0.05)
            yield port
        finally:
            running.terminate()


class Listener(ThreadingHTTPServer):
    """A department that takes every message at once and says nothing; notes when each came."""

    daemon_threads = True
    request_queue_size = 128

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), Heard)
        self.moments: list[float] = []

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_address[1]}/webhook"


class Heard(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True

    def do_POST(self) -> None:
        self.rfile.read(int(self.headers["content-length"]))
        if isinstance(self.server, Listener):
            self.server.moments.append(monotonic())
        self.send_response_only(204)
        self.end_headers()

    def log_message(self, *_: object) -> None:
        """The bench says enough."""


@contextmanager
def listening() -> Iterator[Listener]:
    with Listener() as listener:
        Thread(target=listener.serve_forever, daemon=True).start()
        try:
            yield listener
        finally:
            listener.shutdown()
