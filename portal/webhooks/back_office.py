"""The integrator's pages: where messages go, which went, and sending given-up ones again."""

from uuid import UUID

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from portal.i18n import gettext
from portal.kernel.errors import BadInput
from portal.web.access import may, visitor
from portal.webhooks import service
from portal.webhooks.domain import NoSuchDelivery
from portal.webhooks.forms import EndpointForm

pages = Blueprint("webhooks", __name__, url_prefix="/console/webhooks", template_folder="templates")
PAGE = 50


@pages.get("/")
@may("webhooks.manage")
def endpoints() -> ResponseReturnValue:
    mine = [(slug, service.endpoint(slug)) for slug in sorted(_providers())]
    return render_template("webhooks/endpoints.html", mine=mine)


@pages.route("/<provider>", methods=["GET", "POST"])
@may("webhooks.manage")
def endpoint(provider: str) -> ResponseReturnValue:
    known = service.endpoint(_mine(provider))
    form = EndpointForm(data={"url": known.url if known else ""})
    secret = None
    if form.validate_on_submit():
        secret = service.set_endpoint(provider, form.url.data, visitor().id)
        if secret is None:
            flash(gettext("Messages go to the new address from now on."), "ok")
            return redirect(url_for(".endpoint", provider=provider))
        known = service.endpoint(provider)
    return _page(provider, known, form, secret), 422 if form.errors else 200


@pages.post("/<provider>/secret")
@may("webhooks.manage")
def rotate(provider: str) -> ResponseReturnValue:
    """Make a new secret. It is in this answer only, never in the session or an address."""
    secret = service.rotate_secret(_mine(provider), visitor().id)
    known = service.endpoint(provider)
    form = EndpointForm(formdata=None, data={"url": known.url if known else ""})
    return _page(provider, known, form, secret)


@pages.get("/<provider>/messages")
@may("webhooks.manage")
def deliveries(provider: str) -> ResponseReturnValue:
    rows = service.deliveries(_mine(provider), before=_cursor(), limit=PAGE + 1)
    more = rows[PAGE - 1].id if len(rows) > PAGE else None
    return render_template(
        "webhooks/deliveries.html", provider=provider, rows=rows[:PAGE], more=more
    )


@pages.get("/<provider>/messages/<uuid:delivery_id>")
@may("webhooks.manage")
def delivery(provider: str, delivery_id: UUID) -> ResponseReturnValue:
    found = service.find(delivery_id, frozenset({_mine(provider)}))
    return render_template(
        "webhooks/delivery.html",
        provider=provider,
        delivery=found,
        attempts=service.attempts(found),
    )


@pages.post("/<provider>/messages/<uuid:delivery_id>/replay")
@may("webhooks.manage")
def replay(provider: str, delivery_id: UUID) -> ResponseReturnValue:
    service.replay(delivery_id, frozenset({_mine(provider)}), visitor().id)
    flash(gettext("The message is sent again now. Those that waited for it follow."), "ok")
    return redirect(url_for(".delivery", provider=provider, delivery_id=delivery_id))


@pages.post("/<provider>/messages/<uuid:delivery_id>/skip")
@may("webhooks.manage")
def skip(provider: str, delivery_id: UUID) -> ResponseReturnValue:
    service.skip(delivery_id, frozenset({_mine(provider)}), visitor().id)
    flash(gettext("The message is skipped. Those that waited for it are sent now."), "ok")
    return redirect(url_for(".delivery", provider=provider, delivery_id=delivery_id))


def _providers() -> frozenset[str]:
    """Where the visitor manages messages: an integrator of one may be an officer of another."""
    return visitor().providers_for("webhooks.manage")


def _mine(provider: str) -> str:
    """The provider, when it is one of the visitor's. Raises NoSuchDelivery."""
    if provider not in _providers():
        raise NoSuchDelivery
    return provider


def _cursor() -> UUID | None:
    try:
        return UUID(request.args["before"]) if "before" in request.args else None
    except ValueError as error:
        raise BadInput from error


def _page(
    provider: str, known: service.Endpoint | None, form: EndpointForm, secret: str | None
) -> str:
    return render_template(
        "webhooks/endpoint.html", provider=provider, endpoint=known, form=form, secret=secret
    )
