"""Where a person says of which account they want to be reminded, and where they stop it."""

from uuid import UUID

from flask import Blueprint, flash, redirect, url_for
from flask.typing import ResponseReturnValue

from portal.bills import service as bills
from portal.bills.sources import service as sources
from portal.bills.watching import service
from portal.bills.watching.domain import TooManyWatched
from portal.i18n import gettext
from portal.web.access import signed_in, visitor

pages = Blueprint("bill_watches", __name__, url_prefix="/bills")


@pages.post("/<provider>/<uuid:lookup>/watch")
@signed_in
def keep(provider: str, lookup: UUID) -> ResponseReturnValue:
    """Agreed to by the button, under the words of what is asked, of whom, and how often."""
    sources.biller(provider)
    try:
        service.keep(bills.look(visitor().id, provider, lookup))
        flash(gettext("You are reminded of the bills of this account from now on."), "ok")
    except TooManyWatched as refusal:
        flash(gettext(refusal.message), "bad")
    return redirect(url_for("bills.index", _anchor="watched"))


@pages.post("/watched/<uuid:watch_id>/stop")
@signed_in
def stop(watch_id: UUID) -> ResponseReturnValue:
    service.stop(visitor().id, watch_id)
    flash(gettext("Stopped. The provider is not asked for this account any more."), "ok")
    return redirect(url_for("bills.index"))
