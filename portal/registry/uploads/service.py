"""What departments upload: looked at, kept for a day, recorded as drafts, and told again.

An upload records; it publishes nothing. Who may upload for a provider is the caller's to know.
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import ClassVar
from uuid import UUID

from sqlalchemy import Select, Text, cast, delete, exists, func, select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import undefer

from portal.audit import service as audit
from portal.kernel import clock
from portal.kernel.db import db
from portal.kernel.errors import N_, BadInput, Conflict, DomainError, NotFound
from portal.kernel.jobs import job
from portal.registry import bundles
from portal.registry import service as registry
from portal.registry.bundles import Bundle
from portal.registry.contract import Words
from portal.registry.discovery import discover
from portal.registry.icons import service as icons
from portal.registry.manifests import Fault, ManifestDoesNotRead
from portal.registry.models import RecordedProvider, ServiceState
from portal.registry.service import Offer, Version
from portal.registry.uploads import domain
from portal.registry.uploads.domain import Kind, Looked, Outlook
from portal.registry.uploads.models import ManifestCheck, PublisherKey, Upload

KEPT = timedelta(days=1)
# Whoever looks at more than these at a time loses the oldest.
MOST_KEPT = 5
MOST_SERVICES = 500

__all__ = ["Looked", "Upload"]


class NotYours(DomainError):
    status: ClassVar[int] = 403
    message = N_(
        "This manifest is of the provider %(provider)s, which you do not act for. Look at its slug."
    )


class OfAPackage(Conflict):
    message = N_(
        "%(provider)s is installed with this portal as a package or folder. Change it there, or"
        " choose another slug."
    )


class NoSuchCheck(NotFound):
    message = N_(
        "This upload was recorded already, or was looked at more than a day ago. Upload it again."
    )


class NoSuchUpload(NotFound):
    message = N_("There is no such upload.")


class ChangedMeanwhile(DomainError):
    status: ClassVar[int] = 412
    message = N_(
        "Somebody uploaded another manifest in the meantime. Read it, then send yours with the ETag"
        " of that one."
    )


class NoPublicKey(BadInput):
    status: ClassVar[int] = 422
    message = N_("This is no Ed25519 public key. Paste it in base 64 (32 bytes) or as PEM.")


@dataclass(frozen=True)
class Uploader:
    """Who uploads, and the providers that they may upload for."""

    by: UUID | str
    providers: Collection[str]


# --- Looking at it ------------------------------------------------------------------------------


def look(content: bytes, kind: Kind, uploader: Uploader, name: str = "") -> Looked:
    """Read it all. Raises ManifestDoesNotRead, NotYours, OfAPackage."""
    looked = domain.look(content, kind, name)
    slug = looked.provider.slug
    if slug not in uploader.providers:
        raise NotYours(provider=slug)
    if slug in {one.slug for one in discover()}:
        raise OfAPackage(provider=slug)
    _is_trusted(looked)
    return replace(looked, icon=_icon(looked.bundle, name)) if looked.bundle else looked


def _icon(bundle: Bundle, name: str) -> bytes | None:
    """Drawn anew. Raises ManifestDoesNotRead."""
    raw = bundle.files.get(bundles.ICON)
    try:
        return icons.cleaned(raw) if raw else None
    except icons.IconRefused as error:
        fault = Fault(0, bundles.ICON, str(error))
        raise ManifestDoesNotRead(name or domain.NAMES["bundle"], (fault,)) from error


def outlook(looked: Looked) -> tuple[Outlook, ...]:
    """What recording it would change."""
    rows = newest(looked.provider.slug)
    offers = registry.versions(row.current_id for row in rows if row.current_id)
    on = {row.service: offers[row.current_id] for row in rows if row.current_id}
    return domain.outlook(looked.provider, on)


def keep(looked: Looked, person_id: UUID) -> UUID:
    """Until the person confirms it: the id of what is kept."""
    row = ManifestCheck(
        provider_slug=looked.provider.slug,
        person_id=person_id,
        kind=looked.kind,
        content=looked.content,
        until=clock.now() + KEPT,
    )
    db.session.add(row)
    db.session.flush()
    theirs = select(ManifestCheck.id).where(ManifestCheck.person_id == person_id)
    older = theirs.order_by(ManifestCheck.id.desc()).offset(MOST_KEPT)
    db.session.execute(delete(ManifestCheck).where(ManifestCheck.id.in_(older)))
    return row.id


def confirm(check_id: UUID, person_id: UUID, providers: Collection[str]) -> Upload:
    """Record what this person looked at, once. Raises NoSuchCheck, and what `look` raises."""
    taken = delete(ManifestCheck).where(
        ManifestCheck.id == check_id,
        ManifestCheck.person_id == person_id,
        ManifestCheck.provider_slug.in_(providers),
        ManifestCheck.until > clock.now(),
    )
    found = db.session.execute(taken.returning(ManifestCheck.content, ManifestCheck.kind)).first()
    if found is None:
        raise NoSuchCheck
    return record(found.content, domain.kind(found.kind), Uploader(person_id, providers))[0]


@job(queue="upkeep")
def forget_checks() -> None:
    """What nobody confirmed within a day goes."""
    db.session.execute(delete(ManifestCheck).where(ManifestCheck.until <= clock.now()))


# --- Recording it -------------------------------------------------------------------------------


def record(
    content: bytes, kind: Kind, uploader: Uploader, after: Collection[str | None] | None = None
) -> tuple[Upload, tuple[Fault, ...]]:
    """Record what is new as drafts; the upload, and its warnings.

    `after` are digests, of which one must be that of the last upload, or None when there is to be
    no upload yet: else somebody came between.

    Raises ManifestDoesNotRead, NotYours, OfAPackage, ChangedMeanwhile.
    """
    looked = look(content, kind, uploader)
    slug = looked.provider.slug
    row = {"slug": slug, "created_at": clock.now()}
    db.session.execute(insert(RecordedProvider).values(row).on_conflict_do_nothing())
    registry.queue_up(slug)
    # Again, now that nobody else uploads for this provider.
    version = _is_trusted(looked)
    newest_one = last(slug)
    if after is not None and (newest_one.digest if newest_one else None) not in after:
        raise ChangedMeanwhile
    drafts = registry.sync((looked.provider,))
    upload = Upload(
        provider_slug=slug,
        by=str(uploader.by) if isinstance(uploader.by, UUID) else uploader.by,
        kind=kind,
        digest=looked.digest,
        content=content,
        versions=[
            {"service": one.service, "number": one.number, "id": str(one.id)} for one in drafts
        ],
        version=looked.manifest.version,
        signed=version is not None,
        icon=icons.keep(looked.icon) if looked.icon else None,
    )
    db.session.add(upload)
    db.session.flush()
    audit.record("manifest.uploaded", about=f"upload:{upload.id}", actor=uploader.by, why=slug)
    return upload, looked.warnings


def _is_trusted(looked: Looked) -> int | None:
    """The version of a signed upload; None where the provider has no key. Raises the refusal."""
    key = key_of(looked.provider.slug)
    if key is None:
        return None
    if looked.bundle is None or not bundles.is_signed_by(looked.bundle, key):
        raise domain.refused(looked, bundles.SIGNATURE, UNSIGNED)
    version, newest_one = looked.manifest.version, _highest(looked.provider.slug)
    if version is None or version <= newest_one:
        raise domain.refused(looked, "version", NOT_HIGHER.format(newest=newest_one))
    return version


UNSIGNED = (
    "Uploads of this provider are signed. Send a bundle with a file “signature” that the key of "
    "the publisher made."
)
NOT_HIGHER = "Say a version above {newest}, which was accepted last, so that no old one comes back."


def _highest(provider: str) -> int:
    signed = (Upload.provider_slug == provider) & Upload.signed
    return db.session.scalar(select(func.max(Upload.version)).where(signed)) or 0


# --- The key of the publisher -------------------------------------------------------------------


def key_of(provider: str) -> bytes | None:
    wanted = select(PublisherKey.public_key).where(PublisherKey.provider_slug == provider)
    return db.session.scalar(wanted.order_by(PublisherKey.id.desc()).limit(1))


def set_key(provider: str, text: str, by: UUID) -> None:
    """From now on every upload is signed with it. Raises NoPublicKey."""
    if (key := domain.public_key(text)) is None:
        raise NoPublicKey
    _put_key(provider, key, by)
    audit.record("publisher_key.set", about=f"provider:{provider}", actor=by)


def drop_key(provider: str, by: UUID) -> None:
    """From now on uploads need no signature."""
    _put_key(provider, None, by)
    audit.record("publisher_key.dropped", about=f"provider:{provider}", actor=by)


def _put_key(provider: str, key: bytes | None, by: UUID) -> None:
    db.session.add(PublisherKey(provider_slug=provider, public_key=key, set_by=by))
    db.session.flush()


# --- Looking up ---------------------------------------------------------------------------------


def called(provider: str) -> Words | None:
    """What a provider calls itself: to people, else in its newest draft; None while it has none."""
    try:
        return registry.provider(provider).name
    except registry.NoSuchProvider:
        drafts = newest(provider)
    return registry.version(drafts[0].id).provider.name if drafts else None


def newest(provider: str) -> Sequence[Version]:
    """The newest version of each service of a provider."""
    rows = registry.newest((provider, ""), MOST_SERVICES)
    return [row for row in rows if row.provider == provider]


def offers(rows: Sequence[Version]) -> dict[UUID, Offer]:
    """What these versions say, and what those say that people are offered instead."""
    ids = {row.id for row in rows} | {row.current_id for row in rows if row.current_id}
    return registry.versions(ids)


def icon_of(provider: str) -> str | None:
    """The newest icon that came with something that people are offered now, by its digest.

    What two people published is shown, so a picture that nobody agreed to is not.
    """
    named = func.jsonb_build_object("id", cast(ServiceState.version_id, Text))
    is_on = exists().where(
        ServiceState.provider_slug == provider,
        Upload.versions.contains(func.jsonb_build_array(named)),
    )
    return db.session.scalar(_icons(provider).where(is_on))


def icon_with(version: Version) -> str | None:
    """The icon that came with a version."""
    named = Upload.versions.contains([{"id": str(version.id)}])
    return db.session.scalar(_icons(version.provider).where(named))


def newest_icon(provider: str) -> str | None:
    """The one that was uploaded last, published or not."""
    return db.session.scalar(_icons(provider))


def _icons(provider: str) -> Select[str | None]:
    wanted = select(Upload.icon).where(Upload.provider_slug == provider, Upload.icon.is_not(None))
    return wanted.order_by(Upload.id.desc()).limit(1)


def last(provider: str) -> Upload | None:
    wanted = select(Upload).where(Upload.provider_slug == provider)
    return db.session.scalar(wanted.order_by(Upload.id.desc()).limit(1))


def history(provider: str, before: UUID | None = None, most: int = 50) -> Sequence[Upload]:
    """The uploads of a provider, the newest first."""
    wanted = select(Upload).where(Upload.provider_slug == provider)
    if before is not None:
        wanted = wanted.where(Upload.id < before)
    return db.session.scalars(wanted.order_by(Upload.id.desc()).limit(most)).all()


def find(upload_id: UUID, providers: Collection[str]) -> Upload:
    """With its content. Raises NoSuchUpload."""
    wanted = select(Upload).where(Upload.id == upload_id, Upload.provider_slug.in_(providers))
    found = db.session.scalar(wanted.options(undefer(Upload.content)))
    if found is None:
        raise NoSuchUpload
    return found


def text_of(upload: Upload) -> str:
    """What it says, as it was written; of a bundle its manifest."""
    if domain.kind(upload.kind) == "bundle":
        return bundles.opened(upload.content).text
    return upload.content.decode("utf-8-sig")
