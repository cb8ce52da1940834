"""Posts that came too late: kept for their sender, shown after the sign-in, and sent on.

Nothing is posted on the person's behalf. What is kept comes back as an ordinary form of hidden
fields with a new CSRF token, sent by the person to the address that it was for: so every check of
an ordinary post holds for it too (session, permission, fresh confirmation, CSRF, size), and no
second way into the views exists. The form carries the token of the kept post, which is used up in
the transaction of the act itself: sent twice it acts once, and what is undone is kept still.
"""

from typing import Any

from flask import Blueprint, Flask, current_app, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_wtf.csrf import same_origin

from portal.accounts.held import service as held_posts
from portal.accounts.held.service import Post
from portal.accounts.sessions import service as sessions
from portal.accounts.views import entry
from portal.accounts.visitors import person_id
from portal.i18n import gettext as _
from portal.kernel.errors import N_, Gone, SignInNeeded
from portal.kernel.room import Room
from portal.web.access import declared_of, signed_in, visitor_or_none

pages = Blueprint("held", __name__)
pages.after_request(entry.never_kept)
FIELD = "held-post"
# What opens something is typed anew, and tokens of the page are made anew.
SECRET = {"csrf_token", FIELD, "password", "new", "code", "assertion", "credential"}


class SentAlready(Gone):
    message = N_("This was sent already, or it was kept too long. Open the page and look.")


def install(app: Flask) -> None:
    app.extensions["hold_post"] = hold
    app.before_request(_use_up)


def hold(*, confirm: bool) -> ResponseReturnValue | None:
    """Keep the post of this request, and lead its sender on; None if it cannot be kept.

    With `confirm` the sender is signed in and has to show a factor. Else the post is of a form
    that was open when the session lapsed in this browser: its CSRF token must be of that session.
    """
    here = visitor_or_none()
    owner = here.id if here and confirm else sessions.lapsed_owner(_form_token())
    if owner is None or (here and here.id != owner):
        return None
    if request.endpoint == "accounts.sign_out" and not here:
        flash(_("You are signed out."), "ok")
        return redirect(entry.home(), 303)
    if not _from_a_page():
        return None
    token = _kept_already(owner) or held_posts.keep(
        owner, _target(), request.endpoint or "", _fields(), had_files=_had_files()
    )
    if token is None:
        return None
    page = url_for("held.post", token=token)
    if here and not confirm:
        return redirect(page, 303)
    return redirect(url_for("sessions.confirm" if here else "accounts.sign_in", next=page), 303)


@pages.get("/account/held/<token>")
@signed_in
def post(token: str) -> ResponseReturnValue:
    if (kept := held_posts.find(person_id(), token)) is None:
        return _gone()
    return render_template(
        "accounts/held.html", post=kept, token=token, field=FIELD, place=_place(kept)
    )


@pages.post("/account/held/<token>/drop")
@signed_in
def drop(token: str) -> ResponseReturnValue:
    if not held_posts.use_up(person_id(), token):
        return _gone()
    flash(_("It is not kept any more. Nothing was sent."), "ok")
    return redirect(entry.home())


def _gone() -> ResponseReturnValue:
    flash(_("Nothing is kept for you here. It was sent already, or it was an hour ago."), "info")
    return redirect(entry.home())


def _use_up() -> None:
    """Of a post that was kept: it is sent once. Raises SentAlready."""
    if request.method != "POST" or not _is_page() or FIELD not in request.form:
        return
    if (here := visitor_or_none()) is None:
        raise SignInNeeded
    if not held_posts.use_up(here.id, request.form[FIELD]):
        raise SentAlready


def _kept_already(owner: Any) -> str | None:
    """The token of a post that came back too late again: what used it up was undone."""
    token = request.form.get(FIELD, "")
    return token if token and held_posts.find(owner, token) else None


def _from_a_page() -> bool:
    """A form of ours for people who are signed in, sent by a press and not by a script."""
    if not _is_page():
        return False
    if declared_of(request.endpoint or "").kind not in ("signed_in", "permission"):
        return False
    if request.headers.get("Sec-Fetch-Site", "same-origin") != "same-origin":
        return False
    if request.headers.get("Sec-Fetch-Mode", "navigate") != "navigate":
        return False
    return not request.is_secure or same_origin(request.referrer or "", request.host_url)


def _is_page() -> bool:
    return request.url_rule is not None and "lang" in request.url_rule.arguments


def _form_token() -> str:
    return request.form.get(sessions.OF_FORMS, "")


def _target() -> str:
    return request.full_path.rstrip("?")


def _fields() -> list[tuple[str, str]]:
    return [
        (name, text)
        for name, text in request.form.items(multi=True)
        if name not in SECRET and not name.endswith("password")
    ]


def _had_files() -> bool:
    return any(file.filename for file in request.files.values())


def _place(kept: Post) -> str | None:
    """The name of the part of the site, as its menus call it."""
    room = kept.endpoint.partition(".")[0]
    rooms: tuple[Room, ...] = current_app.extensions["rooms"]
    items = (item for one in rooms for item in one.menu)
    return next((_(item.label) for item in items if item.endpoint.startswith(f"{room}.")), None)
