"""The guard of interfaces: which scope a program needs, who it is, and how often it may call."""

from collections.abc import Callable
from functools import wraps
from typing import Any, ParamSpec, TypeVar, cast

from flask import g, request

from portal.api import service
from portal.api.limits import service as limits
from portal.api.limits.domain import TooManyCalls
from portal.api.service import Caller
from portal.api.settings import ApiSettings
from portal.api.tags import NotAcceptable
from portal.kernel.settings import current
from portal.web.access import Access, declare

P = ParamSpec("P")
R = TypeVar("R")
JSON = "application/json"


def program(scope: str) -> Callable[[Callable[P, R]], Callable[P, R]]:
    """A program whose token has the scope."""
    return _guard(scope, for_person=False)


def citizen(scope: str) -> Callable[[Callable[P, R]], Callable[P, R]]:
    """A program that a person let in, with this scope; `calling().person_id` is who."""
    return _guard(scope, for_person=True)


def calling() -> Caller:
    return cast("Caller", g.caller)


def _guard(scope: str, *, for_person: bool) -> Callable[[Callable[P, R]], Callable[P, R]]:
    def guard(view: Callable[P, R]) -> Callable[P, R]:
        @wraps(view)
        def guarded(*args: P.args, **kwargs: P.kwargs) -> R:
            _let_in(scope, for_person=for_person)
            _check_wanted(view)
            return view(*args, **kwargs)

        return declare(guarded, Access("program", scope))

    return guard


def _let_in(scope: str, *, for_person: bool) -> None:
    """Raises NoToken, TooManyCalls, ScopeMissing."""
    g.caller = service.known(request.headers.get("Authorization"), for_person=for_person)
    most = current().of(ApiSettings).api_calls_per_minute
    g.quota = limits.spend(g.caller.token_id, most)
    if g.quota.is_over:
        raise TooManyCalls(g.quota.resets)
    service.check_scope(g.caller, scope)


def _check_wanted(view: Any) -> None:
    """Raises NotAcceptable when the program wants nothing that this gives."""
    given = view.operation.media if hasattr(view, "operation") else JSON
    wanted = request.accept_mimetypes
    if given == JSON and wanted and not wanted.best_match([JSON]):
        raise NotAcceptable
