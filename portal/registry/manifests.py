"""A provider written without Python: `provider.yaml` or `provider.json`, read into the contract.

`read` is pure: text in, value out. Files are found by `portal.registry.discovery`.
"""

from pathlib import Path

import pydantic

from portal.kernel.errors import DomainError
from portal.registry.contract import Provider
from portal.registry.manifest_faults import faults_of, shown
from portal.registry.manifest_text import MOST_BYTES, Fault, Marked, Unreadable, marked
from portal.registry.words import AS_WRITTEN

__all__ = ["FILES", "Fault", "ManifestDoesNotRead", "read", "read_file"]

FILES = ("provider.yaml", "provider.json")
CONTRACT = 1
MOST_TOLD = 20


class ManifestDoesNotRead(DomainError):
    """`found` holds each fault with its line; the sentence tells the first of them."""

    status = 422
    message = "%(told)s"

    def __init__(self, where: str, found: tuple[Fault, ...]) -> None:
        self.where = where
        self.found = found
        told = [self._told(fault) for fault in found[:MOST_TOLD]]
        if len(found) > MOST_TOLD:
            told.append(f"{where}: {len(found) - MOST_TOLD} more are not told here.")
        super().__init__(told="\n".join(told))

    def _told(self, fault: Fault) -> str:
        place = f"{fault.place}: " if fault.place else ""
        return f"{self.where}, line {fault.line}: {place}{fault.sentence}"


def read(text: str, where: str) -> Provider:
    """The provider that a manifest declares; `where` is the name that its faults are told with."""
    try:
        root = marked(text, as_json=where.endswith(".json"))
    except Unreadable as error:
        raise ManifestDoesNotRead(where, (error.fault,)) from error
    if faults := _before(root):
        raise ManifestDoesNotRead(where, faults)
    given = root.plain()
    given.pop("contract", None)
    try:
        return Provider.model_validate(given, context=AS_WRITTEN)
    except pydantic.ValidationError as error:
        raise ManifestDoesNotRead(where, faults_of(root, error)) from error


def read_file(file: Path, where: str) -> Provider:
    """The same from a file, of which no more is read than may be."""
    with file.open("rb") as opened:
        data = opened.read(MOST_BYTES + 1)
    if len(data) > MOST_BYTES:
        raise ManifestDoesNotRead(where, (Fault(1, "", f"The file has over {MOST_BYTES} bytes."),))
    try:
        return read(data.decode(), where)
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        fault = Fault(line, "", "The file is not UTF-8. Save it with the encoding UTF-8.")
        raise ManifestDoesNotRead(where, (fault,)) from error


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
    if "billing" in parts:
        sentence = (
            "A manifest runs no code, so it cannot answer for bills. Leave billing out, or write "
            "the provider as a package."
        )
        found.append(Fault(parts["billing"].line, "billing", sentence))
    return found
