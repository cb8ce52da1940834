"""Whole pages kept for visitors: those who are not signed in and have nothing of their own.

A kept page holds nothing about who asks. It is kept under its address and the state of the
catalogue, so it is forgotten as soon as anything is published, paused or resumed.
"""

import hashlib
from collections.abc import Callable
from dataclasses import dataclass
from functools import wraps
from time import monotonic
from typing import ParamSpec
from uuid import UUID

from flask import Response, current_app, request, session

from portal.registry import service as registry
from portal.registry.kept import Kept
from portal.web.access import visitor_or_none

P = ParamSpec("P")
# Seconds that a process trusts what it knows of the catalogue: the price of no question a page.
PATIENCE = 1.0
# Each page has some 25 KB.
_pages: Kept[tuple[UUID | None, str], "Page"] = Kept(400)


@dataclass(frozen=True)
class Page:
    body: bytes
    etag: str


class Memory:
    """The stamp of the catalogue, asked again after a while."""

    def __init__(self) -> None:
        self._known: UUID | None = None
        self._until = 0.0

    def stamp(self, patience: float) -> UUID | None:
        if monotonic() >= self._until:
            self._known = registry.stamp()
            self._until = monotonic() + patience
        return self._known


_memory = Memory()


def for_visitors(*narrowed_by: str) -> Callable[[Callable[P, str]], Callable[P, Response]]:
    """Keep the pages of this view, at addresses that ask for nothing but `narrowed_by`."""

    def keep(view: Callable[P, str]) -> Callable[P, Response]:
        @wraps(view)
        def kept(*args: P.args, **kwargs: P.kwargs) -> Response:
            if visitor_or_none() or session or not set(request.args) <= set(narrowed_by):
                return Response(view(*args, **kwargs), content_type="text/html; charset=utf-8")
            key = (_memory.stamp(0 if current_app.testing else PATIENCE), request.full_path)
            page = _pages.get(key)
            if page is None:
                body = view(*args, **kwargs).encode()
                page = Page(body, hashlib.blake2b(body, digest_size=12).hexdigest())
                # A page that began a session holds something of this visitor.
                if session:
                    return Response(body, content_type="text/html; charset=utf-8")
                _pages.put(key, page)
            return _answer(page)

        return kept

    return keep


def _answer(page: Page) -> Response:
    response = Response(page.body, content_type="text/html; charset=utf-8")
    response.set_etag(page.etag)
    response.headers["Cache-Control"] = "public, max-age=0, must-revalidate"
    response.headers["Vary"] = "Cookie"
    response.make_conditional(request)
    return response
