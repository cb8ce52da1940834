"""What the pages of signing in and of looking after an account share; no routes."""

from typing import Any
from uuid import UUID

from flask import Response, redirect, render_template, request, session, url_for
from flask.typing import ResponseReturnValue

from portal.accounts import service
from portal.accounts.domain import Level
from portal.accounts.forms.signing import Form
from portal.accounts.sessions import service as sessions
from portal.accounts.visitors import person_id
from portal.i18n import gettext
from portal.kernel.errors import DomainError
from portal.web.access import safe_next

# What was asked for before the sign-in, and codes that wait to be seen, stay in the session.
NEXT, CODES, TOLD = "next", "codes", "told"
STEP_AFTER = {Level.PASSWORD: "factors.code", Level.ENROLLING: "contacts.prove"}


def never_kept(response: Response) -> Response:
    """No copy of these pages stays on a shared device."""
    response.headers["Cache-Control"] = "no-store"
    return response


def page(name: str, form: Form, *, refused: bool = False, **more: object) -> ResponseReturnValue:
    """The page of a form; 422 when what was sent is not right."""
    wrong = refused or form.is_wrong
    html = render_template(
        f"accounts/{name}.html", form=form, refused=refused, has_errors=wrong, **more
    )
    return html, 422 if wrong else 200


def ended(refusal: DomainError | type[DomainError], again: str) -> ResponseReturnValue:
    """The page of a link that is of no use; not the error, so that the note of it stays."""
    said = gettext(refusal.message)
    return render_template("accounts/link_ended.html", said=said, again=again), refusal.status


def further_on() -> str | None:
    """Where somebody belongs who has done the first step already."""
    level = sessions.standing().level
    if level is Level.SIGNED_IN:
        return safe_next(request.args.get("next"), home())
    return url_for(STEP_AFTER[level]) if level is Level.ENROLLING else None


def first_step_done(
    pending: service.Pending, *, how: str | None = None, following: str | None = None
) -> ResponseReturnValue:
    """`how` names what was shown if no password was; `following` is where to go in the end."""
    sessions.begin(pending.level, pending.person_id, how=how)
    session[NEXT] = safe_next(following or request.args.get("next"), home())
    return redirect(url_for(STEP_AFTER[pending.level]))


def signed_in_now(how: str, who: UUID | None = None) -> ResponseReturnValue:
    """Begin the session of whoever showed enough; `how` names it, such as "password app".

    `who` is needed when no first step came before.
    """
    me = who or person_id()
    if who is None and (first := sessions.standing().how):
        # Somebody else's word stood for the password.
        how = how.replace("password", first, 1)
    sessions.begin(Level.SIGNED_IN, me, service.session_lasts(me), how=how)
    return onward()


def signed_in_to(following: str, how: str, who: UUID) -> ResponseReturnValue:
    """As signed_in_now, for somebody who said where to go before they went elsewhere."""
    sessions.begin(Level.SIGNED_IN, who, service.session_lasts(who), how=how)
    session[NEXT] = safe_next(following, home())
    return onward()


def told() -> dict[str, Any]:
    """Details that an identity provider told of whoever registers now, to fill in the form."""
    return dict(session.get(TOLD, {}))


def account_opened(factor: str) -> None:
    """Begin the session of somebody whose new account is complete by this factor."""
    me, first = person_id(), sessions.standing().how or "password"
    lasts = service.session_lasts(me)
    sessions.begin(Level.SIGNED_IN, me, lasts, how=f"{first} {factor}")


def show_codes(made: tuple[str, ...]) -> ResponseReturnValue:
    session[CODES] = list(made)
    return redirect(url_for("factors.codes"))


def onward() -> ResponseReturnValue:
    """To where the person wanted to go before signing in."""
    return redirect(session.pop(NEXT, None) or home())


def home() -> str:
    return url_for("discovery.home")


def address() -> str:
    return request.remote_addr or ""
