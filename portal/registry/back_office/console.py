"""The integrator's pages: what their providers offer, in which versions, and uploading more."""

from dataclasses import dataclass
from uuid import UUID

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from portal.i18n import gettext, say
from portal.kernel.errors import N_, BadInput, DomainError, NotFound
from portal.registry import service as registry
from portal.registry.back_office import reports
from portal.registry.bundles import MOST_PACKED
from portal.registry.finding import SLUG
from portal.registry.manifest_text import MOST_BYTES
from portal.registry.manifests import ManifestDoesNotRead
from portal.registry.uploads import domain
from portal.registry.uploads import service as uploads
from portal.registry.uploads.domain import Kind
from portal.registry.uploads.service import Looked, Uploader
from portal.web.access import SOON, fresh, may, visitor
from portal.web.edge import takes

pages = Blueprint(
    "provider_services", __name__, url_prefix="/console/services", template_folder="../templates"
)
MANAGE = "providers.manage"
PAGE = 50
# What a browser sends around the manifest: names of fields, the token.
AROUND = 20_000
LONGEST_NAME = 100
NOTHING = N_("Choose a file, or paste the text of a manifest.")


@dataclass(frozen=True)
class Given:
    """What somebody sent; `text` stands in the page again, so that nothing is lost."""

    content: bytes
    kind: Kind
    name: str
    text: str


@pages.get("")
@may(MANAGE)
def index() -> ResponseReturnValue:
    """Every service of the visitor's providers with its newest version."""
    mine = [(slug, _name(slug), uploads.newest(slug)) for slug in sorted(_providers())]
    rows = [row for _, _, found in mine for row in found]
    return render_template(
        "registry/console/services.html",
        mine=mine,
        offers=uploads.offers(rows),
        icons={slug: uploads.newest_icon(slug) for slug, _, _ in mine},
    )


@pages.get("/upload")
@may(MANAGE)
def form() -> ResponseReturnValue:
    """Upload, or mend what was uploaded last: its text stands there already."""
    mine, text = request.args.get("from", ""), ""
    if mine in _providers() and (known := uploads.last(mine)) and known.kind != "bundle":
        text = uploads.text_of(uploads.find(known.id, _providers()))
    return _page(text=text)


@pages.post("/upload")
@takes(MOST_PACKED + AROUND, MOST_BYTES * 2 + AROUND)
@may(MANAGE)
def check() -> ResponseReturnValue:
    """Say all that is wrong, or what recording it would do; records nothing."""
    given = _given()
    if given is None:
        return _page(error=gettext(NOTHING)), 422
    try:
        looked = uploads.look(given.content, given.kind, _uploader(), given.name)
    except ManifestDoesNotRead as error:
        return _page(text=given.text, where=error.where, faults=error.found), 422
    except DomainError as error:
        return _page(text=given.text, error=gettext(error.message, **error.params)), error.status
    return _checked(looked, given.text)


@pages.post("/checks/<uuid:check_id>")
@may(MANAGE)
def confirm(check_id: UUID) -> ResponseReturnValue:
    """Record what was looked at."""
    upload = uploads.confirm(check_id, visitor().id, _providers())
    if upload.versions:
        flash(gettext("The drafts are recorded. Two people publish them."), "ok")
    else:
        flash(gettext("The upload is recorded. Nothing in it is new."), "ok")
    return redirect(url_for(".upload", upload_id=upload.id))


@pages.get("/uploads/<uuid:upload_id>")
@may(MANAGE)
def upload(upload_id: UUID) -> ResponseReturnValue:
    found = uploads.find(upload_id, _providers())
    return render_template(
        "registry/console/upload.html",
        upload=found,
        name=_name(found.provider_slug),
        text=uploads.text_of(found),
        by=_by(found.by),
    )


@pages.get("/<provider>/uploads")
@may(MANAGE)
def history(provider: str) -> ResponseReturnValue:
    rows = uploads.history(_mine(provider), _cursor(), PAGE + 1)
    more = rows[PAGE - 1].id if len(rows) > PAGE else None
    return render_template(
        "registry/console/uploads.html",
        provider=provider,
        name=_name(provider),
        rows=rows[:PAGE],
        by=_by,
        first=url_for(".history", provider=provider) if "before" in request.args else None,
        next=url_for(".history", provider=provider, before=more) if more else None,
    )


@pages.get("/<provider>/of/<name>")
@may(MANAGE)
def versions(provider: str, name: str) -> ResponseReturnValue:
    """All versions of one service, the newest first."""
    found = registry.history(_mine(provider), name)
    return render_template(
        "registry/console/versions.html",
        provider=provider,
        name=_name(provider),
        rows=found,
        offer=registry.version(found[0].id),
    )


@pages.get("/<provider>/key")
@may(MANAGE)
def key(provider: str) -> ResponseReturnValue:
    return _key_page(provider)


@pages.post("/<provider>/key")
@may(MANAGE)
@fresh(SOON)
def set_key(provider: str) -> ResponseReturnValue:
    try:
        uploads.set_key(_mine(provider), request.form.get("public_key", ""), visitor().id)
    except uploads.NoPublicKey as error:
        return _key_page(provider, gettext(error.message)), error.status
    flash(gettext("From now on every upload of this provider must be signed with this key."), "ok")
    return redirect(url_for(".key", provider=provider))


@pages.post("/<provider>/key/drop")
@may(MANAGE)
@fresh(SOON)
def drop_key(provider: str) -> ResponseReturnValue:
    uploads.drop_key(_mine(provider), visitor().id)
    flash(gettext("Uploads of this provider need no signature from now on."), "ok")
    return redirect(url_for(".key", provider=provider))


def _providers() -> frozenset[str]:
    """Where the visitor uploads: an integrator of one may be an officer of another."""
    return visitor().providers_for(MANAGE)


def _mine(provider: str) -> str:
    if provider not in _providers() or not SLUG.match(provider):
        raise NotFound
    return provider


def _uploader() -> Uploader:
    return Uploader(visitor().id, _providers())


def _name(provider: str) -> str:
    """As it calls itself; its slug while nothing of it is recorded."""
    name = uploads.called(provider)
    return say(name) if name else provider


def _by(who: str) -> str:
    if who == str(visitor().id):
        return gettext("You")
    return gettext("A program") if who.startswith("token:") else gettext("A colleague")


def _given() -> Given | None:
    """A file stands before the text; None when there is neither."""
    file, text = request.files.get("file"), request.form.get("text", "")
    name, content = (
        ((file.filename or "")[:LONGEST_NAME], file.read(MOST_PACKED + 1)) if file else ("", b"")
    )
    if not content:
        content = text.replace("\r\n", "\n").encode(errors="surrogatepass")
        name = ""
    if not content.strip():
        return None
    kind = domain.kind_of(content, name)
    shown = "" if kind == "bundle" else content[: MOST_BYTES * 2].decode(errors="replace")
    return Given(content, kind, name, shown)


def _cursor() -> UUID | None:
    try:
        return UUID(request.args["before"]) if "before" in request.args else None
    except ValueError as error:
        raise BadInput from error


def _page(**told: object) -> str:
    blank = {"text": "", "faults": (), "where": "", "error": "", "mine": sorted(_providers())}
    return render_template("registry/console/form.html", **(blank | told))


def _checked(looked: Looked, text: str) -> str:
    return render_template(
        "registry/console/checked.html",
        provider=looked.provider,
        version=looked.manifest.version,
        signed=uploads.key_of(looked.provider.slug) is not None,
        warnings=looked.warnings,
        outlook=uploads.outlook(looked),
        told=reports.told,
        differing=reports.differing,
        check_id=uploads.keep(looked, visitor().id),
        text=text,
    )


def _key_page(provider: str, error: str = "") -> str:
    return render_template(
        "registry/console/key.html",
        provider=_mine(provider),
        name=_name(provider),
        has_key=uploads.key_of(provider) is not None,
        given=request.form.get("public_key", ""),
        error=error,
    )
