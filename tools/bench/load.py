"""Many browsers at once, from processes of their own: what they ask, and how long each answer took.

A connection asks again as soon as it was answered. No HTTP library: it would cost more than what is
measured.
"""

import selectors
import socket
import statistics
from collections.abc import Sequence
from concurrent.futures import ProcessPoolExecutor
from contextlib import ExitStack
from dataclasses import dataclass
from time import monotonic
from typing import Self

PROCESSES, CONNECTIONS = 2, 8
BROWSERS = PROCESSES * CONNECTIONS
PATIENCE = 60.0
HEAD_ENDS = b"\r\n\r\n"
LENGTH = b"content-length: "


class UnexpectedAnswer(Exception):
    """What is answered otherwise than planned cannot be compared."""


@dataclass(frozen=True)
class Plan:
    """What each browser asks, in turn; over and over for so many `seconds`, else once.

    The first `warm_up` seconds are not counted. `status` is what every answer must be.
    """

    port: int
    asked: Sequence[Sequence[bytes]]
    status: int = 200
    seconds: float = 0
    warm_up: float = 0


@dataclass(frozen=True)
class Told:
    """When each answer came, and how many seconds it took; the bytes of a body."""

    moments: list[float]
    spent: list[float]
    size: int


@dataclass(frozen=True)
class Figures:
    """Answers in a second, and seconds that an answer took."""

    rate: float
    spent: list[float]
    size: int

    def percentile(self, percent: int) -> float:
        return statistics.quantiles(self.spent, n=100)[percent - 1]


class Crowd:
    """Client processes that stay, so that their start is not measured."""

    def __init__(self) -> None:
        self._processes = ProcessPoolExecutor(PROCESSES)

    def __enter__(self) -> Self:
        # They are made when they are first given something to do.
        list(self._processes.map(abs, range(PROCESSES)))
        return self

    def __exit__(self, *_: object) -> None:
        self._processes.shutdown()

    def ask(self, plan: Plan) -> Figures:
        """Raises UnexpectedAnswer."""
        begins = monotonic()
        shares = [plan.asked[start::PROCESSES] for start in range(PROCESSES)]
        running = [
            self._processes.submit(drive, Plan(plan.port, share, plan.status, plan.seconds))
            for share in shares
        ]
        told = [each.result() for each in running]
        counted_from = begins + plan.warm_up
        pairs = [pair for each in told for pair in zip(each.moments, each.spent, strict=True)]
        kept = [spent for moment, spent in pairs if moment >= counted_from]
        ends = max(moment for moment, _ in pairs)
        return Figures(len(kept) / (ends - counted_from), kept, told[0].size)


class Browser:
    """One connection, and what is asked on it."""

    def __init__(self, plan: Plan, asked: Sequence[bytes]) -> None:
        self.socket = socket.create_connection(("127.0.0.1", plan.port), timeout=PATIENCE)
        self.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self.plan, self.asked = plan, asked
        self.turn, self.since, self.heard = 0, 0.0, b""

    def ask(self) -> None:
        self.heard, self.since = b"", monotonic()
        self.socket.sendall(self.asked[self.turn % len(self.asked)])
        self.turn += 1

    def hear(self) -> int | None:
        """The size of the answer's body when all of it is there. Raises UnexpectedAnswer."""
        piece = self.socket.recv(262_144)
        if not piece:
            raise UnexpectedAnswer("the connection was closed")
        self.heard += piece
        head, ended, body = self.heard.partition(HEAD_ENDS)
        if not ended:
            return None
        size = _length(head)
        if len(body) < size:
            return None
        if head.split(b" ", 2)[1] != str(self.plan.status).encode():
            raise UnexpectedAnswer(self.heard[:4000].decode(errors="replace"))
        return size

    @property
    def has_more(self) -> bool:
        return bool(self.plan.seconds) or self.turn < len(self.asked)


def drive(plan: Plan) -> Told:
    """Ask and hear until the time is over, or all was asked. Raises UnexpectedAnswer."""
    told = Told([], [], 0)
    ends = monotonic() + (plan.seconds or PATIENCE * 10)
    with ExitStack() as opened:
        waiting = opened.enter_context(selectors.DefaultSelector())
        for asked in plan.asked:
            browser = Browser(plan, asked)
            opened.enter_context(browser.socket)
            waiting.register(browser.socket, selectors.EVENT_READ, browser)
            browser.ask()
        while waiting.get_map() and monotonic() < ends:
            for key, _ in waiting.select(PATIENCE):
                told = _heard(waiting, key.data, told)
    return told


def _heard(waiting: selectors.BaseSelector, browser: Browser, told: Told) -> Told:
    size = browser.hear()
    if size is None:
        return told
    now = monotonic()
    told.moments.append(now)
    told.spent.append(now - browser.since)
    if browser.has_more:
        browser.ask()
    else:
        waiting.unregister(browser.socket)
    return Told(told.moments, told.spent, size)


def _length(head: bytes) -> int:
    found = head.lower().partition(LENGTH)[2]
    return int(found.split(b"\r\n")[0]) if found else 0


def request(
    port: int,
    path: str,
    cookie: str = "",
    *,
    body: bytes | None = None,
    kind: str = "application/x-www-form-urlencoded",
    address: str = "",
) -> bytes:
    """A whole request as a browser sends it: a GET, or a POST when there is a body.

    `address` is whose a proxy would say that it is.
    """
    lines = [
        f"{'GET' if body is None else 'POST'} {path} HTTP/1.1",
        f"Host: localhost:{port}",
        "Accept-Encoding: identity",
    ]
    lines += [f"Cookie: {cookie}"] if cookie else []
    lines += [f"X-Forwarded-For: {address}"] if address else []
    if body is not None:
        lines += [
            f"Origin: http://localhost:{port}",
            f"Referer: http://localhost:{port}{path}",
        ]
        lines += [f"Content-Type: {kind}", f"Content-Length: {len(body)}"]
    return "\r\n".join([*lines, "", ""]).encode() + (body or b"")
