"""The main parts of pages, the same for everybody: kept, so that a person's page costs its frame.

A kept part was made for nobody: there is no visitor while it is made, and one that holds the token
of a form is not kept. Whole pages of those who are not signed in are visitors.py's.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import wraps
from typing import NamedTuple, ParamSpec
from uuid import UUID

from flask import g, render_template, request
from markupsafe import Markup

from portal.catalogue.visitors import known_stamp
from portal.registry.kept import Kept
from portal.web.access import stand_alone, visitor_or_none

P = ParamSpec("P")
# Between the parts, in catalogue/bare.html; no text can hold it, since texts are escaped.
BETWEEN = "<!-- part -->"


class Parts(NamedTuple):
    """What a page says to everybody."""

    alternates: Markup
    languages: Markup
    title: Markup
    crumbs: Markup
    main: Markup


# Each has some 10 KB.
PARTS: Kept[tuple[UUID | None, str], Parts] = Kept(400)


def framed(*narrowed_by: str) -> Callable[[Callable[P, str]], Callable[P, str]]:
    """Keep the main part of this view, at addresses that ask for nothing but `narrowed_by`.

    Its template extends `g.frame`, if there is one.
    """

    def keep(view: Callable[P, str]) -> Callable[P, str]:
        @wraps(view)
        def kept(*args: P.args, **kwargs: P.kwargs) -> str:
            if visitor_or_none() is None or not set(request.args) <= set(narrowed_by):
                return view(*args, **kwargs)
            key = (known_stamp(), request.full_path)
            parts = PARTS.get(key)
            if parts is None:
                with _for_nobody():
                    parts = _read(view(*args, **kwargs))
                if "csrf_token" not in g:
                    PARTS.put(key, parts)
            return render_template("catalogue/framed.html", parts=parts)

        return kept

    return keep


@contextmanager
def _for_nobody() -> Iterator[None]:
    stand_alone()
    g.frame = "catalogue/bare.html"
    try:
        yield
    finally:
        g.pop("frame")
        g.pop("alone")


def _read(body: str) -> Parts:
    alternates, languages, title, crumbs, main = body.split(BETWEEN)
    # It was rendered, so that everything in it is escaped.
    return Parts(*map(Markup, (alternates, languages, title.strip(), crumbs, main)))
