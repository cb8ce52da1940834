"""Serving the simulator: pages and calls in threads, and a post that sends what is due."""

import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager

from flask import Flask
from werkzeug.serving import BaseWSGIServer, WSGIRequestHandler, make_server

from payments.simulator.redirect import Company
from payments.simulator.stripe import Stripe

EVERY = 0.2


class Quiet(WSGIRequestHandler):
    """Writes no line for each call: their addresses are what a log should not hold."""

    def log_request(self, code: int | str = "-", size: int | str = "-") -> None:
        pass


class Post(threading.Thread):
    """Lets time pass in the company, and sends its notices."""

    def __init__(self, stripe: Stripe, declared: Company | None = None) -> None:
        super().__init__(name="simulator post", daemon=True)
        self.stripe, self.declared = stripe, declared

    def run(self) -> None:
        while True:
            time.sleep(EVERY)
            with self.stripe.store.together():
                self.stripe.tick()
                if self.declared is not None:
                    self.declared.tick()
            self.stripe.world.deliver()


def listening(app: Flask, port: int) -> BaseWSGIServer:
    """On loopback alone: what it plays is nobody else's business."""
    return make_server("127.0.0.1", port, app, threaded=True, request_handler=Quiet)


@contextmanager
def serving(server: BaseWSGIServer) -> Iterator[None]:
    """The same in a thread, for as long as the block lasts."""
    running = threading.Thread(target=server.serve_forever, daemon=True)
    running.start()
    try:
        yield
    finally:
        server.shutdown()
        running.join(10)
        server.server_close()
