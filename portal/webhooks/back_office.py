"""The integrator's pages: where messages go, which went, and what is done to those that did not."""

from collections.abc import Mapping
from datetime import date, datetime, time, timedelta
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from portal.i18n import gettext, ngettext, say
from portal.kernel import signatures
from portal.kernel.errors import N_, BadInput, Gone
from portal.kernel.keys import Erased
from portal.registry import service as registry
from portal.web.access import confirmed, fresh, may, visitor
from portal.webhooks import domain, service
from portal.webhooks.domain import NoSuchDelivery
from portal.webhooks.endpoints import service as endpoints
from portal.webhooks.endpoints.service import Endpoint
from portal.webhooks.forms import EndpointForm, LimitsForm
from portal.webhooks.lists import service as lists
from portal.webhooks.lists.service import Wanted

pages = Blueprint("webhooks", __name__, url_prefix="/console/webhooks", template_folder="templates")
MANAGE = "webhooks.manage"
PAGE = 50
LONGEST_SEARCH = 60
# Where integrators' days begin.
ZONE = ZoneInfo("Asia/Kolkata")
KINDS = ("v1", "v1a")
FILTERS = ("shown", "type", "reference", "since", "until")
ALWAYS = datetime(2000, 1, 1, tzinfo=ZONE), datetime(9000, 1, 1, tzinfo=ZONE)
# What a press does to a message, and what is said then.
PRESSES = {
    "replay": (
        service.replay,
        N_("The message is sent again now. Those that waited for it follow."),
    ),
    "skip": (
        service.skip,
        N_("The message is skipped. Those that waited for it are sent now."),
    ),
    "hold": (
        service.hold,
        N_("The message is held back, and those behind it wait. Let it go when you are ready."),
    ),
    "let-go": (service.let_go, N_("The message is sent now. Those that waited for it follow.")),
}


class BodyErased(Gone):
    message = N_("What this message said was erased with the data of the person.")


@pages.get("/")
@may(MANAGE)
def index() -> ResponseReturnValue:
    slugs = sorted(_providers())
    known = endpoints.of_all(slugs)
    mine = [(slug, _name(slug), known.get(slug)) for slug in slugs]
    return render_template("webhooks/endpoints.html", mine=mine)


@pages.route("/<provider>", methods=["GET", "POST"])
@may(MANAGE)
def endpoint(provider: str) -> ResponseReturnValue:
    known = endpoints.of(_mine(provider))
    form = EndpointForm(data={"url": known.url if known else ""})
    secret = None
    if form.validate_on_submit():
        confirmed()
        secret = service.set_endpoint(provider, form.url.data, visitor().id)
        if secret is None:
            flash(gettext("Messages go to the new address from now on."), "ok")
            return redirect(url_for(".endpoint", provider=provider))
        known = endpoints.of(provider)
    return _page(provider, known, form, secret), 422 if form.errors else 200


@pages.post("/<provider>/secret")
@may(MANAGE)
@fresh()
def rotate(provider: str) -> ResponseReturnValue:
    """Make a new secret. It is in this answer only, never in the session or an address.

    Of a pair of keys the private one leaves the house never, and the public one is no secret.
    """
    kind: Any = request.form.get("kind")
    secret = endpoints.rotate_secret(_mine(provider), visitor().id, kind if kind in KINDS else None)
    if signatures.kind_of(secret) == "v1a":
        flash(gettext("A new key signs from now on. Take its public half from this page."), "ok")
        return redirect(url_for(".endpoint", provider=provider))
    known = endpoints.of(provider)
    return _page(provider, known, _address_form(known), secret)


@pages.post("/<provider>/limits")
@may(MANAGE)
def limits(provider: str) -> ResponseReturnValue:
    known, form = endpoints.of(_mine(provider)), LimitsForm()
    if not form.validate_on_submit():
        return _page(provider, known, _address_form(known), None, form), 422
    endpoints.set_limits(provider, *form.limits(), visitor().id)
    flash(gettext("The limits are saved."), "ok")
    return redirect(url_for(".endpoint", provider=provider))


@pages.post("/<provider>/test")
@may(MANAGE)
def test(provider: str) -> ResponseReturnValue:
    sent = service.send_test(_mine(provider), visitor().id)
    flash(gettext("The test is on its way. Load this page again to see how it went."), "ok")
    return redirect(url_for(".delivery", provider=provider, delivery_id=sent.id))


@pages.get("/<provider>/messages")
@may(MANAGE)
def deliveries(provider: str) -> ResponseReturnValue:
    wanted = _wanted()
    rows = lists.deliveries(_mine(provider), wanted, before=_cursor(), limit=PAGE + 1)
    asked: dict[str, Any] = {name: text for name in FILTERS if (text := _filter(name, wanted))}
    here = {"provider": provider, **asked}
    more = rows[PAGE - 1].id if len(rows) > PAGE else None
    return render_template(
        "webhooks/deliveries.html",
        provider=provider,
        name=_name(provider),
        rows=rows[:PAGE],
        wanted=wanted,
        asked=asked,
        filtered=bool(asked),
        types=list(domain.KINDS),
        states=domain.SHOWN,
        shown=_shown,
        first=url_for(".deliveries", **here) if "before" in request.args else None,
        next=url_for(".deliveries", **here, before=more) if more else None,
    )


@pages.post("/<provider>/messages/replay")
@may(MANAGE)
def replay_made(provider: str) -> ResponseReturnValue:
    """Send again what was given up of some days; an empty day leaves that end open."""
    since, until = _day(request.form, "since"), _day(request.form, "until")
    sent = service.replay_made(
        _mine(provider), since or ALWAYS[0], _after(until) or ALWAYS[1], visitor().id
    )
    said = ngettext(
        "One message is sent again, with those that waited for it.",
        "%(n)s messages are sent again, with those that waited for them.",
        sent,
    )
    flash(said, "ok")
    return redirect(url_for(".deliveries", provider=provider))


@pages.get("/<provider>/messages/<uuid:delivery_id>")
@may(MANAGE)
def delivery(provider: str, delivery_id: UUID) -> ResponseReturnValue:
    return _message(provider, delivery_id)


@pages.post("/<provider>/messages/<uuid:delivery_id>/body")
@may(MANAGE)
def body(provider: str, delivery_id: UUID) -> ResponseReturnValue:
    """Show what the message says: in this answer only, and with a trace for the person."""
    try:
        told = service.read_body(delivery_id, frozenset({_mine(provider)}), visitor().id)
    except Erased:
        raise BodyErased from None
    return _message(provider, delivery_id, told)


@pages.post("/<provider>/messages/<uuid:delivery_id>/<any('replay', 'skip', 'hold', 'let-go'):act>")
@may(MANAGE)
def press(provider: str, delivery_id: UUID, act: str) -> ResponseReturnValue:
    do, said = PRESSES[act]
    do(delivery_id, frozenset({_mine(provider)}), visitor().id)
    flash(gettext(said), "ok")
    return redirect(url_for(".delivery", provider=provider, delivery_id=delivery_id))


def _providers() -> frozenset[str]:
    """Where the visitor manages messages: an integrator of one may be an officer of another."""
    return visitor().providers_for(MANAGE)


def _mine(provider: str) -> str:
    """The provider, when it is one of the visitor's. Raises NoSuchDelivery."""
    if provider not in _providers():
        raise NoSuchDelivery
    return provider


def _name(provider: str) -> str:
    """As people know it; its slug while nothing of it is published."""
    try:
        return say(registry.provider(provider).name)
    except registry.NoSuchProvider:
        return provider


def _wanted() -> Wanted:
    """What the address asks for; what is not known asks for nothing."""
    shown, kind = request.args.get("shown", ""), request.args.get("type", "")
    return Wanted(
        shown if shown in domain.SHOWN else "",
        kind if kind in domain.KINDS else "",
        request.args.get("reference", "").strip()[:LONGEST_SEARCH],
        _day(request.args, "since"),
        _after(_day(request.args, "until")),
    )


def _day(told: Mapping[str, str], name: str) -> datetime | None:
    """The beginning of the day that is meant, where the integrator is."""
    try:
        return datetime.combine(date.fromisoformat(told.get(name, "")), time(), ZONE)
    except ValueError:
        return None


def _after(day: datetime | None) -> datetime | None:
    return day + timedelta(days=1) if day else None


def _filter(name: str, wanted: Wanted) -> str:
    """As it stands in the address; days as they were asked for."""
    value = getattr(wanted, name)
    return request.args[name] if isinstance(value, datetime) else value


def _cursor() -> UUID | None:
    try:
        return UUID(request.args["before"]) if "before" in request.args else None
    except ValueError as error:
        raise BadInput from error


def _shown(row: Any) -> str:
    return domain.shown(row.state, failed=row.attempts > row.attempts_before)


def _address_form(known: Endpoint | None) -> EndpointForm:
    return EndpointForm(formdata=None, data={"url": known.url if known else ""})


def _limits_form(known: Endpoint | None) -> LimitsForm:
    told = {name: getattr(known, name) for name in ("in_flight", "per_second")} if known else {}
    return LimitsForm(formdata=None, data=told)


def _page(
    provider: str,
    known: Endpoint | None,
    form: EndpointForm,
    secret: str | None,
    limited: LimitsForm | None = None,
) -> str:
    return render_template(
        "webhooks/endpoint.html",
        provider=provider,
        name=_name(provider),
        endpoint=known,
        health=lists.health(provider) if known else None,
        most=lists.MOST,
        form=form,
        limits=limited or _limits_form(known),
        kind=endpoints.kind_of(known) if known else "v1",
        public_keys=endpoints.public_keys(provider),
        secret=secret,
    )


def _message(provider: str, delivery_id: UUID, told: str | None = None) -> str:
    found = lists.find(delivery_id, frozenset({_mine(provider)}))
    return render_template(
        "webhooks/delivery.html",
        provider=provider,
        name=_name(provider),
        delivery=found,
        shown=_shown(found),
        attempts=lists.attempts(found),
        body=told,
        readable=lists.readable(found),
        is_test=found.type == domain.TEST,
    )
