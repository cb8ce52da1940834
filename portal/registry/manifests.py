"""A provider written without Python: `provider.yaml` or `provider.json`, read into the contract.

`read` is pure: text in, value out. Files are found by `portal.registry.discovery`.
"""

from pathlib import Path
from typing import NamedTuple

import pydantic

from portal.kernel.errors import DomainError
from portal.registry import hook_paths
from portal.registry.contract import Provider
from portal.registry.finding import Finding
from portal.registry.hooks import Hooks
from portal.registry.manifest_faults import faults_of, shown, traced
from portal.registry.manifest_text import MOST_BYTES, Fault, Marked, Unreadable, marked
from portal.registry.words import AS_WRITTEN

__all__ = [
    "FILES",
    "Fault",
    "Manifest",
    "ManifestDoesNotRead",
    "decoded",
    "manifest",
    "read",
    "read_file",
]

FILES = ("provider.yaml", "provider.json")
CONTRACT = 1
HIGHEST_VERSION = 10**9
MOST_TOLD = 20


class ManifestDoesNotRead(DomainError):
    """`found` holds each fault with its line; the sentence tells the first of them."""

    status = 422
    message = "%(told)s"

    def __init__(self, where: str, found: tuple[Fault, ...], root: Marked | None = None) -> None:
        self.where = where
        self.found = found
        self.root = root
        told = [self._told(fault) for fault in found[:MOST_TOLD]]
        if len(found) > MOST_TOLD:
            told.append(f"{where}: {len(found) - MOST_TOLD} more are not told here.")
        super().__init__(told="\n".join(told))

    @property
    def pointers(self) -> list[dict[str, str]]:
        """Each fault as programs are told of it."""
        return [
            {
                "pointer": traced(self.root, fault.place)[1] if self.root else "",
                "detail": self._told(fault),
            }
            for fault in self.found
        ]

    def _told(self, fault: Fault) -> str:
        line = f", line {fault.line}" if fault.line else ""
        place = f"{fault.place}: " if fault.place else ""
        return f"{self.where}{line}: {place}{fault.sentence}"


class Manifest(NamedTuple):
    """What a text declares, with the text's own parts to find places in."""

    provider: Provider
    version: int | None
    root: Marked


def read(text: str, where: str) -> Provider:
    """The provider that a manifest declares; `where` is the name that its faults are told with."""
    return manifest(text, where).provider


def manifest(text: str, where: str) -> Manifest:
    """The same, with what stands around the provider. Raises ManifestDoesNotRead."""
    try:
        root = marked(text, as_json=where.endswith(".json"))
    except Unreadable as error:
        raise ManifestDoesNotRead(where, (error.fault,)) from error
    if faults := _before(root):
        raise ManifestDoesNotRead(where, faults, root)
    given = root.plain()
    given.pop("contract", None)
    version = given.pop("version", None)
    try:
        provider = Provider.model_validate(given, context=AS_WRITTEN)
    except pydantic.ValidationError as error:
        raise ManifestDoesNotRead(where, faults_of(root, error), root) from error
    if unanswered := tuple(hook_paths.unanswered(provider, Hooks())):
        faults = tuple(_at(root, one) for one in unanswered)
        raise ManifestDoesNotRead(where, faults, root)
    return Manifest(provider, version, root)


def read_file(file: Path, where: str) -> Provider:
    """The same from a file, of which no more is read than may be."""
    with file.open("rb") as opened:
        return read(decoded(opened.read(MOST_BYTES + 1), where), where)


def decoded(data: bytes, where: str) -> str:
    """The text of these bytes. Raises ManifestDoesNotRead."""
    if len(data) > MOST_BYTES:
        raise ManifestDoesNotRead(where, (Fault(1, "", f"The file has over {MOST_BYTES} bytes."),))
    try:
        return data.decode()
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        fault = Fault(line, "", "The file is not UTF-8. Save it with the encoding UTF-8.")
        raise ManifestDoesNotRead(where, (fault,)) from error


def _at(root: Marked, finding: Finding) -> Fault:
    return Fault(traced(root, finding.place)[0], finding.place, finding.sentence)


def _before(root: Marked) -> tuple[Fault, ...]:
    """What is wrong with the whole, so that its parts are not looked at."""
    if not isinstance(root.value, dict):
        sentence = "A manifest begins with names and colons, such as “slug: water-board”."
        return (Fault(root.line, "", sentence),)
    return tuple(_of_the_whole(root.value))


def _of_the_whole(parts: dict[str, Marked]) -> list[Fault]:
    found = []
    contract = parts.get("contract", Marked(1, CONTRACT))
    if isinstance(contract.value, bool) or contract.value != CONTRACT:
        sentence = f"{shown(contract.plain())} is unknown here: this portal reads contract 1."
        found.append(Fault(contract.line, "contract", sentence))
    version = parts.get("version", Marked(1, 1))
    if type(version.value) is not int or not 0 < version.value <= HIGHEST_VERSION:
        sentence = "A version is a whole number from 1 on, higher with each upload."
        found.append(Fault(version.line, "version", sentence))
    return found
