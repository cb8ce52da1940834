"""What programs call: mail programs to stop messages (RFC 8058), calendars to see what comes."""

from flask import Blueprint, Response, redirect, request, url_for
from flask.typing import ResponseReturnValue

from portal.i18n import tag
from portal.kernel.errors import BadInput
from portal.notifications import leaving
from portal.notifications.choices import service as choices
from portal.notifications.coming import service as coming
from portal.web.access import public
from portal.web.languages import wanted

programs = Blueprint("leaving", __name__)


@programs.get("/inbox")
@public
def inbox() -> ResponseReturnValue:
    """Where a ringing device leads, which knows no language of its reader."""
    return redirect(url_for("notifications.inbox", lang=tag(wanted())))


@programs.get("/o/<token>")
@public
def lead(token: str) -> ResponseReturnValue:
    """A person who follows the link: nothing changes before they press the button."""
    return redirect(url_for("notifications.leave", lang=tag(wanted()), token=token))


@programs.post("/o/<token>")
@public
def one_click(token: str) -> ResponseReturnValue:
    if request.form.get("List-Unsubscribe") != "One-Click":
        raise BadInput
    told = leaving.read(token)
    choices.leave(told.person_id, told.kind.slug, told.channel)
    return Response("done\n", mimetype="text/plain")


@programs.get("/calendar/<token>")
@public
def calendar(token: str) -> ResponseReturnValue:
    """What comes up for whoever has this address; their calendar asks for it again and again."""
    person_id = coming.reader_of_feed(token)
    return Response(coming.ics_for(person_id), mimetype="text/calendar")
