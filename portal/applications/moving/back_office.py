"""Pages for moving running applications to another version; reached from the catalogue's clerks."""

from dataclasses import dataclass
from uuid import UUID

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from portal.applications.moving import domain, service
from portal.applications.moving.service import Outcome
from portal.i18n import gettext
from portal.kernel.errors import N_
from portal.registry import service as registry
from portal.web.access import confirmed, may, visitor

pages = Blueprint("moving", __name__, url_prefix="/admin/running")
LONGEST = 10_000
REASONS = {
    "missing": N_("Without an answer to %(name)s"),
    "unfit": N_("With an answer to %(name)s that does not fit any more"),
    "lost": N_("With an answer to %(name)s that the map does not name"),
    "kind": N_("With an answer to %(name)s, which takes another kind of answer now"),
    "stage": N_("At the stage %(name)s, which there is no more"),
    "erased": N_("Of people whose data were erased"),
}


@dataclass(frozen=True)
class Tried:
    """What the page says after a form was sent."""

    outcome: Outcome | None = None
    error: str | None = None


@pages.get("")
@may("catalogue.publish")
def index() -> ResponseReturnValue:
    """The services with running applications under a version that is not offered any more."""
    return render_template("moving/index.html", left=service.left_behind())


@pages.route("/<provider>/<name>", methods=["GET", "POST"])
@may("catalogue.publish")
def show(provider: str, name: str) -> ResponseReturnValue:
    if request.method != "POST":
        return _page(provider, name, Tried())
    try:
        from_id, to_id, names = _asked(provider, name)
        if request.form.get("act") != "move":
            return _page(provider, name, Tried(service.rehearse(from_id, to_id, names)))
        confirmed()
        service.begin(from_id, to_id, names, visitor().id)
    except (domain.MapUnreadable, domain.MapUnfit, service.SameService) as error:
        return _page(provider, name, Tried(error=gettext(error.message, **error.params))), 422
    told = gettext("They are being moved. Load this page again to see how many are left.")
    flash(told, "ok")
    return redirect(url_for(".show", provider=provider, name=name))


def _asked(provider: str, name: str) -> tuple[UUID, UUID, dict[str, str | None]]:
    """From which version to which, and the map. Raises SameService, MapUnreadable."""
    here = {str(one.version_id) for one in service.running(provider, name)}
    current = registry.offered(provider, name).version_id
    chosen = request.form.get("from", "")
    if chosen not in here:
        raise service.SameService
    return UUID(chosen), current, domain.read(request.form.get("names", "")[:LONGEST])


def _page(provider: str, name: str, tried: Tried) -> str:
    offer = registry.offered(provider, name)
    return render_template(
        "moving/show.html",
        offer=offer,
        running=service.running(provider, name),
        tried=tried,
        reasons=_said(tried.outcome),
        given=request.form,
    )


def _said(outcome: Outcome | None) -> list[tuple[str, int]]:
    """Why some would stay, in words, with how many."""
    found = outcome.reasons.items() if outcome else ()
    parts = ((*reason.partition(" ")[::2], count) for reason, count in found)
    return [(gettext(REASONS[kind], name=name), count) for kind, name, count in parts]
