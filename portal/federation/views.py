"""The pages of signing in with an identity provider, and of looking after linked ones."""

from collections.abc import Sequence
from uuid import UUID

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from portal.accounts.domain import TooYoung
from portal.accounts.views import entry
from portal.federation import carried, service
from portal.federation.domain import AlreadyLinked, SignInRefused, TakenIdentity
from portal.federation.refusals import refusal
from portal.i18n import gettext as _
from portal.i18n import say, tag
from portal.kernel.room import WayIn
from portal.profile.domain import GROUPS
from portal.profile.words import in_words
from portal.web.access import SOON, fresh, public, safe_next, signed_in, visitor, visitor_or_none

pages = Blueprint("federation", __name__, template_folder="templates")
pages.after_request(entry.never_kept)
LABELS = {name: label for group in GROUPS for name, label in group.fields.items()}


def ways_in() -> Sequence[WayIn]:
    """A button of the sign-in page for each identity provider."""
    following = safe_next(request.args.get("next"), "") or None
    return [
        WayIn(
            _("Sign in with %(title)s", title=say(one.title)),
            url_for("federation.start", identity_provider=one.slug, next=following),
        )
        for one in service.providers()
    ]


@pages.get("/sign-in/with/<identity_provider>")
@public
def start(identity_provider: str) -> ResponseReturnValue:
    remote = service.remote(identity_provider)
    following = safe_next(request.args.get("next"), entry.home())
    state, flow = service.new_flow(identity_provider, following)
    try:
        leads_to = service.address(remote, state, flow, tag())
    except SignInRefused as refused:
        return refusal(identity_provider, refused)
    carried.set_out(state, flow)
    return redirect(leads_to)


@pages.get("/sign-in/with/<identity_provider>/new")
@public
def unknown(identity_provider: str) -> ResponseReturnValue:
    """Ask whose it is: nobody linked this identity yet."""
    provider, identity = service.provider(identity_provider), carried.kept()
    if visitor_or_none():
        return redirect(url_for(".link"))
    return render_template(
        "federation/unknown.html",
        provider=provider,
        following=url_for(".link"),
        too_young=service.is_too_young(identity),
    )


@pages.route("/account/identities/link", methods=["GET", "POST"])
@signed_in
@fresh(SOON)
def link() -> ResponseReturnValue:
    identity = carried.kept()
    provider = service.provider(identity.slug)
    if request.method == "POST":
        try:
            service.link(visitor().id, identity)
        except (TakenIdentity, AlreadyLinked, TooYoung) as refused:
            carried.drop()
            return refusal(identity.slug, refused)
        carried.drop()
        said = _("You can sign in with %(title)s from now on.", title=say(provider.title))
        flash(said, "ok")
        return redirect(url_for(".mine"))
    told = [
        (_(label), in_words(name, identity.told[name]))
        for name, label in LABELS.items()
        if name in identity.told
    ]
    return render_template("federation/link.html", provider=provider, told=told)


@pages.post("/account/identities/keep-apart")
@signed_in
def keep_apart() -> ResponseReturnValue:
    """The person does not want to link what they came with."""
    carried.drop()
    return redirect(url_for(".mine"))


@pages.get("/account/identities")
@signed_in
def mine() -> ResponseReturnValue:
    linked = service.linked(visitor().id)
    known = {one.slug: one for one in service.providers()}
    others = [one for slug, one in known.items() if slug not in {each.slug for each in linked}]
    titles = {one.slug: say(known[one.slug].title) if one.slug in known else "" for one in linked}
    return render_template(
        "federation/identities.html", linked=linked, titles=titles, others=others
    )


@pages.post("/account/identities/<uuid:link_id>/unlink")
@signed_in
@fresh(SOON)
def unlink(link_id: UUID) -> ResponseReturnValue:
    service.unlink(visitor().id, link_id)
    flash(_("It is unlinked. Nobody can sign in to your account with it any more."), "ok")
    return redirect(url_for(".mine"))
