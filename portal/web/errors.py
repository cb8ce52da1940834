"""What is said when something cannot be done: a page for people, a problem document for programs.

Nothing that was half done stays: the transaction is rolled back first. Never a traceback.
"""

import secrets
import traceback
from typing import Any, cast

from flask import (
    Flask,
    Response,
    current_app,
    g,
    jsonify,
    redirect,
    render_template,
    request,
    url_for,
)
from flask.typing import ResponseReturnValue
from flask_wtf.csrf import CSRFError
from sqlalchemy.exc import OperationalError
from sqlalchemy.exc import TimeoutError as PoolExhausted
from werkzeug.exceptions import HTTPException
from werkzeug.wrappers import Response as AnyResponse

from portal.i18n import gettext
from portal.kernel.db import db
from portal.kernel.errors import (
    N_,
    BadInput,
    ConfirmationNeeded,
    DomainError,
    NotFound,
    SignInNeeded,
    TooLarge,
    TooMany,
)
from portal.kernel.log import log
from portal.kernel.settings import current
from portal.web.access import stand_alone
from portal.web.edge import PROGRAMS

# What each type of a problem is; the room of programs' interfaces shows this page.
PROBLEMS = "/api/v1/docs#problem-"
# Seconds; what one waits for in the database lasts no longer.
SOON = 5
STALE = N_("This page was open too long. Load it again and send it once more.")
SENTENCES = {
    400: BadInput.message,
    401: SignInNeeded.message,
    404: NotFound.message,
    405: N_("This address does not take what was sent. Go back and use the buttons of the page."),
    413: TooLarge.message,
    415: N_("This kind of content is not taken here. See the description of the interface."),
    500: N_("Something went wrong on our side. What you sent before is kept. Try again later."),
}


def handle_errors(app: Flask) -> None:
    app.register_error_handler(DomainError, _refusal)
    app.register_error_handler(CSRFError, _stale)
    app.register_error_handler(HTTPException, _http)
    app.register_error_handler(OperationalError, _busy)
    app.register_error_handler(PoolExhausted, _busy)
    app.register_error_handler(Exception, _fault)


def _refusal(error: DomainError) -> ResponseReturnValue:
    db.session.rollback()
    if (elsewhere := _shown_first(error)) is not None:
        return elsewhere
    sentence = gettext(error.message, **error.params)
    response = answer(error.status, sentence, kind=error.kind, errors=error.faults)
    if error.status == 401 and for_program():
        response.headers["WWW-Authenticate"] = "Bearer"
    if isinstance(error, TooMany):
        response.headers["Retry-After"] = str(error.retry_after)
    return response


def _shown_first(error: DomainError) -> ResponseReturnValue | None:
    """Where one shows who one is, and comes back from: pages are opened then, posts are kept."""
    if for_program() or not isinstance(error, SignInNeeded | ConfirmationNeeded):
        return None
    confirm = isinstance(error, ConfirmationNeeded)
    if request.method == "GET":
        page = "sessions.confirm" if confirm else "accounts.sign_in"
        return redirect(url_for(page, next=request.full_path.rstrip("?")))
    return _held(confirm=True) if confirm else None


def _held(*, confirm: bool) -> ResponseReturnValue | None:
    """Accounts say how a post is kept for its sender; this room does not know them."""
    hold = current_app.extensions.get("hold_post")
    if hold is None or for_program() or request.method != "POST":
        return None
    return cast("ResponseReturnValue | None", hold(confirm=confirm))


def _http(error: HTTPException) -> ResponseReturnValue | HTTPException:
    db.session.rollback()
    status = error.code or 500
    if isinstance(error.response, AnyResponse) or status < 400:
        return error
    response = answer(status, gettext(SENTENCES.get(status, BadInput.message)))
    if status == 405:
        response.headers["Allow"] = dict(error.get_headers()).get("Allow", "")
    return response


def _stale(_: CSRFError) -> ResponseReturnValue:
    db.session.rollback()
    if (elsewhere := _held(confirm=False)) is not None:
        return elsewhere
    return answer(400, gettext(STALE))


def _busy(error: Exception) -> ResponseReturnValue:
    """The database is away, or somebody holds what was needed: the same may work in a moment."""
    stand_alone()
    response = _fault(error, 503)
    response.headers["Retry-After"] = str(SOON)
    return response


def _fault(error: Exception, status: int = 500) -> Response:
    db.session.rollback()
    incident = secrets.token_hex(5)
    # The text of an exception may quote a person's answer, so the log names places only.
    places = [f"{one.filename}:{one.lineno}" for one in traceback.extract_tb(error.__traceback__)]
    log.error("fault", incident=incident, error=type(error).__name__, places=places[-8:])
    return answer(status, gettext(SENTENCES[500]), incident=incident)


def for_program() -> bool:
    return request.path.startswith(PROGRAMS)


def answer(
    status: int,
    sentence: str,
    *,
    kind: str | None = None,
    incident: str | None = None,
    errors: list[dict[str, str]] | None = None,
) -> Response:
    """The right kind of error answer for who asked."""
    if for_program():
        return problem(status, sentence, kind=kind, incident=incident, errors=errors)
    page = render_template("error.html", status=status, sentence=sentence, incident=incident)
    return Response(page, status, content_type="text/html; charset=utf-8")


def kind_of(status: int) -> str:
    """The name of a problem of which no more is said than its status."""
    return Response(status=status).status.partition(" ")[2].casefold().replace(" ", "-")


def problem(
    status: int,
    detail: str,
    *,
    kind: str | None = None,
    incident: str | None = None,
    errors: list[dict[str, str]] | None = None,
) -> Response:
    """RFC 9457; `errors` holds a JSON pointer and a detail each."""
    kind = kind or kind_of(status)
    g.incident = incident or secrets.token_hex(5)
    told: dict[str, Any] = {
        "type": current().kernel.base_url + PROBLEMS + kind,
        "title": kind.replace("-", " ").capitalize(),
        "status": status,
        "detail": detail,
        "instance": f"urn:incident:{g.incident}",
    }
    response = jsonify(told | ({"errors": errors} if errors else {}))
    response.status_code = status
    response.content_type = "application/problem+json"
    return response
