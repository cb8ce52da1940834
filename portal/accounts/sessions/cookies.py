"""The cookie that holds a session's token: of this host only, and for no script."""

from flask import Response

from portal.kernel.settings import current


def name() -> str:
    return "__Host-session" if current().kernel.secure else "session"


def give(response: Response, token: str) -> None:
    secure = current().kernel.secure
    response.set_cookie(name(), token, httponly=True, secure=secure, samesite="Lax", path="/")


def take(response: Response) -> None:
    secure = current().kernel.secure
    response.delete_cookie(name(), httponly=True, secure=secure, samesite="Lax", path="/")
