"""The clerks' pages: what was recorded, what changes with it, who proposed, who publishes."""

from collections.abc import Mapping
from datetime import date, datetime, time
from typing import ClassVar
from uuid import UUID

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from portal.i18n import LANGUAGES, gettext
from portal.i18n.formats import ZONE
from portal.kernel.errors import N_, BadInput, NotFound
from portal.registry import service
from portal.registry.back_office import reports
from portal.registry.changes import Change, changes
from portal.registry.contract import Words
from portal.registry.finding import SLUG
from portal.registry.heirs import service as heirs
from portal.registry.publishing import service as publishing
from portal.registry.service import Offer, Version
from portal.registry.uploads import service as uploads
from portal.registry.vocabulary import PERSONAL_CLASSES
from portal.web.access import may, visitor
from portal.web.fields.base import tidy

pages = Blueprint(
    "registry", __name__, url_prefix="/admin/catalogue", template_folder="../templates"
)
PAGE = 50
LONGEST_REASON = 500


class TimeNotRead(BadInput):
    status: ClassVar[int] = 422
    message = N_("Write the day, and the time such as 09:00, from which people are offered it.")


@pages.get("")
@may("catalogue.publish")
def listing() -> ResponseReturnValue:
    """Every service with its newest version, or only those that wait for somebody."""
    waiting = "waiting" in request.args
    found = service.newest(_after(), PAGE + 1, waiting=waiting)
    shown, more = found[:PAGE], len(found) > PAGE
    last = f"{shown[-1].provider}/{shown[-1].service}" if more else None
    return render_template(
        "registry/listing.html",
        rows=shown,
        offers=service.versions(row.id for row in shown),
        waiting=waiting,
        last=last,
    )


@pages.get("/<provider>/<name>")
@may("catalogue.publish")
def show(provider: str, name: str) -> ResponseReturnValue:
    return _page(provider, name)


@pages.get("/versions/<uuid:version_id>")
@may("catalogue.publish")
def version(version_id: UUID) -> ResponseReturnValue:
    """One version, and what it changes against the one that people are offered now."""
    found = service.find(version_id)
    offers = service.versions(one for one in (found.id, found.current_id) if one)
    current = offers.get(found.current_id) if found.current_id else None
    return render_template(
        "registry/version.html",
        version=found,
        offer=offers[found.id],
        current=current,
        report=_report(current, offers[found.id]),
        mine=found.proposed_by == visitor().id,
        needs_trial=publishing.needs_trial(found),
        trial=publishing.trial(found),
        own=reports.own_parts(),
        told=reports.told,
        portrait_of=uploads.icon_with(found),
        classes=PERSONAL_CLASSES,
    )


@pages.post("/versions/<uuid:version_id>/propose")
@may("catalogue.publish")
def propose(version_id: UUID) -> ResponseReturnValue:
    publishing.propose(version_id, visitor().id)
    flash(gettext("You proposed this version. Another person must publish it."), "ok")
    return redirect(url_for(".version", version_id=version_id))


@pages.post("/versions/<uuid:version_id>/publish")
@may("catalogue.publish")
def publish(version_id: UUID) -> ResponseReturnValue:
    at = _moment(request.form) if "day" in request.form else None
    publishing.publish(version_id, visitor().id, at)
    if at is None:
        flash(gettext("This version is published. People are offered it from now on."), "ok")
    else:
        flash(gettext("This version is approved. It is published when its time comes."), "ok")
    return redirect(url_for(".version", version_id=version_id))


@pages.post("/versions/<uuid:version_id>/call-off")
@may("catalogue.publish")
def call_off(version_id: UUID) -> ResponseReturnValue:
    publishing.call_off(version_id, visitor().id)
    flash(gettext("The approval is called off. This version is a draft again."), "ok")
    return redirect(url_for(".version", version_id=version_id))


@pages.post("/<provider>/<name>/roll-back")
@may("catalogue.publish")
def roll_back(provider: str, name: str) -> ResponseReturnValue:
    why = tidy(request.form.get("why", ""), lines=False)[:LONGEST_REASON]
    publishing.roll_back(provider, name, visitor().id, why)
    flash(gettext("People are offered the version before from now on."), "ok")
    return redirect(url_for(".show", provider=provider, name=name))


@pages.post("/<provider>/<name>/pause")
@may("catalogue.pause")
def pause(provider: str, name: str) -> ResponseReturnValue:
    reason = _reason()
    if reason is None:
        service.offered(provider, name)
        return _page(provider, name, error=publishing.PauseNeedsReason.message), 422
    publishing.pause(provider, name, visitor().id, reason)
    flash(gettext("The service is paused. Its page says why."), "ok")
    return redirect(url_for(".show", provider=provider, name=name))


@pages.post("/<provider>/<name>/resume")
@may("catalogue.pause")
def resume(provider: str, name: str) -> ResponseReturnValue:
    publishing.resume(provider, name, visitor().id)
    flash(gettext("People can apply for this service again."), "ok")
    return redirect(url_for(".show", provider=provider, name=name))


def _page(provider: str, name: str, error: str | None = None) -> str:
    history = service.history(provider, name)
    return render_template(
        "registry/service.html",
        history=history,
        newest=service.version(history[0].id),
        offer=_offer(history[0]),
        before=publishing.before(provider, name),
        heirs=heirs.of(provider, name),
        own=reports.own_parts(),
        longest=LONGEST_REASON,
        given=request.form,
        error=error,
    )


def _offer(version: Version) -> Offer | None:
    """What people are offered of this service now; None when it was never published."""
    if version.current_id is None:
        return None
    return service.offered(version.provider, version.service)


def _report(current: Offer | None, new: Offer) -> tuple[Change, ...]:
    if current is None or current.version_id == new.version_id:
        return ()
    return changes(current.service, new.service)


def _reason() -> Words | None:
    """The reason in each language that it was written in; the others show the English one."""
    said = {code: tidy(request.form.get(f"reason-{code}", ""), lines=False) for code in LANGUAGES}
    said = {code: text[:LONGEST_REASON] for code, text in said.items() if text}
    return Words(texts=said) if "en" in said else None


def _moment(given: Mapping[str, str]) -> datetime:
    """The day and the time where the office is. Raises TimeNotRead."""
    try:
        day = date.fromisoformat(given.get("day", ""))
        return datetime.combine(day, time.fromisoformat(given.get("time", "")), ZONE)
    except ValueError as error:
        raise TimeNotRead from error


def _after() -> tuple[str, str]:
    provider, slash, name = request.args.get("after", "").partition("/")
    if not slash:
        return "", ""
    if not (SLUG.match(provider) and SLUG.match(name)):
        raise NotFound
    return provider, name
