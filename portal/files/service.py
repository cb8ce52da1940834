"""Keeping files and giving them back. The only module that touches the table of files.

Who may read a file is for the caller to know, who knows what the file belongs to.
"""

import hashlib
from collections.abc import Collection, Iterable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import replace
from datetime import timedelta
from mmap import ACCESS_READ, mmap
from typing import BinaryIO
from uuid import UUID

from flask import Response, request
from sqlalchemy import delete, func, select, update

from portal.files import domain, kinds, links, names, pictures, shelves, speech, streams
from portal.files.domain import (
    FileErased,
    FileRefused,
    Kept,
    NoRoomLeft,
    NoSuchFile,
    SoundRefused,
    SoundTooLong,
    State,
)
from portal.files.models import File
from portal.kernel import clock, keys
from portal.kernel.db import db
from portal.kernel.keys import Erased, subject_key
from portal.kernel.log import log
from portal.kernel.scratch import scratch

HEADERS = {
    "Content-Security-Policy": "sandbox; default-src 'none'",
    "X-Content-Type-Options": "nosniff",
    "Cache-Control": "no-store",
}
# For a file that is shown: alone in a tab, or as a part of a page of ours. Not every reader of
# PDF starts in a sandbox; its type and `nosniff` keep it from being read as a page.
SHOWN = "default-src 'none'; style-src 'unsafe-inline'; frame-ancestors 'none'; form-action 'none'"
VIEWS = {
    "application/pdf": f"{SHOWN}; object-src 'self'",
    "audio/mpeg": f"sandbox; {SHOWN}; media-src 'self'",
}
VIEW = f"sandbox; {SHOWN}; img-src 'self'"
signed_url = links.signed_url
check_link = links.check_link
# A file younger than this may belong to a transaction that is not yet committed.
YOUNG = timedelta(hours=1)
UNUSED = timedelta(hours=24)


def keep(  # noqa: PLR0913 - one for each thing that is asked of a file
    stream: BinaryIO,
    name: str,
    *,
    subject_id: UUID,
    person_id: UUID,
    accepts: Collection[str],
    most_bytes: int = domain.MOST_BYTES,
    counted: bool = True,
) -> Kept:
    """Check, clean, seal and keep a file; `accepts` names kinds: pdf, jpeg, png, webp.

    A file that is not `counted` takes none of the person's room: one that a provider issues.
    Raises FileTooLarge, FileRefused, WrongEnding, NoRoomLeft, StoreFull.
    """
    row = File(subject_id=subject_id, person_id=person_id, state=_state(counted=counted))
    with scratch() as came, scratch() as cleaned:
        shelves.take(stream, most_bytes, came)
        kind = _kind(came, accepts)
        good_name = domain.check_name(name, kind, accepts)
        if kind in kinds.PICTURES:
            _clean(came, cleaned, kind, accepts)
        content = cleaned if kind in kinds.PICTURES else came
        return _store(content, row, good_name, kind)


def copy(file_id: UUID, *, subject_id: UUID, person_id: UUID) -> Kept:
    """A file of its own with the same content, which takes none of the person's room.

    Raises NoSuchFile, FileErased, StoreFull.
    """
    kept = find(file_id)
    row = File(subject_id=subject_id, person_id=person_id, state=State.GIVEN)
    with scratch() as content:
        for part in open_file(file_id):
            content.write(part)
        return _store(content, row, kept.name, kinds.KINDS[kept.type])


def keep_audio(
    stream: BinaryIO,
    name: str,
    *,
    subject_id: UUID,
    person_id: UUID,
    most_seconds: int = domain.MOST_SECONDS,
    most_bytes: int = domain.MOST_SOUND_BYTES,
) -> Kept:
    """Check a sound file, turn it into MP3 with nothing but its sound, seal and keep it.

    Raises FileTooLarge, SoundRefused, SoundTooLong, NoRoomLeft, StoreFull.
    """
    row = File(subject_id=subject_id, person_id=person_id, state=State.USED)
    with scratch() as came, scratch() as made:
        shelves.take(stream, most_bytes, came)
        good_name = domain.check_sound_name(name)
        seconds = _convert(came, made, most_seconds)
        return replace(_store(made, row, good_name, "mp3"), seconds=seconds)


def find(file_id: UUID) -> Kept:
    """Raises NoSuchFile, FileErased."""
    return _told(_row(file_id))


def find_all(file_ids: Iterable[UUID]) -> dict[UUID, Kept]:
    """Those that are there and were not erased, by id."""
    rows = db.session.scalars(select(File).where(File.id.in_(list(file_ids)))).all()
    keys.preload(row.subject_id for row in rows)
    told = {}
    for row in rows:
        with suppress(FileErased):
            told[row.id] = _told(row)
    return told


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


def view_response(file_id: UUID) -> Response:
    """The file, to be shown in a page or a tab: a part of it where a player asks for a part.

    A kind that browsers do not show is sent to be saved. Raises NoSuchFile, FileErased.
    """
    kept = find(file_id)
    if kept.type not in kinds.SHOWN:
        return download_response(file_id)
    policy = {"Content-Security-Policy": VIEWS.get(kept.type, VIEW)}
    response = Response(open_file(file_id), content_type=kept.type, headers=HEADERS | policy)
    response.headers["Content-Disposition"] = names.disposition(kept.name, "inline")
    response.content_length = kept.bytes
    response.make_conditional(request, accept_ranges=True, complete_length=kept.bytes)
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


def _convert(came: BinaryIO, made: BinaryIO, most_seconds: int) -> int:
    """The length of the sound in seconds. Raises SoundRefused, SoundTooLong."""
    with _viewed(came) as content:
        found = speech.look(content)
    if found.refusal:
        raise SoundRefused(found.refusal)
    converted = speech.convert(came, made, found.kind, most_seconds)
    if converted.is_long:
        raise SoundTooLong(most_seconds)
    if converted.refusal:
        raise SoundRefused(converted.refusal)
    return converted.seconds


def _state(*, counted: bool) -> State:
    return State.USED if counted else State.GIVEN


def _store(content: BinaryIO, row: File, name: str, kind: str) -> Kept:
    digest, size = _measure(content)
    if row.state != State.GIVEN:
        _check_room(row.person_id, size)
    key = subject_key(row.subject_id)

    def write(target: BinaryIO) -> None:
        content.seek(0)
        streams.seal(key, _place(row.id), content, target)

    # First the content, then the row: a row never lacks its content.
    shelves.put(row.id, write)
    row.type, row.size, row.name, row.sha256 = kinds.TYPES[kind], size, name, digest
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
    theirs = (File.person_id == person_id) & (File.state != State.GIVEN)
    used = select(func.coalesce(func.sum(File.size), 0)).where(theirs)
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
    """Only what was let go comes back into use; what was given stays so while it is used."""
    at = clock.now() if state is State.RELEASED else None
    others = (State.USED, State.GIVEN) if state is State.RELEASED else (State.RELEASED,)
    these = update(File).where(File.id.in_(list(file_ids)), File.state.in_(others))
    db.session.execute(these.values(state=state, released_at=at))


def _place(file_id: UUID) -> bytes:
    return f"files|content|{file_id}".encode()
