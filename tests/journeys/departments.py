"""A department on this machine that is often unwell: it fails, stalls and hangs up, by a seed.

It does as departments are told to: a message whose id it has seen is not worked off again.
"""

import json
import threading
from collections import Counter, defaultdict
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

from standardwebhooks import Webhook, WebhookVerificationError

from portal.kernel.http import TOTAL_SECONDS

WELL, SLOW, FAILS, STALLS, LOSES = "well", "slow", "fails", "stalls", "loses its answer"
WEIGHTS = {WELL: 10, SLOW: 3, FAILS: 3, STALLS: 1, LOSES: 3}
SLOWLY = 1.0
# Longer than anybody waits for an answer: seldom, or the storm would last for ever.
STALL = TOTAL_SECONDS + 1
STALLS_AT_MOST = 2
ASKED = "/webhook/payload"


def payload(application):
    """What it wants in each message about an application."""
    return {"file": f"FILE-{application}"}


class Server(ThreadingHTTPServer):
    daemon_threads = True
    request_queue_size = 64

    def handle_error(self, request, client_address):
        """A portal that was killed while it called is no fault of ours."""


class Department:
    """What it worked off, and what came altogether: application -> (id, message), in order.

    Each message meets one bad answer at the most, or its schedule would outlast the test; so does
    each question about a message. `secrets` are those that it was told.
    """

    def __init__(self, chance):
        self.chance = chance
        self.secrets = []
        self.asked = Counter()
        self.came = defaultdict(list)
        self.done = defaultdict(list)
        self.moods = defaultdict(int)
        self.refused = []
        self.lock = threading.Lock()
        self.going = threading.Event()

    def keep(self, message_id, told):
        """Work it off, unless it was before."""
        with self.lock:
            application = told["data"]["application"]
            self.came[application].append((message_id, told))
            if message_id not in [one for one, _ in self.done[application]]:
                self.done[application].append((message_id, told))

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
        told = self._verified(handler)
        if handler.path == ASKED:
            mood = self._mood_when_asked(told["reference"])
            said = {"payload": payload(told["reference"])}
        else:
            mood = self.take(handler.headers["webhook-id"], told)
            said = {"status": "received"}
        self.going.wait({SLOW: SLOWLY, STALLS: STALL}.get(mood, 0))
        if mood == LOSES:
            handler.connection.close()
            return
        said = json.dumps(said).encode() if mood != FAILS else b"no"
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

    def _verified(self, handler):
        body = handler.rfile.read(int(handler.headers["content-length"]))
        faults = []
        for secret in self.secrets:
            try:
                return Webhook(secret).verify(body, dict(handler.headers))
            except WebhookVerificationError as error:
                faults.append(repr(error))
        self.refused += faults[:1]
        raise WebhookVerificationError(str(faults))

    def _mood_when_asked(self, application):
        with self.lock:
            self.asked[application] += 1
            return self._any_mood() if self.asked[application] == 1 else WELL

    def _mood(self, message_id, application):
        if message_id in [one for one, _ in self.came[application]]:
            return WELL
        return self._any_mood()

    def _any_mood(self):
        moods = [one for one in WEIGHTS if one != STALLS or self.moods[STALLS] < STALLS_AT_MOST]
        mood = self.chance.choices(moods, [WEIGHTS[one] for one in moods])[0]
        self.moods[mood] += 1
        return mood
