"""A department on this machine that is often unwell: it fails, stalls and hangs up, by a seed.

It does as departments are told to: a message whose id it has seen is not worked off again.
"""

import json
import threading
from collections import defaultdict
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

from standardwebhooks import Webhook

from portal.kernel.http import TOTAL_SECONDS

WELL, SLOW, FAILS, STALLS, LOSES = "well", "slow", "fails", "stalls", "loses its answer"
WEIGHTS = {WELL: 10, SLOW: 3, FAILS: 3, STALLS: 1, LOSES: 3}
SLOWLY = 1.0
# Longer than anybody waits for an answer: seldom, or the storm would last for ever.
STALL = TOTAL_SECONDS + 1
STALLS_AT_MOST = 2


class Server(ThreadingHTTPServer):
    daemon_threads = True
    request_queue_size = 64

    def handle_error(self, request, client_address):
        """A portal that was killed while it called is no fault of ours."""


class Department:
    """What it worked off, and what came altogether: application -> (id, message), in order.

    Each message meets one bad answer at the most, or its schedule would outlast the test.
    """

    def __init__(self, chance):
        self.chance = chance
        self.secret = None
        self.came = defaultdict(list)
        self.done = defaultdict(list)
        self.moods = defaultdict(int)
        self.refused = []
        self.lock = threading.Lock()
        self.going = threading.Event()

    def take(self, message_id, told):
        """Work it off in the mood of this moment, unless it was before."""
        with self.lock:
            application = told["data"]["application"]
            mood = self._mood(message_id, application)
            self.came[application].append((message_id, told))
            seen = [one for one, _ in self.done[application]]
            if mood != FAILS and message_id not in seen:
                self.done[application].append((message_id, told))
            return mood

    def answer(self, handler):
        body = handler.rfile.read(int(handler.headers["content-length"]))
        try:
            told = Webhook(self.secret).verify(body, dict(handler.headers))
        except Exception as error:  # whatever it is, the test shall see it
            self.refused.append(repr(error))
            raise
        mood = self.take(handler.headers["webhook-id"], told)
        self.going.wait({SLOW: SLOWLY, STALLS: STALL}.get(mood, 0))
        if mood == LOSES:
            handler.connection.close()
            return
        said = json.dumps({"status": "received"}).encode() if mood != FAILS else b"no"
        handler.send_response(500 if mood == FAILS else 200)
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

    def _mood(self, message_id, application):
        if message_id in [one for one, _ in self.came[application]]:
            return WELL
        moods = [one for one in WEIGHTS if one != STALLS or self.moods[STALLS] < STALLS_AT_MOST]
        mood = self.chance.choices(moods, [WEIGHTS[one] for one in moods])[0]
        self.moods[mood] += 1
        return mood
