"""A department's programs: send the manifest of their provider, and read the one sent last."""

from collections.abc import Mapping
from typing import Any, ClassVar
from uuid import UUID

from flask import Blueprint, Response, jsonify, request
from pydantic import BaseModel, Field

from portal.api import service as answers
from portal.api.access import calling, program
from portal.api.openapi import Operation, described
from portal.kernel.errors import N_, BadInput, NotFound, TooLarge
from portal.registry.bundles import MOST_PACKED
from portal.registry.manifests import Fault, ManifestDoesNotRead
from portal.registry.uploads import described as body
from portal.registry.uploads import domain
from portal.registry.uploads import service as uploads
from portal.registry.uploads.domain import Kind
from portal.registry.uploads.service import Upload, Uploader
from portal.web.edge import takes

pages = Blueprint("manifest_api", __name__, url_prefix="/api/v1/provider/manifest")
KINDS: Mapping[str, Kind] = {media: kind for kind, media in domain.MEDIA.items()}


class NoManifest(NotFound):
    message = N_("Your provider has uploaded no manifest yet.")


class NotAManifest(BadInput):
    status: ClassVar[int] = 415
    message = N_(
        "Send the manifest as application/yaml, as application/json, or a bundle as"
        " application/zip."
    )


class ManifestRefused(BadInput):
    """`faults` holds a JSON pointer and a sentence for each place that is wrong."""

    status: ClassVar[int] = 422
    message = N_("The manifest is not recorded until it is put right. See errors.")

    def __init__(self, faults: list[dict[str, str]]) -> None:
        super().__init__()
        self.faults = faults


class RecordedOut(BaseModel):
    service: str
    number: int = Field(description="the version; it is a draft until two people publish it")
    id: UUID


class WarningOut(BaseModel):
    line: int
    place: str
    detail: str


class UploadOut(BaseModel):
    upload: UUID
    digest: str = Field(description="the SHA-256 of what was sent; the ETag")
    recorded: list[RecordedOut] = Field(description="what is new; empty when nothing is")
    warnings: list[WarningOut]


READ = Operation(
    "Read the manifest that was sent last",
    media=domain.MEDIA["yaml"],
    given=body.as_yaml,
    or_media={domain.MEDIA["json"]: body.as_json, domain.MEDIA["bundle"]: body.AS_BUNDLE},
    description="As it was sent, byte for byte, with its own Content-Type.",
    refusals=(NoManifest,),
    tagged=True,
)
SEND = Operation(
    "Send the manifest of your provider",
    gives=UploadOut,
    description="What is new in it is recorded as drafts, which two other people publish; the same"
    " again records nothing new. Send it as YAML, as JSON, or as a bundle with icons and"
    " translations. With `If-Match` it is taken only if nobody sent another one meanwhile.",
    accepts=tuple(KINDS),
    schemas=body.SCHEMAS,
    limit=body.LIMIT,
    sends={
        "application/yaml": body.as_yaml,
        "application/json": body.as_json,
        "application/zip": body.AS_BUNDLE,
    },
    given=lambda sample: {
        "upload": "0192f3c4-5d1e-7a3b-9c2d-4e5f60718293",
        "digest": "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08",
        "recorded": [
            {
                "service": sample.service,
                "number": sample.version,
                "id": "0192f3c4-5d1e-7a3b-9c2d-4e5f60718294",
            }
        ],
        "warnings": [],
    },
    refusals=(NotAManifest, ManifestRefused, TooLarge),
    tagged=True,
)


@pages.get("")
@program("provider")
@described(READ)
def show() -> Response:
    """As it was sent, byte for byte."""
    provider = calling().provider_slug
    if (known := uploads.last(provider)) is None:
        raise NoManifest
    found = uploads.find(known.id, {provider})
    response = Response(found.content, content_type=domain.MEDIA[domain.kind(found.kind)])
    response.set_etag(found.digest)
    response.make_conditional(request)
    return response


@pages.put("")
@takes(MOST_PACKED)
@program("provider")
@described(SEND)
def send() -> Response:
    """Record what is new as drafts; the same again records nothing new."""
    if (kind := KINDS.get(request.mimetype)) is None:
        raise NotAManifest
    key, content = request.headers.get("Idempotency-Key"), request.get_data()
    raw = b"\n".join((request.path.encode(), kind.encode(), content))
    told, _ = answers.once(calling(), key, raw, lambda: (_recorded(content, kind), 200))
    response = jsonify(told)
    response.set_etag(str(told["digest"]))
    return response


def _recorded(content: bytes, kind: Kind) -> dict[str, Any]:
    caller = calling()
    uploader = Uploader(f"token:{caller.token_id}", {caller.provider_slug})
    try:
        upload, warnings = uploads.record(content, kind, uploader, _after())
    except ManifestDoesNotRead as error:
        raise ManifestRefused(error.pointers) from error
    return _told(upload, warnings)


def _after() -> set[str | None] | None:
    """What the program has seen last, if it says so."""
    if request.if_none_match.star_tag:
        return {None}
    seen = request.if_match
    return {*seen.as_set()} if seen and not seen.star_tag else None


def _told(upload: Upload, warnings: tuple[Fault, ...]) -> dict[str, Any]:
    return UploadOut(
        upload=upload.id,
        digest=upload.digest,
        recorded=[RecordedOut.model_validate(one) for one in upload.versions],
        warnings=[
            WarningOut(line=one.line, place=one.place, detail=one.sentence) for one in warnings
        ],
    ).model_dump(mode="json")
