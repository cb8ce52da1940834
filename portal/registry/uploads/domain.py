"""Reading what was uploaded, and saying what it would do. No tables."""

import base64
import binascii
import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Literal, Protocol, cast

from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from cryptography.hazmat.primitives.serialization import load_pem_public_key

from portal.registry import bundles, conformance, manifest_limits
from portal.registry.bundles import Bundle
from portal.registry.changes import Change, changes
from portal.registry.contract import Provider, Service, Words, definition
from portal.registry.finding import Finding
from portal.registry.inheriting import path_of
from portal.registry.manifest_faults import traced
from portal.registry.manifests import Fault, Manifest, ManifestDoesNotRead, decoded, manifest

Kind = Literal["yaml", "json", "bundle"]
NAMES: Mapping[Kind, str] = {
    "yaml": "provider.yaml",
    "json": "provider.json",
    "bundle": "bundle.zip",
}
MEDIA: Mapping[Kind, str] = {
    "yaml": "application/yaml",
    "json": "application/json",
    "bundle": "application/zip",
}
MOST_TOLD = 99
KEY_BYTES = 32


@dataclass(frozen=True)
class Looked:
    """What an upload declares, and what is to be weighed in it before it is recorded.

    `icon` is the picture of a bundle, drawn anew.
    """

    content: bytes
    kind: Kind
    manifest: Manifest
    warnings: tuple[Fault, ...]
    bundle: Bundle | None = None
    icon: bytes | None = None

    @property
    def provider(self) -> Provider:
        return self.manifest.provider

    @property
    def digest(self) -> str:
        return digest(self.content)


@dataclass(frozen=True)
class Outlook:
    """What recording one service would do, against what people are offered now.

    `stands` is `new`, `same`, `changed` or `gone`: what is gone stays on until it is paused.
    `services` are the new one and the one of now, where the two differ.
    """

    slug: str
    title: Words
    stands: Literal["new", "same", "changed", "gone"]
    against: int | None = None
    changes: tuple[Change, ...] = ()
    provider_differs: bool = False
    services: tuple[Service, ...] = ()


class Offered(Protocol):
    """What people are offered now."""

    @property
    def number(self) -> int: ...
    @property
    def provider(self) -> Provider: ...
    @property
    def service(self) -> Service: ...


def digest(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()


def kind(named: str) -> Kind:
    """Of a name that we wrote down."""
    return next(one for one in NAMES if one == named)


def kind_of(content: bytes, name: str = "") -> Kind:
    """By the first bytes; a text that begins with a brace is JSON, unless its name says YAML."""
    if content.startswith(b"PK"):
        return "bundle"
    begins = content.removeprefix(b"\xef\xbb\xbf").lstrip()[:1]
    is_yaml = name.lower().endswith((".yaml", ".yml"))
    return "json" if begins == b"{" and not is_yaml else "yaml"


def look(content: bytes, kind: Kind, name: str = "") -> Looked:
    """Read it all. Raises ManifestDoesNotRead, which holds every fault that was found."""
    bundle = bundles.opened(content, name or NAMES[kind]) if kind == "bundle" else None
    where = bundle.manifest if bundle else NAMES[kind]
    told = manifest(bundle.text if bundle else decoded(content, where), where)
    if bundle:
        told = told._replace(provider=cast("Provider", bundle.filled(told.provider)))
    if findings := manifest_limits.beyond(told.provider):
        raise ManifestDoesNotRead(where, _faults(told, findings), told.root)
    found = conformance.findings(told.provider)
    if wrong := [one for one in found if one.weight == "error"]:
        raise ManifestDoesNotRead(where, _faults(told, wrong), told.root)
    return Looked(content, kind, told, _faults(told, found), bundle)


def _faults(told: Manifest, findings: Sequence[Finding]) -> tuple[Fault, ...]:
    """By line; of very many the first."""
    places = ((traced(told.root, one.place)[0], one) for one in findings[:MOST_TOLD])
    found = sorted(Fault(line, one.place, one.sentence) for line, one in places)
    if len(findings) > MOST_TOLD:
        found.append(Fault(1, "", f"{len(findings) - MOST_TOLD} more are not told here."))
    return tuple(found)


def refused(looked: Looked, place: str, sentence: str) -> ManifestDoesNotRead:
    """The refusal of a whole upload at one place of it."""
    where = looked.bundle.manifest if looked.bundle else NAMES[looked.kind]
    line = traced(looked.manifest.root, place)[0]
    fault = Fault(line, place, sentence)
    return ManifestDoesNotRead(where, (fault,), looked.manifest.root)


def outlook(provider: Provider, on: Mapping[str, Offered]) -> tuple[Outlook, ...]:
    """What each service would change; then what is on, and is not declared any more."""
    kept = {path_of(one)[1] for one in provider.inherits}
    told = [_of_service(provider, one, on.get(one.slug)) for one in provider.services]
    gone = [
        Outlook(slug, one.service.title, "gone", one.number)
        for slug, one in sorted(on.items())
        if provider.service(slug) is None and slug not in kept
    ]
    return (*told, *gone)


def _of_service(provider: Provider, service: Service, on: Offered | None) -> Outlook:
    if on is None:
        return Outlook(service.slug, service.title, "new")
    if definition(provider, service) == definition(on.provider, on.service):
        return Outlook(service.slug, service.title, "same", on.number)
    alone = provider.model_copy(update={"services": (), "inherits": ()})
    return Outlook(
        service.slug,
        service.title,
        "changed",
        on.number,
        changes(on.service, service),
        provider_differs=alone != on.provider,
        services=(service, on.service),
    )


def public_key(text: str) -> bytes | None:
    """The 32 bytes of an Ed25519 public key, written in base 64 or as PEM; None when it is none."""
    text = text.strip()
    try:
        if not text.startswith("-----"):
            raw = base64.b64decode("".join(text.split()), validate=True)
            return raw if len(raw) == KEY_BYTES else None
        key = load_pem_public_key(text.encode())
    except (ValueError, binascii.Error, UnsupportedAlgorithm):
        return None
    return key.public_bytes_raw() if isinstance(key, Ed25519PublicKey) else None
