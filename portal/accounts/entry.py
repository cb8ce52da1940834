"""What the pages of signing in and of looking after an account share; no routes."""

from flask import Response, redirect, render_template, request, session, url_for
from flask.typing import ResponseReturnValue

from portal.accounts import service
from portal.accounts.domain import Level
from portal.accounts.forms import Form
from portal.accounts.sessions import service as sessions
from portal.accounts.visitors import person_id
from portal.web.access import safe_next

# What was asked for before the sign-in, and codes that wait to be seen, stay in the session.
NEXT, CODES = "next", "codes"
STEP_AFTER = {Level.PASSWORD: "factors.code", Level.ENROLLING: "factors.app"}


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


def further_on() -> str | None:
    """Where somebody belongs who has done the first step already."""
    level = sessions.standing().level
    if level is Level.SIGNED_IN:
        return safe_next(request.args.get("next"), home())
    return url_for("factors.app") if level is Level.ENROLLING else None


def first_step_done(pending: service.Pending) -> ResponseReturnValue:
    sessions.begin(pending.level, pending.person_id)
    session[NEXT] = safe_next(request.args.get("next"), home())
    return redirect(url_for(STEP_AFTER[pending.level]))


def signed_in_now(how: str) -> ResponseReturnValue:
    """Begin the session of whoever showed enough; `how` names it, such as "password app"."""
    me = person_id()
    sessions.begin(Level.SIGNED_IN, me, service.session_lasts(me), how=how)
    return onward()


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
