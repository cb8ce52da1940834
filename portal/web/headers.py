"""Safety headers, on every answer, error pages and files included."""

from flask import Flask, Response, request
from flask_login import current_user

from portal.kernel.settings import current

POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; media-src 'self'; "
    "font-src 'self'; connect-src 'self'; form-action 'self'; frame-ancestors 'none'; "
    "base-uri 'none'"
)
HEADERS = {
    "Content-Security-Policy": POLICY,
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(self), microphone=(self), geolocation=(self), payment=()",
}
YEAR = 365 * 24 * 3600


def add_headers(app: Flask) -> None:
    app.after_request(_add)


def _add(response: Response) -> Response:
    for name, value in HEADERS.items():
        response.headers.setdefault(name, value)
    if current().kernel.secure:
        response.headers["Strict-Transport-Security"] = f"max-age={YEAR}; includeSubDomains"
    # A page that may be kept says so; others, errors too, are asked for again each time.
    if "Cache-Control" not in response.headers:
        response.headers["Cache-Control"] = "no-store" if _personal() else "no-cache"
    return response


def _personal() -> bool:
    """Whether this may hold somebody's data: what is said to programs mostly does."""
    if request.path.startswith("/api/"):
        return True
    return bool(current_user and current_user.is_authenticated)
