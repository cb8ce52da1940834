"""Whole pages kept for visitors: those who are not signed in and have nothing of their own.

A kept page holds nothing about who asks. It is kept under its address and the state of the
catalogue, so it is forgotten as soon as anything is published, paused or resumed.
"""

import hashlib
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from functools import wraps
from time import monotonic, perf_counter
from typing import Any, ParamSpec, cast
from uuid import UUID
from wsgiref.types import StartResponse, WSGIApplication, WSGIEnvironment

from flask import Flask, Response, current_app, request, session

from portal.kernel.log import log
from portal.registry import service as registry
from portal.registry.kept import Kept
from portal.web.access import visitor_or_none

P = ParamSpec("P")
Key = tuple[UUID | None, tuple[str, ...]]
# Seconds that a process trusts what it knows of the catalogue: the price of no question a page.
PATIENCE = 1.0
MEMORY = "catalogue.memory"
KEPT_BY = "portal.kept"
OF_BODY = ("Content-Type", "Content-Length")
# Each page has some 25 KB.
_pages: Kept[tuple[UUID | None, str], "Page"] = Kept(400)
_answers: Kept[Key, "Answer"] = Kept(400)


@dataclass(frozen=True)
class Page:
    body: bytes
    etag: str


@dataclass(frozen=True)
class Answer:
    """All that was said for a page, headers too."""

    headers: list[tuple[str, str]]
    body: bytes
    etag: str
    route: str


class Memory:
    """The stamp of the catalogue, asked again after so many seconds."""

    def __init__(self, patience: float) -> None:
        self._patience = patience
        self._known: UUID | None = None
        self._until = 0.0

    @property
    def is_fresh(self) -> bool:
        return monotonic() < self._until

    def stamp(self) -> UUID | None:
        if not self.is_fresh:
            self._known = registry.stamp()
            self._until = monotonic() + self._patience
        return self._known


def stand_in_front(app: Flask) -> None:
    """Answer for kept pages before Flask is asked: it costs ten times what they do."""
    # A test empties the database under the house, which tells nobody.
    app.extensions[MEMORY] = Memory(0 if app.testing else PATIENCE)
    app.wsgi_app = Front(app, app.wsgi_app).answer  # type: ignore[method-assign]


def for_visitors(*narrowed_by: str) -> Callable[[Callable[P, str]], Callable[P, Response]]:
    """Keep the pages of this view, at addresses that ask for nothing but `narrowed_by`."""

    def keep(view: Callable[P, str]) -> Callable[P, Response]:
        @wraps(view)
        def kept(*args: P.args, **kwargs: P.kwargs) -> Response:
            if visitor_or_none() or session or not set(request.args) <= set(narrowed_by):
                return _own(view(*args, **kwargs))
            stamp = known_stamp()
            page = _pages.get((stamp, request.full_path))
            if page is None:
                body = view(*args, **kwargs)
                # A page that began a session holds something of this visitor.
                if session:
                    return _own(body)
                page = Page(
                    body.encode(), hashlib.blake2b(body.encode(), digest_size=12).hexdigest()
                )
                _pages.put((stamp, request.full_path), page)
            return _answer(page, stamp)

        return kept

    return keep


def known_stamp() -> UUID | None:
    """The stamp of the catalogue, as this process knows it."""
    return _memory(current_app).stamp()


def _memory(app: Flask) -> Memory:
    return cast("Memory", app.extensions[MEMORY])


def _own(body: str) -> Response:
    return Response(body, content_type="text/html; charset=utf-8")


def _answer(page: Page, stamp: UUID | None) -> Response:
    response = Response(page.body, content_type="text/html; charset=utf-8")
    response.set_etag(page.etag)
    response.headers["Cache-Control"] = "public, max-age=0, must-revalidate"
    response.headers["Vary"] = "Cookie"
    response.make_conditional(request)
    if response.status_code == 200 and request.url_rule:
        request.environ[KEPT_BY] = (stamp, request.url_rule.rule, page)
    return response


class Front:
    """Keeps what the application answered for a kept page, and says it again by itself."""

    def __init__(self, app: Flask, application: WSGIApplication) -> None:
        self.app = app
        self.application = application

    def answer(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        address, start = _address(environ), start_response
        if address is None:
            return self.application(environ, start)
        memory = _memory(self.app)
        answer = _answers.get((memory.stamp(), address)) if memory.is_fresh else None
        return self._say(answer, environ, start) if answer else self._ask(address, environ, start)

    def _ask(
        self, address: tuple[str, ...], environ: WSGIEnvironment, start: StartResponse
    ) -> Iterable[bytes]:
        def hear(status: str, headers: list[tuple[str, str]], *error: Any) -> Any:
            if KEPT_BY in environ and all(_is_everyones(pair) for pair in headers):
                stamp, route, page = environ[KEPT_BY]
                _answers.put((stamp, address), Answer(list(headers), page.body, page.etag, route))
            return start(status, headers, *error)

        return self.application(environ, cast("StartResponse", hear))

    def _say(
        self, answer: Answer, environ: WSGIEnvironment, start: StartResponse
    ) -> Iterable[bytes]:
        began = perf_counter()
        same = environ.get("HTTP_IF_NONE_MATCH") == f'"{answer.etag}"'
        headers = [pair for pair in answer.headers if not (same and pair[0] in OF_BODY)]
        start("304 NOT MODIFIED" if same else "200 OK", headers)
        spent = round((perf_counter() - began) * 1000, 1)
        status = 304 if same else 200
        log.info("request", method="GET", route=answer.route, status=status, ms=spent)
        return [] if same else [answer.body]


def _address(environ: WSGIEnvironment) -> tuple[str, ...] | None:
    """What a page is kept under; None for whoever brings more than the cookie of a language."""
    cookie = environ.get("HTTP_COOKIE", "")
    if environ["REQUEST_METHOD"] != "GET" or (cookie and not _only_language(cookie)):
        return None
    names = ("wsgi.url_scheme", "HTTP_X_FORWARDED_PROTO", "HTTP_HOST", "PATH_INFO", "QUERY_STRING")
    return (*(str(environ.get(name, "")) for name in names), cookie)


def _is_everyones(header: tuple[str, str]) -> bool:
    return header[0] != "Set-Cookie" or header[1].startswith("language=")


def _only_language(cookie: str) -> bool:
    return cookie.startswith("language=") and ";" not in cookie and len(cookie) < 20
