"""The inbox, what people choose to be sent, and the page that stops messages without a sign-in."""

from typing import Any
from uuid import UUID

from flask import Blueprint, Response, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from portal.i18n import gettext
from portal.kernel import clock
from portal.kernel.errors import BadInput
from portal.notifications import arriving, leaving
from portal.notifications.choices import service as choices
from portal.notifications.coming import service as coming
from portal.notifications.domain import Channel
from portal.notifications.forms import WAYS, form_for
from portal.notifications.inbox import service as kept
from portal.notifications.kinds import kinds
from portal.notifications.push import service as push
from portal.web.access import public, signed_in, visitor

pages = Blueprint("notifications", __name__, template_folder="templates")


@pages.after_request
def never_kept(response: Response) -> Response:
    response.headers["Cache-Control"] = "no-store"
    return response


def unread() -> int:
    """For the menu: how many messages the visitor has not read."""
    return visitor().counts[kept.UNREAD]


@pages.get("/inbox")
@signed_in
def inbox() -> ResponseReturnValue:
    rows = kept.listed(visitor().id, request.args.get("after", type=UUID))
    here, more = rows[: kept.A_PAGE], len(rows) > kept.A_PAGE
    return render_template(
        "notifications/inbox.html",
        rows=here,
        arrived=arriving.of_rows(here),
        previous=url_for(".inbox") if "after" in request.args else None,
        next=url_for(".inbox", after=here[-1].id) if more else None,
    )


@pages.post("/inbox")
@signed_in
def read_all() -> ResponseReturnValue:
    kept.read_all(visitor().id)
    return redirect(url_for(".inbox"))


@pages.get("/inbox/<uuid:notice_id>")
@signed_in
def notice(notice_id: UUID) -> ResponseReturnValue:
    """Whoever opens a message has read it."""
    kept.mark(visitor().id, notice_id, read=True)
    row: Any = kept.one(visitor().id, notice_id)
    arrived = arriving.of_rows([row])
    return render_template("notifications/notice.html", row=row, arrived=arrived)


@pages.post("/inbox/<uuid:notice_id>")
@signed_in
def change(notice_id: UUID) -> ResponseReturnValue:
    kept.one(visitor().id, notice_id)
    act = request.form.get("act")
    if act == "delete":
        kept.remove(visitor().id, notice_id)
        flash(gettext("The message is deleted."), "ok")
    elif act == "unread":
        kept.mark(visitor().id, notice_id, read=False)
    else:
        raise BadInput
    return redirect(url_for(".inbox"))


@pages.get("/inbox/coming-up")
@signed_in
def coming_up() -> ResponseReturnValue:
    me = visitor().id
    return render_template(
        "notifications/coming.html",
        items=coming.of_person(me),
        feed=coming.feed(me),
        today=clock.today(),
    )


@pages.post("/inbox/coming-up")
@signed_in
def change_feed() -> ResponseReturnValue:
    """A new address ends the one before it."""
    act = request.form.get("act")
    if act == "open":
        coming.open_feed(visitor().id)
    elif act == "close":
        coming.close_feed(visitor().id)
    else:
        raise BadInput
    return redirect(url_for(".coming_up"))


@pages.get("/inbox/coming-up.ics")
@signed_in
def coming_ics() -> ResponseReturnValue:
    """All that comes up by a day, or one of it, for a calendar."""
    body = coming.ics(coming.of_person(visitor().id), request.args.get("only"))
    headers = {"Content-Disposition": 'attachment; filename="sanjha.ics"'}
    return Response(body, mimetype="text/calendar", headers=headers)


@pages.route("/inbox/preferences", methods=["GET", "POST"])
@signed_in
def preferences() -> ResponseReturnValue:
    me, known = visitor().id, kinds()
    # Accounts send these themselves, by every way that they know.
    shown = {slug: kind for slug, kind in known.items() if slug != "security"}
    form = form_for(shown, choices.of(me), rings=push.reaches(me))
    if form.validate_on_submit():
        choices.keep(me, form.choices(shown), me)
        flash(gettext("Saved. From now on you are told like this."), "ok")
        return redirect(url_for(".preferences"))
    html = render_template(
        "notifications/preferences.html",
        form=form,
        fields=[form[f"kind_{slug}"] for slug in shown if f"kind_{slug}" in form],
        has_errors=form.is_wrong,
        push_key=push.public_key(),
    )
    return html, 422 if form.is_wrong else 200


@pages.post("/inbox/push")
@signed_in
def ring_me() -> ResponseReturnValue:
    """Asked by a script of the preferences page, with what the browser told it."""
    told = request.form
    if told.get("act") == "leave":
        push.leave(told.get("endpoint", ""))
    else:
        push.subscribe(
            visitor().id,
            told.get("endpoint", ""),
            told.get("key", ""),
            told.get("secret", ""),
        )
        choices.add(visitor().id, "decisions", Channel.PUSH)
    return redirect(url_for(".preferences"))


@pages.get("/opt-out/<token>")
@public
def leave(token: str) -> ResponseReturnValue:
    """What opens links by itself, such as a filter of viruses, changes nothing."""
    told = leaving.read(token)
    return render_template(
        "notifications/leave.html", told=told, way=WAYS[told.channel], token=token
    )


@pages.post("/opt-out/<token>")
@public
def left(token: str) -> ResponseReturnValue:
    told = leaving.read(token)
    choices.leave(told.person_id, told.kind.slug, told.channel)
    return render_template("notifications/left.html", told=told, way=WAYS[told.channel])
