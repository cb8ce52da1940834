"""The edge of a request: how much it may bring, which transaction it is, and how it is told."""

from collections.abc import Callable
from time import perf_counter
from typing import IO, Any, ClassVar, ParamSpec, TypeVar, cast
from urllib.parse import urlsplit

from flask import Flask, Request, Response, current_app, g, redirect, request
from flask.typing import ResponseReturnValue
from werkzeug.exceptions import HTTPException
from werkzeug.middleware.proxy_fix import ProxyFix
from werkzeug.routing import RequestRedirect

from portal.kernel.db import db
from portal.kernel.errors import BadInput
from portal.kernel.log import log
from portal.kernel.scratch import scratch
from portal.kernel.settings import Settings
from portal.web.access import safe_next

P = ParamSpec("P")
R = TypeVar("R")
BODY_LIMIT = 256 * 1024
# Where programs call: what they send need not be a form, and notices are read as they came.
NOTICES = "/hooks/"
PROGRAMS = (
    "/api/",
    NOTICES,
    "/oauth/token",
    "/oauth/revoke",
    "/oauth/introspect",
    "/oauth/userinfo",
    "/oauth/jwks",
    "/.well-known/o",
    "/.well-known/document-keys",
)
FIELD_LIMIT = 1000


class NotAForm(BadInput):
    """Pages read forms; what is JSON would reach their fields as something else than text."""

    status: ClassVar[int] = 415


class Arrival(Request):
    """A request whose uploads stay off the disk until they are sealed."""

    def _get_file_stream(self, *_: Any, **__: Any) -> IO[bytes]:
        return scratch()


class Portal(Flask):
    """Flask, with the transaction of a request committed after the session was saved."""

    request_class = Arrival

    def process_response(self, response: Response) -> Response:
        response = super().process_response(response)
        try:
            db.session.commit()
        except Exception as error:  # noqa: BLE001 - whatever it is, nothing was done
            refusal = self.make_response(self.handle_user_exception(error))
            response = super().process_response(refusal)
            db.session.commit()
        return response

    def handle_http_exception(self, e: HTTPException) -> HTTPException | ResponseReturnValue:
        """Lead to the right spelling of an address by its path: the host is whatever was sent."""
        if not isinstance(e, RequestRedirect):
            return super().handle_http_exception(e)
        parts = urlsplit(e.new_url)
        asked = f"?{parts.query}" if parts.query else ""
        return redirect(safe_next(f"{parts.path}{asked}", "/"), e.code)

    def log_exception(self, exc_info: Any) -> None:
        """Never the text or the values of an exception: they may quote a person's answer."""
        log.error("fault at the edge", error=exc_info[0].__name__)


def takes(most: int, text: int = BODY_LIMIT) -> Callable[[Callable[P, R]], Callable[P, R]]:
    """Let this view take a body of so many bytes instead of the usual 256 KiB.

    `text` bytes of it may be fields of a form that are no files.
    """

    def declare(view: Callable[P, R]) -> Callable[P, R]:
        cast("Any", view).body_limit = most
        cast("Any", view).text_limit = text
        return view

    return declare


def open_edge(app: Flask, settings: Settings) -> None:
    app.config |= {
        "MAX_CONTENT_LENGTH": BODY_LIMIT,
        "MAX_FORM_MEMORY_SIZE": BODY_LIMIT,
        "MAX_FORM_PARTS": FIELD_LIMIT,
    }
    hops = settings.kernel.trusted_proxies
    if hops:
        app.wsgi_app = ProxyFix(app.wsgi_app, x_for=hops, x_proto=hops)  # type: ignore[method-assign]
    app.before_request(_begin)
    app.after_request(_tell)


def _begin() -> None:
    g.began = perf_counter()
    view = current_app.view_functions.get(request.endpoint or "")
    encoded = request.mimetype == "application/x-www-form-urlencoded"
    limit = getattr(view, "body_limit", None)
    # Files come in parts; what is encoded as one text is read into memory whole.
    if limit and not encoded:
        request.max_content_length = limit
        request.max_form_memory_size = getattr(view, "text_limit", BODY_LIMIT)
    if request.is_json and not request.path.startswith(PROGRAMS):
        raise NotAForm
    if encoded and not request.path.startswith(NOTICES) and len(request.form) > FIELD_LIMIT:
        raise BadInput


def _tell(response: Response) -> Response:
    """The route, never the path: paths carry references and words that were searched for."""
    rule = request.url_rule.rule if request.url_rule else None
    spent = round((perf_counter() - g.get("began", perf_counter())) * 1000, 1)
    told = {"incident": g.incident} if "incident" in g else {}
    log.info(
        "request", method=request.method, route=rule, status=response.status_code, ms=spent, **told
    )
    return response
