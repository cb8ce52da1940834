"""Where an integrator says that the provider's programs fetch its messages."""

from flask import Blueprint, flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue

from portal.i18n import gettext
from portal.kernel.settings import current
from portal.web.access import may, visitor
from portal.webhooks.domain import NoSuchDelivery
from portal.webhooks.endpoints import service as endpoints
from portal.webhooks.feed import service

pages = Blueprint("feed", __name__, url_prefix="/console/webhooks")
MANAGE = "webhooks.manage"


@pages.get("/<provider>/feed")
@may(MANAGE)
def show(provider: str) -> str:
    last, read = service.place(_mine(provider))
    return render_template(
        "webhooks/feed.html",
        provider=provider,
        chosen=endpoints.is_fetched(endpoints.of(provider)),
        last=last,
        read=read,
        address=f"{current().kernel.base_url}{url_for('events_api.events')}",
    )


@pages.post("/<provider>/feed")
@may(MANAGE)
def choose(provider: str) -> ResponseReturnValue:
    service.choose(_mine(provider), visitor().id)
    flash(gettext("Nothing is sent from now on. Your programs fetch the messages."), "ok")
    return redirect(url_for(".show", provider=provider))


def _mine(provider: str) -> str:
    """Raises NoSuchDelivery."""
    if provider not in visitor().providers_for(MANAGE):
        raise NoSuchDelivery
    return provider
