"""A small listener that hears what an identity provider says about signing out."""

import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from queue import Queue
from urllib.parse import parse_qs


class Heard:
    """Logout tokens, in the order in which they came to `url`."""

    def __init__(self):
        self.url = ""
        self.came = Queue()

    def token(self):
        return self.came.get(timeout=60)


def hearing():
    heard = Heard()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self):
            said = self.rfile.read(int(self.headers["content-length"])).decode()
            heard.came.put(parse_qs(said)["logout_token"][0])
            self.send_response(200)
            self.end_headers()

        def log_message(self, *_):
            """Say nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    heard.url = f"http://127.0.0.1:{server.server_port}/logout"
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield heard
    server.shutdown()
    thread.join()
    server.server_close()
