"""Keeping files and giving them back. The only module that touches the table of files.

Who may read a file is for the caller to know, who knows what the file belongs to.
"""

import hashlib
from collections.abc import Collection, Iterable, Iterator
from contextlib import contextmanager
from datetime import timedelta
from mmap import ACCESS_READ, mmap
from typing import BinaryIO
from uuid import UUID

from flask import Response
from sqlalchemy import delete, func, select, update

from portal.files import domain, kinds, links, names, pictures, shelves, streams
from portal.files.domain import FileErased, FileRefused, Kept, NoRoomLeft, NoSuchFile, State
from portal.files.models import File
from portal.kernel import clock
from portal.kernel.db import db
from portal.kernel.ids import uuid7
from portal.kernel.keys import Erased, subject_key
from portal.kernel.log import log
from portal.kernel.scratch import scratch

HEADERS = {
    "Content-Security-Policy": "sandbox; default-src 'none'",
    "X-Content-Type-Options": "nosniff",
    "Cache-Control": "no-store",
}
signed_url = links.signed_url
check_link = links.check_link
# A file younger than this may belong to a transaction that is not yet committed.
YOUNG = timedelta(hours=1)
UNUSED = timedelta(hours=24)


def keep(
    stream: BinaryIO,
    name: str,
    *,
    subject_id: UUID,
    person_id: UUID,
    accepts: Collection[str],
    most_bytes: int = domain.MOST_BYTES,
) -> Kept:
    """Check, clean, seal and keep a file; `accepts` names kinds: pdf, jpeg, png, webp.

    Raises FileTooLarge, FileRefused, WrongEnding, NoRoomLeft, StoreFull.
    """
    with scratch() as came, scratch() as cleaned:
        shelves.take(stream, most_bytes, came)
        kind = _kind(came, accepts)
        good_name = domain.check_name(name, kind, accepts)
        if kind in kinds.PICTURES:
            _clean(came, cleaned, kind, accepts)
        content = cleaned if kind in kinds.PICTURES else came
        return _store(content, good_name, kind, subject_id, person_id)


def find(file_id: UUID) -> Kept:
    """Raises NoSuchFile, FileErased."""
    return _told(_row(file_id))


def open_file(file_id: UUID) -> streams.Opening:
    """The plain content in chunks; close it. Raises NoSuchFile, FileErased, CannotOpen."""
    row = _row(file_id)
    with _unless_erased():
        key = subject_key(row.subject_id)
    return streams.Opening(key, _place(file_id), shelves.fetch(file_id))


def download_response(file_id: UUID) -> Response:
    """The file, to be saved and never shown as a page of ours. Raises NoSuchFile, FileErased."""
    kept = find(file_id)
    response = Response(open_file(file_id), content_type=kept.type, headers=HEADERS)
    response.headers["Content-Disposition"] = names.disposition(kept.name)
    response.content_length = kept.bytes
    return response


def subject_of(file_id: UUID) -> UUID:
    """Whose data the file holds. Raises NoSuchFile."""
    return _row(file_id).subject_id


def release(file_ids: Iterable[UUID]) -> None:
    """Say that these are no longer needed: unless used again, they are removed a day later."""
    _mark(file_ids, State.RELEASED)


def use(file_ids: Iterable[UUID]) -> None:
    """Say that these are needed after all."""
    _mark(file_ids, State.USED)


def discard(file_id: UUID) -> None:
    """Remove the row now; the sealed content goes with the next sweep."""
    db.session.execute(delete(File).where(File.id == file_id))


def sweep() -> None:
    """Make shelves and rows agree, and remove what nobody has needed for a day."""
    now = clock.now()
    rows = set(db.session.scalars(select(File.id)))
    lying = list(shelves.everything())
    for file in lying:
        if file.id not in rows and now - file.since > YOUNG:
            file.path.unlink(missing_ok=True)
    lost = rows - {file.id for file in lying}
    if lost:
        log.error("files without content", count=len(lost), first=str(min(lost)))
    old = (File.state == State.RELEASED) & (File.released_at < now - UNUSED)
    db.session.execute(delete(File).where(old))


def _kind(came: BinaryIO, accepts: Collection[str]) -> str:
    """What came, when it is taken here. Raises FileRefused."""
    with _viewed(came) as content:
        found = kinds.look(content)
    if found.refusal or found.kind not in accepts:
        raise FileRefused(found.refusal or kinds.OTHERWISE_TAKEN[found.kind], accepts)
    return found.kind


@contextmanager
def _viewed(file: BinaryIO) -> Iterator[bytes | mmap]:
    """The content as a buffer, without a copy; an empty file cannot be mapped."""
    if not file.tell():
        yield b""
        return
    with mmap(file.fileno(), 0, access=ACCESS_READ) as content:
        yield content


def _clean(came: BinaryIO, cleaned: BinaryIO, kind: str, accepts: Collection[str]) -> None:
    refusal = pictures.clean(came, cleaned, kind)
    if refusal:
        raise FileRefused(refusal, accepts)


def _store(content: BinaryIO, name: str, kind: str, subject_id: UUID, person_id: UUID) -> Kept:
    digest, size = _measure(content)
    _check_room(person_id, size)
    file_id, key = uuid7(), subject_key(subject_id)

    def write(target: BinaryIO) -> None:
        content.seek(0)
        streams.seal(key, _place(file_id), content, target)

    # First the content, then the row: a row never lacks its content.
    shelves.put(file_id, write)
    row = File(subject_id=subject_id, id=file_id, person_id=person_id, type=kinds.TYPES[kind])
    row.size, row.name, row.sha256 = size, name, digest
    db.session.add(row)
    db.session.flush()
    return _told(row)


def _measure(content: BinaryIO) -> tuple[str, int]:
    digest = hashlib.sha256()
    content.seek(0)
    while part := content.read(streams.CHUNK):
        digest.update(part)
    return digest.hexdigest(), content.tell()


def _check_room(person_id: UUID, size: int) -> None:
    used = select(func.coalesce(func.sum(File.size), 0)).where(File.person_id == person_id)
    if (db.session.scalar(used) or 0) + size > domain.QUOTA:
        raise NoRoomLeft


def _row(file_id: UUID) -> File:
    row = db.session.get(File, file_id)
    if row is None:
        raise NoSuchFile
    return row


def _told(row: File) -> Kept:
    with _unless_erased():
        return Kept(row.id, row.name, row.type, row.size, row.sha256)


@contextmanager
def _unless_erased() -> Iterator[None]:
    try:
        yield
    except Erased:
        raise FileErased from None


def _mark(file_ids: Iterable[UUID], state: State) -> None:
    at = clock.now() if state is State.RELEASED else None
    these = update(File).where(File.id.in_(list(file_ids)), File.state != state)
    db.session.execute(these.values(state=state, released_at=at))


def _place(file_id: UUID) -> bytes:
    return f"files|content|{file_id}".encode()
