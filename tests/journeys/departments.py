"""A department on this machine that is often unwell: it fails, stalls and hangs up, by a seed."""

import json
import threading
from collections import defaultdict
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

from standardwebhooks import Webhook

STALL = 1.5
WELL, FAILS, STALLS, HANGS_UP = "well", "fails", "stalls", "hangs up"


class Server(ThreadingHTTPServer):
    daemon_threads = True
    request_queue_size = 64

    def handle_error(self, request, client_address):
        """A portal that was killed while it called is no fault of ours."""


class Department:
    """`taken` is what it acknowledged: application -> the messages in the order of their coming.

    Each message meets one bad answer at the most, or its schedule would outlast the test.
    """

    def __init__(self, chance):
        self.chance = chance
        self.secret = None
        self.taken = defaultdict(list)
        self.came = defaultdict(set)
        self.refused = []
        self.lock = threading.Lock()
        self.going = threading.Event()

    def mood(self, message_id, told):
        with self.lock:
            data = told["data"]
            first = message_id not in self.came[data["application"], data["sequence"]]
            self.came[data["application"], data["sequence"]].add(message_id)
            weights = (6, 2, 1, 1) if first else (1, 0, 0, 0)
            return self.chance.choices((WELL, FAILS, STALLS, HANGS_UP), weights)[0]

    def take(self, told):
        with self.lock:
            self.taken[told["data"]["application"]].append(told)

    def answer(self, handler):
        body = handler.rfile.read(int(handler.headers["content-length"]))
        try:
            told = Webhook(self.secret).verify(body, dict(handler.headers))
        except Exception as error:  # whatever it is, the test shall see it
            self.refused.append(repr(error))
            raise
        mood = self.mood(handler.headers["webhook-id"], told)
        if mood in (WELL, STALLS):
            self.take(told)
        if mood == STALLS:
            self.going.wait(STALL)
        if mood == HANGS_UP:
            handler.connection.close()
            return
        said = json.dumps({"status": "received"}).encode() if mood != FAILS else b"no"
        handler.send_response(503 if mood == FAILS else 200)
        handler.send_header("content-length", str(len(said)))
        handler.end_headers()
        handler.wfile.write(said)

    def serve(self):
        """The server, and its thread, both begun."""
        department = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self):
                department.answer(self)

            def log_message(self, *_):
                """Say nothing."""

        server = Server(("127.0.0.1", 0), Handler)
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05})
        thread.start()
        return server, thread
