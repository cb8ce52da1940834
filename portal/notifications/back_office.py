"""Where the words of messages are looked at, in each language and way, and tried on oneself."""

from dataclasses import dataclass

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from portal.i18n import LANGUAGES, direction, gettext, speaking
from portal.i18n.languages import NAMES
from portal.kernel.errors import BadInput, NotFound
from portal.notifications import arriving, leaving
from portal.notifications.domain import Channel
from portal.notifications.kinds import kinds
from portal.notifications.samples import NOBODY, samples
from portal.notifications.telling import service as telling
from portal.notifications.telling import words as around
from portal.post.domain import parts
from portal.post.reports import service as reports
from portal.web.access import may, visitor
from portal.web.languages import SHOWN

pages = Blueprint("messages", __name__, url_prefix="/admin/messages", template_folder="templates")
MANAGE = "messages.manage"
WAYS = (Channel.MAIL, Channel.TEXT)


@dataclass(frozen=True)
class Said:
    """One message in one language, whole."""

    language: str
    name: str
    dir: str
    title: str
    mail: str
    text: str
    parts: int


@pages.get("")
@may(MANAGE)
def index() -> ResponseReturnValue:
    known = kinds()
    rows = [(name, known[slug], say()) for name, (slug, say) in samples().items()]
    return render_template("notifications/messages.html", rows=rows)


@pages.get("/arrived")
@may(MANAGE)
def arrived() -> ResponseReturnValue:
    """How many messages of each kind came how far, and those that did not arrive."""
    return render_template(
        "notifications/arrivals.html",
        rows=arriving.totals(),
        states=list(arriving.SAID),
        said=arriving.in_words,
        lost=reports.lost(),
        kind=arriving.kind_in_words,
        way=arriving.way_in_words,
    )


@pages.get("/<name>")
@may(MANAGE)
def show(name: str) -> ResponseReturnValue:
    said = [_said(name, code) for code in SHOWN]
    return render_template("notifications/message.html", name=name, said=said)


@pages.post("/<name>")
@may(MANAGE)
def try_out(name: str) -> ResponseReturnValue:
    """To the contacts of whoever presses the button, and to nobody else."""
    way, code = request.form.get("way"), request.form.get("language")
    if way not in WAYS or code not in LANGUAGES:
        raise BadInput
    slug, say = _sample(name)
    with speaking(code):
        words = say()
    if telling.try_out(visitor().id, kinds()[slug], Channel(way), words, code):
        flash(gettext("Sent to you. It comes within a minute."), "ok")
    else:
        flash(gettext("You have no contact that this can be sent to."), "warn")
    return redirect(url_for(".show", name=name))


def _sample(name: str) -> tuple[str, telling.Say]:
    """Raises NotFound."""
    try:
        return samples()[name]
    except KeyError as error:
        raise NotFound from error


def _said(name: str, code: str) -> Said:
    slug, say = _sample(name)
    kind = kinds()[slug]
    link = None if kind.needed else leaving.token(NOBODY, slug, Channel.MAIL)
    short = None if kind.needed else leaving.address(NOBODY, slug, Channel.TEXT)
    with speaking(code):
        words = say()
        mail, text = around.letter(words, kind, link), around.text(words, short)
    return Said(code, NAMES[code], direction(code), words.title, mail, text, parts(text))
