"""Who the visitor of a request is, for the guards of pages; and the guard of half-way pages."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cached_property, wraps
from typing import ParamSpec
from uuid import UUID

from flask import Flask, Request, redirect, url_for
from flask.typing import ResponseReturnValue
from flask_login import LoginManager

from portal.accounts import domain, service
from portal.accounts.contacts import service as contacts
from portal.accounts.domain import Grant, Level, Scope
from portal.accounts.service import Visiting
from portal.accounts.sessions import service as sessions
from portal.kernel.errors import SignInNeeded
from portal.web.access import Access, declare

P = ParamSpec("P")
# Of a session from before confirmations were noted.
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
View = Callable[P, ResponseReturnValue]


@dataclass(frozen=True)
class Person:
    """The signed-in person, as portal.web.access knows one and Flask-Login wants it.

    `until` is when the session ends if nothing more is asked of it, `ends` when in any case.
    """

    id: UUID
    confirmed_at: datetime
    until: datetime
    ends: datetime
    is_authenticated: bool = True
    is_active: bool = True
    is_anonymous: bool = False

    def get_id(self) -> str:
        return str(self.id)

    @cached_property
    def _told(self) -> Visiting:
        return service.visiting(self.id)

    @property
    def name(self) -> str:
        return self._told.name

    @property
    def language(self) -> str:
        return self._told.language

    @property
    def grants(self) -> tuple[Grant, ...]:
        return self._told.grants

    @property
    def counts(self) -> Mapping[str, int]:
        """Figures that rooms show on pages, as they were when this request began."""
        return self._told.counts

    @cached_property
    def permissions(self) -> frozenset[str]:
        return domain.permissions(self.grants)

    def providers_for(self, permission: str) -> frozenset[str]:
        """Those where the person holds it: an officer of one may be an integrator of another."""
        return domain.providers(self.grants, permission)

    def scopes_for(self, permission: str) -> frozenset[Scope]:
        """How far it reaches there: one area, one category, or all."""
        return domain.scopes(self.grants, permission)


def install(app: Flask) -> None:
    manager = LoginManager()
    # The session's own row and token guard it; addresses of phones change by the minute.
    manager.session_protection = None
    manager.request_loader(_load)
    manager.init_app(app)


def halfway(*levels: Level, unproven: bool = False) -> Callable[[View[P]], View[P]]:
    """Somebody who has come so far in signing in or registering; others are sent to the sign-in.

    Not by SignInNeeded: that would bring them back here when they are signed in. Who registers
    proves a contact before anything else is open: `unproven` is for the pages that do it.
    """

    def guard(view: View[P]) -> View[P]:
        @wraps(view)
        def guarded(*args: P.args, **kwargs: P.kwargs) -> ResponseReturnValue:
            who = sessions.standing()
            if who.level not in levels:
                return redirect(url_for("accounts.sign_in"))
            is_new = who.level is Level.ENROLLING and not unproven
            if is_new and not contacts.reachable(person_id()):
                return redirect(url_for("contacts.prove"))
            return view(*args, **kwargs)

        return declare(guarded, Access("signing_in"))

    return guard


def person_id() -> UUID:
    """Whoever stands behind the session, at any level. Raises SignInNeeded."""
    if (found := sessions.standing().person_id) is None:
        raise SignInNeeded
    return found


def _load(_: Request) -> Person | None:
    standing = sessions.standing()
    if standing.level is not Level.SIGNED_IN or standing.person_id is None:
        return None
    until = sessions.lasts_until(standing)
    return Person(standing.person_id, standing.confirmed or EPOCH, until, standing.ends)
