"""Bodies that come drop by drop: who is too slow altogether is given up."""

import asyncio
from concurrent.futures import ThreadPoolExecutor
from itertools import count
from types import SimpleNamespace

import pytest

from portal.kernel import doorway
from portal.kernel.doorway import PATIENCE, SLOWEST, Doorway


class Client:
    """The server's side of one connection; each piece comes a few seconds after the last."""

    def __init__(self, pieces):
        self.pieces = iter(pieces)
        self.answer = None

    def __aiter__(self):
        return self

    async def __anext__(self):
        try:
            return next(self.pieces)
        except StopIteration:
            raise StopAsyncIteration from None

    def response_bytes(self, status, *_):
        self.answer = status


def application(environ, start):
    start("200 OK", [])
    return [environ["wsgi.input"].read()]


@pytest.fixture
def ask(monkeypatch):
    """The status of the answer to a body whose pieces come so many seconds apart."""

    def send(pieces, seconds):
        ticks = count(0, seconds)
        monkeypatch.setattr(doorway, "monotonic", lambda: next(ticks))
        length = str(sum(map(len, pieces)))
        scope = SimpleNamespace(
            proto="http", method="POST", path="/", query_string="", http_version="1.1",
            scheme="http", server="localhost:80", client="127.0.0.1:1", authority=None,
            headers={"content-length": length},
        )  # fmt: skip
        client = Client(pieces)
        door = Doorway(application, threads=1, most=10**7)
        # In a thread of its own: a browser of another test keeps a loop running in this one.
        with ThreadPoolExecutor(1) as apart:
            apart.submit(lambda: asyncio.run(door.__rsgi__(scope, client))).result()
        return client.answer

    return send


def test_a_few_bytes_now_and_then_are_not_waited_for(ask):
    assert ask([b"x"] * 100, PATIENCE / 3) == 408


def test_a_slow_line_is_waited_for(ask):
    piece = b"x" * SLOWEST * 10
    assert ask([piece] * 100, 9) == 200
