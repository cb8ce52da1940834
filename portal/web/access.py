"""Who may open a view: declared on the view, checked before it runs, listed by a test."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import wraps
from typing import Any, ParamSpec, Protocol, TypeVar, cast
from urllib.parse import urlsplit
from uuid import UUID

from flask import Flask, current_app, g
from flask_login import current_user

from portal.kernel import clock
from portal.kernel.errors import ConfirmationNeeded, Refused, SignInNeeded

P = ParamSpec("P")
R = TypeVar("R")
# How long ago a factor may have been shown: for money, deletion and factors, and for all else.
SOON, LATER = timedelta(minutes=5), timedelta(minutes=20)


class Visitor(Protocol):
    """The signed-in person, as far as the shell needs to know one."""

    @property
    def id(self) -> UUID: ...
    @property
    def name(self) -> str: ...
    @property
    def language(self) -> str: ...
    @property
    def permissions(self) -> frozenset[str]: ...
    @property
    def confirmed_at(self) -> datetime: ...
    @property
    def until(self) -> datetime: ...
    @property
    def ends(self) -> datetime: ...
    def providers_for(self, permission: str) -> frozenset[str]: ...
    @property
    def counts(self) -> Mapping[str, int]: ...
    def scopes_for(self, permission: str) -> frozenset[Any]: ...


@dataclass(frozen=True)
class Access:
    """`kind` is public, signed_in, permission or program; `need` names the permission or scope."""

    kind: str
    need: str = ""


class UndeclaredRoute(Exception):
    """A route does not say who may open it; the portal does not start with one."""


def stand_alone() -> None:
    """The database is away: what is left of this request does without a session or a visitor."""
    g.alone = True


def stands_alone() -> bool:
    return bool(g.get("alone"))


def visitor_or_none() -> Visitor | None:
    if stands_alone():
        return None
    # The person behind the proxy: templates ask it a dozen times for each page.
    person = cast("Any", current_user)._get_current_object()  # noqa: SLF001
    return cast("Visitor", person) if person.is_authenticated else None


def visitor() -> Visitor:
    """Raises SignInNeeded."""
    if (person := visitor_or_none()) is None:
        raise SignInNeeded
    return person


def can(permission: str) -> bool:
    person = visitor_or_none()
    return person is not None and permission in person.permissions


def public(view: Callable[P, R]) -> Callable[P, R]:
    """Everyone, signed in or not."""
    return declare(view, Access("public"))


def signed_in(view: Callable[P, R]) -> Callable[P, R]:
    """A person who showed both factors."""

    @wraps(view)
    def guarded(*args: P.args, **kwargs: P.kwargs) -> R:
        visitor()
        return view(*args, **kwargs)

    return declare(guarded, Access("signed_in"))


def fresh(within: timedelta = LATER) -> Callable[[Callable[P, R]], Callable[P, R]]:
    """Stands below @signed_in or @may: a factor was shown so shortly ago, or is asked for again."""

    def guard(view: Callable[P, R]) -> Callable[P, R]:
        @wraps(view)
        def guarded(*args: P.args, **kwargs: P.kwargs) -> R:
            confirmed(within)
            return view(*args, **kwargs)

        return guarded

    return guard


def confirmed(within: timedelta = LATER) -> None:
    """Raises ConfirmationNeeded, SignInNeeded."""
    if clock.now() - visitor().confirmed_at > within:
        raise ConfirmationNeeded


def may(permission: str) -> Callable[[Callable[P, R]], Callable[P, R]]:
    """A signed-in person whose roles hold the permission."""

    def guard(view: Callable[P, R]) -> Callable[P, R]:
        @wraps(view)
        def guarded(*args: P.args, **kwargs: P.kwargs) -> R:
            if permission not in visitor().permissions:
                raise Refused
            return view(*args, **kwargs)

        return declare(guarded, Access("permission", permission))

    return guard


def declare(view: Callable[P, R], access: Access) -> Callable[P, R]:
    cast("Any", view).access = access
    return view


def declared_of(endpoint: str) -> Access:
    """What one view declares; public for what is no view of ours."""
    view = current_app.view_functions.get(endpoint)
    return cast("Access", getattr(view, "access", Access("public")))


def declared(app: Flask) -> dict[str, Access]:
    """Endpoint -> access, for every route. Raises UndeclaredRoute."""
    found = {}
    for endpoint, view in app.view_functions.items():
        if endpoint == "static" or endpoint.endswith(".static"):
            found[endpoint] = Access("public")
            continue
        if not hasattr(view, "access"):
            raise UndeclaredRoute(f"{endpoint} does not say who may open it. Add @public or @may.")
        found[endpoint] = cast("Any", view).access
    return found


def safe_next(target: str | None, otherwise: str) -> str:
    """`target` when it is a path of ours, else the page to fall back on."""
    if not target or not target.startswith("/") or target.startswith(("//", "/\\")):
        return otherwise
    parts = urlsplit(target)
    if parts.scheme or parts.netloc or any(ord(letter) < 33 for letter in target):
        return otherwise
    return target
