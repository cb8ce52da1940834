"""Pages for a forgotten password. What they say is the same for every contact."""

from dataclasses import dataclass
from uuid import UUID

from flask import Blueprint, flash, redirect, session, url_for
from flask.typing import ResponseReturnValue

from portal.accounts.contacts.domain import Kind
from portal.accounts.domain import UnfitPassword
from portal.accounts.forms.resets import Forgot, NewByCode, NewOne
from portal.accounts.resets import service as resets
from portal.accounts.resets.domain import AskedElsewhere, ResetEnded
from portal.accounts.resets.service import Asked
from portal.accounts.views import entry
from portal.i18n import gettext as _
from portal.web.access import public

pages = Blueprint("resets", __name__)
pages.after_request(entry.never_kept)
ASKED = "reset"


@pages.route("/sign-in/forgot", methods=["GET", "POST"])
@public
def forgot() -> ResponseReturnValue:
    form = Forgot()
    if not form.is_sent():
        return entry.page("reset_ask", form)
    asked = resets.ask(form.contact.answer(), address=entry.address())
    session[ASKED] = {"id": str(asked.id), "kind": asked.kind.value}
    return redirect(url_for(".sent"))


@pages.route("/sign-in/forgot/sent", methods=["GET", "POST"])
@public
def sent() -> ResponseReturnValue:
    """What was sent, and to a mobile number: the code that it shows."""
    asked = _asked()
    if asked is None:
        return redirect(url_for(".forgot"))
    form = NewByCode()
    if asked.kind is Kind.EMAIL or not form.is_sent():
        return entry.page("reset_sent", form, kind=asked.kind)
    try:
        person_id = resets.of_code(asked.id, form.code.answer())
    except ResetEnded:
        return _ended(ResetEnded, "tries")
    if person_id is None:
        resets.refused("code", address=entry.address())
        return entry.page("reset_sent", form, refused=True, kind=asked.kind)
    return _set(_Setting("reset_sent", form, asked, person_id))


@pages.route("/sign-in/forgot/<token>", methods=["GET", "POST"])
@public
def link(token: str) -> ResponseReturnValue:
    asked = _asked()
    if asked is None:
        if resets.is_open(token):
            return _ended(AskedElsewhere, "other browser")
        return _ended(ResetEnded, "link")
    try:
        person_id = resets.of_link(asked.id, token)
    except ResetEnded:
        if resets.is_open(token):
            return _ended(AskedElsewhere, "other browser")
        return _ended(ResetEnded, "link")
    form = NewOne(resets.details(person_id))
    if not form.is_sent():
        return entry.page("reset", form)
    return _set(_Setting("reset", form, asked, person_id))


@dataclass(frozen=True)
class _Setting:
    """A password that is about to be set, and the page that asks for it."""

    page: str
    form: NewOne
    asked: Asked
    person_id: UUID


def _set(now: _Setting) -> ResponseReturnValue:
    try:
        resets.finish(now.asked.id, now.person_id, now.form.new.answer())
    except UnfitPassword as unfit:
        now.form.new.errors = [str(unfit)]
        return entry.page(now.page, now.form, kind=now.asked.kind)
    except ResetEnded:
        return _ended(ResetEnded, "used")
    session.pop(ASKED, None)
    flash(_("Your new password is set. Sign in with it, and with your second step."), "ok")
    return redirect(url_for("accounts.sign_in"))


def _asked() -> Asked | None:
    kept = session.get(ASKED)
    return Asked(UUID(kept["id"]), Kind(kept["kind"])) if kept else None


def _ended(refusal: type[ResetEnded | AskedElsewhere], why: str) -> ResponseReturnValue:
    resets.refused(why, address=entry.address())
    return entry.ended(refusal, url_for(".forgot"))
