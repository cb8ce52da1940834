"""The guard of interfaces: which scope a program needs, and who it is."""

from collections.abc import Callable
from functools import wraps
from typing import ParamSpec, TypeVar, cast

from flask import g, request

from portal.api import service
from portal.api.service import Caller
from portal.web.access import Access, declare

P = ParamSpec("P")
R = TypeVar("R")


def program(scope: str) -> Callable[[Callable[P, R]], Callable[P, R]]:
    """A program whose token has the scope."""

    def guard(view: Callable[P, R]) -> Callable[P, R]:
        @wraps(view)
        def guarded(*args: P.args, **kwargs: P.kwargs) -> R:
            g.caller = service.caller(request.headers.get("Authorization"), scope)
            return view(*args, **kwargs)

        return declare(guarded, Access("program", scope))

    return guard


def citizen(scope: str) -> Callable[[Callable[P, R]], Callable[P, R]]:
    """A program that a person let in, with this scope; `calling().person_id` is who."""

    def guard(view: Callable[P, R]) -> Callable[P, R]:
        @wraps(view)
        def guarded(*args: P.args, **kwargs: P.kwargs) -> R:
            sent = request.headers.get("Authorization")
            g.caller = service.caller(sent, scope, for_person=True)
            return view(*args, **kwargs)

        return declare(guarded, Access("program", scope))

    return guard


def calling() -> Caller:
    return cast("Caller", g.caller)
