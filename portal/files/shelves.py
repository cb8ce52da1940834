"""Where sealed files lie: one folder outside the web root, names made by us, readable by us alone.

A file appears under its name whole or not at all, and is on the disk before anybody is told.
"""

import errno
import os
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import BinaryIO
from uuid import UUID

from portal.files.domain import FileTooLarge, NoSuchFile, StoreFull
from portal.kernel.settings import current

STEP = 64 * 1024
FULL = {errno.ENOSPC, errno.EDQUOT}
PART = ".part"


@dataclass(frozen=True)
class Lying:
    """A file on the shelves: `id` is None for one that was never finished."""

    path: Path
    id: UUID | None
    since: datetime


def folder() -> Path:
    return current().kernel.var / "files"


def take(stream: BinaryIO, most_bytes: int, target: BinaryIO) -> None:
    """Copy the stream, but never more than the limit. Raises FileTooLarge."""
    taken = 0
    while part := stream.read(STEP):
        taken += len(part)
        if taken > most_bytes:
            raise FileTooLarge(most_bytes)
        target.write(part)
    target.flush()


def put(file_id: UUID, write: Callable[[BinaryIO], None]) -> None:
    """Let `write` fill the file of this id. Raises StoreFull."""
    path = _path(file_id)
    part = path.with_suffix(PART)
    try:
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        with os.fdopen(os.open(part, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
            write(file)
            file.flush()
            os.fsync(file.fileno())
        part.rename(path)
        _settle(path.parent)
    except OSError as error:
        part.unlink(missing_ok=True)
        if error.errno in FULL:
            raise StoreFull from error
        raise


def fetch(file_id: UUID) -> BinaryIO:
    """Raises NoSuchFile."""
    try:
        return _path(file_id).open("rb")
    except FileNotFoundError:
        raise NoSuchFile from None


def remove(file_id: UUID) -> None:
    _path(file_id).unlink(missing_ok=True)


def everything() -> Iterator[Lying]:
    """All that lies there, the unfinished too."""
    for path in folder().glob("??/*"):
        try:
            since = datetime.fromtimestamp(path.stat().st_mtime, UTC)
        except FileNotFoundError:
            continue
        yield Lying(path, None if path.suffix == PART else UUID(path.name), since)


def _path(file_id: UUID) -> Path:
    """The last digits are random, so the folders fill evenly."""
    return folder() / file_id.hex[-2:] / file_id.hex


def _settle(place: Path) -> None:
    """Make the new name itself outlive a power cut."""
    opened = os.open(place, os.O_RDONLY)
    try:
        os.fsync(opened)
    finally:
        os.close(opened)
