"""A department's own interface on this machine: what it answers at each path, and what it heard."""

import json
import threading
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer


class Server(ThreadingHTTPServer):
    daemon_threads = True
    request_queue_size = 64


@dataclass
class Interface:
    """`answers` maps a path to a status and JSON, or to bytes; `let` lets it speak at all.

    `came` is set once a question did.
    """

    url: str = ""
    answers: dict = field(default_factory=dict)
    let: threading.Event = field(default_factory=threading.Event)
    heard: list = field(default_factory=list)
    came: threading.Event = field(default_factory=threading.Event)

    def told(self, path):
        """The bodies that came to a path."""
        return [json.loads(body) for at, _, body in self.heard if at == path]


def _handler(interface):
    class Handler(BaseHTTPRequestHandler):
        def do_POST(self):
            body = self.rfile.read(int(self.headers["content-length"])).decode()
            headers = {name.lower(): text for name, text in self.headers.items()}
            interface.heard.append((self.path, headers, body))
            interface.came.set()
            interface.let.wait(20)
            status, told = interface.answers.get(self.path, (404, b"no such page"))
            told = told if isinstance(told, bytes) else json.dumps(told).encode()
            self.send_response(status)
            self.send_header("content-length", str(len(told)))
            self.end_headers()
            self.wfile.write(told)

        def log_message(self, *_):
            pass

    return Handler


def opened():
    """An interface that listens, and what ends it."""
    interface = Interface()
    interface.let.set()
    server = Server(("127.0.0.1", 0), _handler(interface))
    interface.url = f"http://127.0.0.1:{server.server_port}/ask"
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()

    def close():
        interface.let.set()
        server.shutdown()
        thread.join()
        server.server_close()

    return interface, close
