"""Measures what we keep, against a bare Flask on the same server, and writes docs/performance.md.

Wall-clock figures of one machine: the ratios are what to compare.
"""

import os
import socket
import statistics
import subprocess
import sys
import time
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from flask import Flask
from sqlalchemy import event

from portal.app import create_app, read_settings
from portal.kernel import ports
from portal.kernel.db import db
from portal.kernel.postgres import Cluster
from portal.kernel.serving import PROCESSES, THREADS, serve
from tools.world import World, citizen, world

ROOT = Path(__file__).parents[1]
PAGE = ROOT / "docs" / "performance.md"
SECONDS, WARM_UP = 6.0, 1.5
CLIENTS, CONNECTIONS = 2, 8
# What is measured: path, whether somebody is signed in, and the share of hello that is promised.
PAGES = (
    ("Home", "/en/", False, 0.6),
    ("All services", "/en/services", False, 0.6),
    ("One service", "/en/services/revenue/income-certificate", False, 0.6),
    ("Home, in Urdu", "/ur/", False, 0.6),
    ("One service, signed in", "/en/services/revenue/income-certificate", True, 0.08),
    ("Search", "/en/search?q=income", False, None),
)
TEXT = """\
# Performance

Written by `make bench`: the numbers of one run on one machine, so compare the ratios. Everything is
served by the same server ({processes} processes of {threads} threads), with {clients} clients of
{connections} connections each beside it on the same {cores} cores.

| page | requests/s | p50 | p95 | p99 | of bare Flask | promised | queries | size |
|---|---|---|---|---|---|---|---|---|
{rows}

Memory of a web process after this load: {memory} MB (promised: under 200).

*Bare Flask* answers `hello` with no database, session or template. *Queries* are those of a page
that was asked before.
"""


class UnexpectedAnswer(Exception):
    """Anything but 200 cannot be compared."""


@dataclass(frozen=True)
class Figures:
    rate: float
    p50: float
    p95: float
    p99: float
    size: int


def hello() -> Flask:
    app = Flask("hello")
    app.add_url_rule("/", "hello", lambda: "hello")
    return app


def measure(port: int, path: str, cookie: str | None = None) -> Figures:
    """Ask from several processes at once."""
    lines = [f"GET {path} HTTP/1.1", f"Host: localhost:{port}", "Accept-Encoding: identity"]
    lines += [f"Cookie: session={cookie}"] if cookie else []
    request = ("\r\n".join(lines) + "\r\n\r\n").encode()
    with ProcessPoolExecutor(CLIENTS) as clients:
        asked = [clients.submit(_ask, port, request) for _ in range(CLIENTS)]
        told = [each.result() for each in asked]
    spent = sorted(each for times, _ in told for each in times)
    cuts = statistics.quantiles(spent, n=100)
    return Figures(len(spent) / SECONDS, cuts[49], cuts[94], cuts[98], told[0][1])


def _ask(port: int, request: bytes) -> tuple[list[float], int]:
    """One request at a time on each connection, in turn."""
    opened = [socket.create_connection(("127.0.0.1", port)) for _ in range(CONNECTIONS)]
    spent: list[float] = []
    size = 0
    begun = time.perf_counter()
    while (now := time.perf_counter()) < begun + WARM_UP + SECONDS:
        for one in opened:
            one.sendall(request)
        for one in opened:
            size = _read(one)
            if now > begun + WARM_UP:
                spent.append(time.perf_counter() - now)
    return spent, size


def _read(connection: socket.socket) -> int:
    """Read one answer; the size of its body. Anything but 200 ends the bench."""
    told = b""
    while b"\r\n\r\n" not in told:
        piece = connection.recv(65536)
        if not piece:
            raise UnexpectedAnswer("the connection was closed")
        told += piece
    head, _, body = told.partition(b"\r\n\r\n")
    if b" 200 " not in head.split(b"\r\n")[0]:
        raise UnexpectedAnswer(head.decode(errors="replace"))
    size = int(head.lower().partition(b"content-length: ")[2].split(b"\r\n")[0])
    left = size - len(body)
    while left > 0:
        left -= len(connection.recv(65536))
    return size


@contextmanager
def bare() -> Iterator[int]:
    """A bare Flask on the portal's server; its port."""
    port = ports.a_free_one(ports.LAST + 1)
    with subprocess.Popen([sys.executable, "-m", "tools.bench", "hello", str(port)]) as running:
        while not ports.answers(port):
            if running.poll() is not None:
                sys.exit("The bare server did not start. Read what it said above.")
            time.sleep(0.05)
        yield port
        running.terminate()


def queries(here: World, cookie: str) -> dict[tuple[str, bool], int]:
    """How many statements each page sends when it was asked before."""
    cluster = Cluster(here.var / "postgres")
    told = {"PORTAL_ENV": "development", "PORTAL_VAR": str(here.var)}
    app = create_app(read_settings(told | {"DATABASE_URL": cluster.app_url}))
    sent: list[str] = []
    counts = {}
    with app.app_context():
        event.listen(db.engine, "before_cursor_execute", lambda *told: sent.append(told[2]))
    browser = app.test_client()
    for _, path, signed_in, _ in PAGES:
        if signed_in:
            browser.set_cookie("session", cookie)
        browser.get(path)
        sent.clear()
        browser.get(path)
        counts[path, signed_in] = len(sent)
        browser.delete_cookie("session")
    return counts


def memory(here: World) -> float:
    """The largest of the web processes, in MB."""
    sizes = [0.0]
    for status in Path("/proc").glob("[0-9]*/status"):
        try:
            environ = status.with_name("environ").read_bytes()
            command = status.with_name("cmdline").read_bytes()
            if str(here.var).encode() in environ and b"portal.cli\0web" in command:
                line = next(one for one in status.read_text().splitlines() if "VmRSS" in one)
                sizes.append(int(line.split()[1]) / 1024)
        except (OSError, StopIteration):
            continue
    return max(sizes)


def row(name: str, found: Figures, base: float, promised: float | None, sent: int) -> str:
    cells = [
        name,
        f"{found.rate:.0f}",
        *(f"{each * 1000:.1f} ms" for each in (found.p50, found.p95, found.p99)),
        f"{found.rate / base:.2f}",
        "-" if promised is None else f"{promised:.2f}",
        str(sent),
        f"{found.size / 1024:.1f} KB",
    ]
    return f"| {' | '.join(cells)} |"


def main() -> None:
    if sys.argv[1:2] == ["hello"]:
        serve(hello(), host="127.0.0.1", port=int(sys.argv[2]), most=1024)
        return
    rows: list[str] = []
    with world() as here, bare() as port:
        base = measure(port, "/")
        rows.append(row("Bare Flask", base, base.rate, None, 0))
        # Once only: a code is good for one sign-in.
        mine = here.session(citizen())
        counts = queries(here, mine)
        for name, path, signed_in, promised in PAGES:
            found = measure(here.port, path, mine if signed_in else None)
            rows.append(row(name, found, base.rate, promised, counts[path, signed_in]))
            sys.stdout.write(f"{rows[-1]}\n")
        resident = memory(here)
    told = TEXT.format(
        processes=PROCESSES,
        threads=THREADS,
        cores=os.cpu_count(),
        clients=CLIENTS,
        connections=CONNECTIONS,
        rows="\n".join(rows),
        memory=f"{resident:.0f}",
    )
    PAGE.write_text(told)
    sys.stdout.write(f"Wrote {PAGE.relative_to(ROOT)}.\n")


if __name__ == "__main__":
    main()
