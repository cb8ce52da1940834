"""Between granian and Flask: no thread waits for a slow network.

A request is read whole, into memory, before a thread takes it up, and a long answer leaves by
pieces, with no thread behind it meanwhile. granian's own WSGI gives a thread a body that is still
on its way: as many slow uploads as threads, and nobody else is served.
"""

import asyncio
import sys
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextvars import Context, copy_context
from dataclasses import dataclass
from io import BytesIO
from itertools import chain
from time import monotonic
from typing import Any, BinaryIO, TypeVar
from wsgiref.types import WSGIApplication

from granian.rsgi import HTTPProtocol, ProtocolClosed, Scope  # type: ignore[attr-defined]

from portal.kernel.log import log
from portal.kernel.scratch import scratch

T = TypeVar("T")
Headers = list[tuple[str, str]]
SMALL = 256 * 1024
# What all bodies on their way to one process may fill; more wait. Small ones are always taken.
ALTOGETHER = 256 * 1024 * 1024
# A client that sends nothing for so many seconds is given up, and so is one that is slower than
# so many bytes a second after them: a byte now and then would hold its place for ever.
PATIENCE, SLOWEST = 30, 1024
PLAIN = [
    ("content-type", "text/plain; charset=utf-8"),
    ("content-security-policy", "default-src 'none'"),
    ("x-content-type-options", "nosniff"),
]


class Crowded(Exception):
    """Too much is on its way at once."""


class Doorway:
    """An RSGI application around a WSGI one. `most` is the longest body that is read at all.

    What is longer reaches the application with its length and without its end, so that the
    application can say so in its own page.
    """

    def __init__(self, application: WSGIApplication, *, threads: int, most: int) -> None:
        self.application = application
        self.most = most
        self.held = 0
        self.pool = ThreadPoolExecutor(threads, thread_name_prefix="request")

    async def __rsgi__(self, scope: Scope, protocol: HTTPProtocol) -> None:
        if scope.proto != "http":
            return
        with _place(scope) as file:
            body = Body(file)
            try:
                whole = await self._read(scope, protocol, body)
            except TimeoutError:
                protocol.response_bytes(408, PLAIN, b"The request took too long. Try again.")
            except Crowded:
                headers = [*PLAIN, ("retry-after", str(PATIENCE))]
                protocol.response_bytes(503, headers, b"Too many uploads just now. Try again.")
            else:
                await self._pass_on(scope, protocol, body, whole=whole)
            finally:
                self.held -= body.size

    async def _read(self, scope: Scope, protocol: HTTPProtocol, body: "Body") -> bool:
        """Whether all of it came, or as much as we read. Raises TimeoutError, Crowded."""
        declared = int(scope.headers.get("content-length", 0))
        if not _has_body(scope) or declared > self.most:
            return True
        pieces, began = aiter(protocol), monotonic()
        while piece := await asyncio.wait_for(anext(pieces, b""), _patience(began, body.size)):
            body.add(piece)
            self.held += len(piece)
            if self.held > ALTOGETHER and body.size > SMALL:
                raise Crowded
            if body.size > self.most:
                return True
        return body.size >= declared

    async def _pass_on(
        self, scope: Scope, protocol: HTTPProtocol, body: "Body", *, whole: bool
    ) -> None:
        if whole:
            body.file.seek(0)
            await self._answer(environment(scope, body), protocol)
        else:
            protocol.response_bytes(400, PLAIN, b"The request was cut off. Try again.")

    async def _answer(self, environ: dict[str, Any], protocol: HTTPProtocol) -> None:
        # One for the whole answer, whichever threads work on it.
        context = copy_context()
        answer = Answer(self.application, environ)
        try:
            start, rest = await self._in_thread(context, answer.begin)
        except Exception as error:  # noqa: BLE001 - the application answers its own faults itself
            log.error("no answer", error=type(error).__name__)
            protocol.response_bytes(500, PLAIN, b"Something went wrong. Try again later.")
            return
        if not rest:
            protocol.response_bytes(answer.status, answer.headers, start)
            return
        try:
            await self._stream(answer, start, protocol, context)
        finally:
            await self._in_thread(context, answer.close)

    async def _stream(
        self, answer: "Answer", start: bytes, protocol: HTTPProtocol, context: Context
    ) -> None:
        transport = protocol.response_stream(answer.status, answer.headers)
        try:
            while start:
                await transport.send_bytes(start)
                start = await self._in_thread(context, answer.more)
        except ProtocolClosed:
            log.info("answer not wanted any more")

    async def _in_thread(self, context: Context, work: Callable[[], T]) -> T:
        return await asyncio.get_running_loop().run_in_executor(self.pool, context.run, work)


@dataclass
class Body:
    file: BinaryIO
    size: int = 0

    def add(self, piece: bytes) -> None:
        self.file.write(piece)
        self.size += len(piece)


class Answer:
    """What the application says, taken from it by pieces."""

    def __init__(self, application: WSGIApplication, environ: dict[str, Any]) -> None:
        self.application = application
        self.environ = environ
        self.status = 500
        self.headers: Headers = []
        self._said: Iterable[bytes] = ()
        self._pieces: Iterator[bytes] = iter(())

    def begin(self) -> tuple[bytes, bool]:
        """The whole answer, or its beginning and that there is more: then `close` it later."""
        following = None
        try:
            self._said = self.application(self.environ, self._start)
            self._pieces = iter(self._said)
            start = self.more()
            following = next(self._pieces, None) if len(start) >= SMALL else None
        finally:
            if following is None:
                self.close()
        if following is not None:
            self._pieces = chain([following], self._pieces)
        return start, following is not None

    def more(self) -> bytes:
        """The next piece, nothing at the end."""
        taken: list[bytes] = []
        size = 0
        for piece in self._pieces:
            taken.append(piece)
            size += len(piece)
            if size >= SMALL:
                break
        return b"".join(taken)

    def close(self) -> None:
        if close := getattr(self._said, "close", None):
            close()

    def _start(self, status: str, headers: Headers, _error: Any = None, /) -> Callable[..., object]:
        self.status = int(status.partition(" ")[0])
        self.headers = headers
        return self._refuse_write

    def _refuse_write(self, _data: bytes) -> None:
        raise NotImplementedError("write() is not offered: give an iterable.")


def _has_body(scope: Scope) -> bool:
    return "content-length" in scope.headers or "transfer-encoding" in scope.headers


def _place(scope: Scope) -> BinaryIO:
    """Where the body is kept while it comes: never on a disk in the clear."""
    small = not _has_body(scope) or 0 < int(scope.headers.get("content-length", 0)) <= SMALL
    return BytesIO() if small else scratch()


def _patience(began: float, read: int) -> float:
    """Seconds to wait for the next piece; none are left for who is too slow altogether."""
    return min(PATIENCE, began + PATIENCE + read / SLOWEST - monotonic())


def environment(scope: Scope, body: Body) -> dict[str, Any]:
    """What WSGI (PEP 3333) tells the application of a request.

    A body that came without a length has one now: Werkzeug would else cut a long one short.
    """
    host, _, port = scope.server.rpartition(":")
    told: dict[str, Any] = {
        "REQUEST_METHOD": scope.method,
        "SCRIPT_NAME": "",
        "PATH_INFO": scope.path.encode().decode("latin-1"),
        "QUERY_STRING": scope.query_string,
        "SERVER_PROTOCOL": f"HTTP/{scope.http_version}",
        "SERVER_NAME": host,
        "SERVER_PORT": port,
        "REMOTE_ADDR": scope.client.rpartition(":")[0].strip("[]"),
        "wsgi.version": (1, 0),
        "wsgi.url_scheme": scope.scheme,
        "wsgi.input": body.file,
        "wsgi.input_terminated": True,
        "wsgi.errors": sys.stderr,
        "wsgi.multithread": True,
        "wsgi.multiprocess": True,
        "wsgi.run_once": False,
    }
    # Under HTTP/2 the host is no header.
    hosted = {"HTTP_HOST": scope.authority} if scope.authority else {}
    headers = {"CONTENT_LENGTH": str(body.size)} | _headers(scope)
    headers.pop("HTTP_TRANSFER_ENCODING", None)
    return told | hosted | headers


def _headers(scope: Scope) -> dict[str, str]:
    found: dict[str, str] = {}
    for name, value in scope.headers.items():
        if "_" in name:
            # X_Forwarded_For would else pass for X-Forwarded-For.
            continue
        bare = name.upper().replace("-", "_")
        key = bare if bare in ("CONTENT_TYPE", "CONTENT_LENGTH") else f"HTTP_{bare}"
        joint = "; " if key == "HTTP_COOKIE" else ","
        found[key] = f"{found[key]}{joint}{value}" if key in found else value
    return found
