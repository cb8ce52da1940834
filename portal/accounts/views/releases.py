"""Pages for the next owner of a mobile number, and for the former one to keep it."""

from uuid import UUID

from flask import Blueprint, flash, redirect, render_template, request, session, url_for
from flask.typing import ResponseReturnValue

from portal.accounts.forms.proving import GivenUpNumber, SentCode
from portal.accounts.releases import service
from portal.accounts.releases.service import Asked, ReleaseEnded
from portal.accounts.views import entry
from portal.i18n import gettext as _
from portal.kernel.errors import NotFound
from portal.post import service as post
from portal.web.access import public
from portal.web.fields.contacts import say_phone

pages = Blueprint("releases", __name__)
pages.after_request(entry.never_kept)
# Code, subject and number of who asks; and the number that was shown to be theirs.
ASKED, THEIRS = "number_asked", "number_theirs"


@pages.route("/number", methods=["GET", "POST"])
@public
def number() -> ResponseReturnValue:
    if not post.offers_texts():
        raise NotFound
    form = GivenUpNumber()
    if not form.is_sent():
        return entry.page("number", form)
    asked = service.send_code(form.mobile.answer(), address=entry.address())
    session[ASKED] = [str(asked.code_id), str(asked.subject_id), form.mobile.answer()]
    return redirect(url_for(".code"))


@pages.route("/number/code", methods=["GET", "POST"])
@public
def code() -> ResponseReturnValue:
    if ASKED not in session:
        return redirect(url_for(".number"))
    code_id, subject_id, theirs = session[ASKED]
    form = SentCode()
    shown = say_phone(theirs)
    if not form.is_sent():
        return entry.page("number_code", form, number=shown)
    if not service.begin(theirs, Asked(UUID(code_id), UUID(subject_id)), form.code.answer()):
        return entry.page("number_code", form, refused=True, number=shown)
    session.pop(ASKED)
    session[THEIRS] = theirs
    return redirect(url_for(".done"))


@pages.get("/number/done")
@public
def done() -> ResponseReturnValue:
    if THEIRS not in session:
        return redirect(url_for(".number"))
    theirs = session[THEIRS]
    due = service.due(theirs)
    return render_template("accounts/number_done.html", number=say_phone(theirs), due=due)


@pages.route("/number/<token>", methods=["GET", "POST"])
@public
def keep(token: str) -> ResponseReturnValue:
    """From the message to the former owner; no sign-in, since it may be lost with the number."""
    try:
        service.check(token)
        if request.method == "GET":
            return render_template("accounts/number_keep.html")
        _decide(token)
    except ReleaseEnded as ended:
        service.refused(address=entry.address())
        return entry.ended(ended, url_for("accounts.sign_in"))
    return redirect(entry.home())


def _decide(token: str) -> None:
    """Raises ReleaseEnded."""
    if request.form.get("act") == "let-go":
        service.let_go(token)
        flash(_("The number is no longer part of your account."), "ok")
    else:
        service.keep(token)
        flash(_("The number stays with you."), "ok")
