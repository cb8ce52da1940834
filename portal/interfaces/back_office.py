"""The integrator's pages: where the provider's own interface answers, and the secret it checks."""

from flask import Blueprint, flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue

from portal.i18n import gettext, say
from portal.interfaces import service
from portal.interfaces.domain import NoSuchInterface
from portal.interfaces.forms import InterfaceForm
from portal.registry import service as registry
from portal.web.access import confirmed, fresh, may, visitor

pages = Blueprint(
    "interfaces", __name__, url_prefix="/console/interface", template_folder="templates"
)
MANAGE = "interfaces.manage"


@pages.get("/")
@may(MANAGE)
def index() -> ResponseReturnValue:
    slugs = sorted(visitor().providers_for(MANAGE))
    known = service.of_all(slugs)
    shown = [(slug, _name(slug), known.get(slug)) for slug in slugs]
    return render_template("interfaces/index.html", mine=shown)


@pages.route("/<provider>", methods=["GET", "POST"])
@may(MANAGE)
def show(provider: str) -> ResponseReturnValue:
    known = service.of(_mine(provider))
    form = InterfaceForm(data={"url": known.url if known else ""})
    secret = None
    if form.validate_on_submit():
        confirmed()
        secret = service.save(provider, form.url.data, visitor().id)
        if secret is None:
            flash(gettext("Your interface is asked at the new address from now on."), "ok")
            return redirect(url_for(".show", provider=provider))
    return _page(provider, form, secret), 422 if form.errors else 200


@pages.post("/<provider>/secret")
@may(MANAGE)
@fresh()
def rotate(provider: str) -> ResponseReturnValue:
    """Make a new secret. It is in this answer only, never in the session or an address."""
    secret = service.rotate_secret(_mine(provider), visitor().id)
    known = service.of(provider)
    form = InterfaceForm(formdata=None, data={"url": known.url if known else ""})
    return _page(provider, form, secret)


def _mine(provider: str) -> str:
    """The provider, when it is one of the visitor's. Raises NoSuchInterface."""
    if provider not in visitor().providers_for(MANAGE):
        raise NoSuchInterface
    return provider


def _name(provider: str) -> str:
    """As people know it; its slug while nothing of it is published."""
    try:
        return say(registry.provider(provider).name)
    except registry.NoSuchProvider:
        return provider


def _page(provider: str, form: InterfaceForm, secret: str | None) -> str:
    return render_template(
        "interfaces/show.html",
        provider=provider,
        name=_name(provider),
        known=service.of(provider),
        form=form,
        secret=secret,
    )
