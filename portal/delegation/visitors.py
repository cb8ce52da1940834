"""For whom the visitor of a request acts: kept in the session, looked up anew at each request."""

from dataclasses import dataclass
from functools import cached_property
from uuid import UUID

from flask import flash, g, render_template, request, session
from markupsafe import Markup

from portal.accounts import service as accounts
from portal.audit import service as audit
from portal.delegation import relatives, service
from portal.delegation.domain import ASSIST, Acting, ActingEnded, Kind, Need, Standing
from portal.i18n import gettext
from portal.kernel.errors import N_, Conflict
from portal.web.access import visitor, visitor_or_none

MODE, ON_BEHALF = "acting", "on_behalf_of"


class OpenedForAnother(Conflict):
    """What was typed for one person never reaches the things of another."""

    message = N_(
        "This page was opened for another person than the one you act for now. Open it again from "
        "the list of applications."
    )


@dataclass(frozen=True)
class Whose:
    """Whose applications a request is about, and who sits there; one person when nobody acts."""

    person_id: UUID
    actor_id: UUID
    scope: Acting | None = None

    @property
    def services(self) -> tuple[str, ...] | None:
        """Those that the request may touch; None for all of one's own."""
        return self.scope.terms.services if self.scope else None

    @property
    def standing(self) -> Standing:
        return self.scope.standing if self.scope else Standing.SELF

    @property
    def mandate_id(self) -> UUID | None:
        return self.scope.mandate_id if self.scope else None

    @cached_property
    def name(self) -> str:
        return name_of(self.person_id)

    def may(self, need: str) -> bool:
        return self.scope is None or Need(need) in self.scope.terms.needs

    @property
    def hidden(self) -> Markup:
        """What each form carries while somebody acts, so that it reaches nobody else's things."""
        if self.scope is None:
            return Markup("")
        field = '<input type="hidden" name="{}" value="{}">'
        return Markup(field).format(ON_BEHALF, self.person_id)  # noqa: S704 - format() escapes


def whose(provider: str | None = None, service: str | None = None, need: str = "send") -> Whose:
    """Raises SignInNeeded, ActingEnded, NotLetDo, SlipNotSigned, OpenedForAnother."""
    me = visitor().id
    now = acting()
    if now is not None:
        now.check(Need(need), provider, service)
    found = Whose(me, me) if now is None else Whose(now.person_id, me, now)
    if request.method == "POST":
        opened_for = request.form.get(ON_BEHALF, str(me))
        if opened_for != str(found.person_id) or (
            now is not None and ON_BEHALF not in request.form
        ):
            raise OpenedForAnother
    return found


def shown() -> Whose | None:
    """The same for a page to show, whatever may be done; None for a visitor."""
    person = visitor_or_none()
    if person is None:
        return None
    now = acting_or_none()
    return Whose(person.id, person.id) if now is None else Whose(now.person_id, person.id, now)


def acting() -> Acting | None:
    """For whom the visitor acts; None for nobody. Raises SignInNeeded, ActingEnded."""
    me = visitor().id
    mode = _mode(me)
    if mode is None:
        return None
    if "acting" not in g:
        g.acting = _looked_up(mode, me)
    if g.acting is None:
        raise ActingEnded
    found: Acting = g.acting
    return found


def _mode(me: UUID) -> dict[str, str] | None:
    """What this visitor chose; what somebody else chose in this browser is nothing."""
    mode: dict[str, str] | None = session.get(MODE)
    return mode if mode is not None and mode["by"] == str(me) else None


def _looked_up(mode: dict[str, str], me: UUID) -> Acting | None:
    if mode["kind"] == Kind.CHILD:
        return relatives.acting_for(UUID(mode["id"]), me)
    return service.acting(UUID(mode["id"]), me)


def centres() -> frozenset[str]:
    """The service centres that the visitor works at."""
    return visitor().providers_for(ASSIST)


def begin(kind: Kind, wanted: UUID) -> None:
    """Act for somebody from now on. Raises ActingEnded."""
    me = visitor().id
    g.pop("acting", None)
    session[MODE] = {"kind": kind, "id": str(wanted), "by": str(me)}
    try:
        found = acting()
    except ActingEnded:
        stop()
        raise
    if found is not None:
        _record("delegation.acting", found)


def stop() -> None:
    session.pop(MODE, None)
    g.pop("acting", None)


def left() -> None:
    """Stop of one's own accord: a session at a counter ends with it."""
    found = acting_or_none()
    if found is not None:
        _record("delegation.stopped", found)
        if found.kind is Kind.SESSION and found.mandate_id is not None:
            service.end(found.mandate_id, found.actor_id)
    stop()
    flash(gettext("You act for yourself again."), "ok")


def acting_or_none() -> Acting | None:
    try:
        return acting()
    except ActingEnded:
        return None


def banner() -> Markup | None:
    """Above every page while somebody acts: for whom, until when, and how to stop."""
    person = visitor_or_none()
    if person is None or _mode(person.id) is None:
        return None
    found = acting_or_none()
    name = name_of(found.person_id) if found else ""
    return Markup(render_template("delegation/banner.html", acting=found, name=name))  # noqa: S704


def name_of(person_id: UUID) -> str:
    return accounts.names([person_id]).get(person_id, gettext("a person who left"))


def _record(act: str, found: Acting) -> None:
    audit.record(
        act,
        about=f"person:{found.person_id}",
        actor=found.actor_id,
        subject_id=found.person_id,
        why=found.kind,
    )
