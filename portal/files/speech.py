"""Telling what a sound file is, having it converted, and saying how it went."""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import BinaryIO

from portal.files import kinds, sounds, strangers, workshop
from portal.kernel.errors import N_
from portal.kernel.scratch import scratch

NO_SOUND = N_("There is no sound in this file.")
TOO_SLOW = N_("This recording takes too long to be read.")
LONGEST_WORD = 40
_OGG_HEAD = 27
_OGG_PAGE = b"OggS"


@dataclass(frozen=True)
class Converted:
    """Either how long the sound is, or why it is refused; `is_long` says that it is too long."""

    seconds: int = 0
    refusal: str = ""
    is_long: bool = False


def look(content: kinds.Content) -> kinds.Found:
    """What FFmpeg calls this kind of file; it is not left to guess, for it knows playlists too."""
    if not len(content):
        return kinds.Found(refusal=kinds.EMPTY)
    head = bytes(content[: kinds.HEAD])
    kind = next((kind for kind, starts in _STARTS.items() if starts(head)), "")
    if not kind:
        found = kinds.look(content)
        return kinds.Found(refusal=found.refusal or kinds.OTHERWISE_TAKEN[found.kind])
    if kind == "ogg" and _is_cut(content):
        return kinds.Found(refusal=kinds.DAMAGED)
    return kinds.Found(kind)


def convert(source: BinaryIO, target: BinaryIO, kind: str, most_seconds: int) -> Converted:
    """Write the sound of `source` as MP3, and nothing else of it, to `target`: real files both."""
    with scratch() as told:
        status = workshop.run(sounds, (kind, str(most_seconds)), source, target, told)
        if status is None:
            return Converted(refusal=TOO_SLOW)
        told.seek(0)
        return _outcome(status, told.read(LONGEST_WORD))


def _outcome(status: int, word: bytes) -> Converted:
    if status == sounds.TOO_LONG:
        return Converted(is_long=True)
    if status == sounds.NO_SOUND:
        return Converted(refusal=NO_SOUND)
    if status or not re.fullmatch(rb"[0-9]+\.[0-9]{3}", word):
        return Converted(refusal=kinds.DAMAGED)
    return Converted(seconds=max(1, round(float(word))))


def _is_mp3(head: bytes) -> bool:
    return head.startswith(b"ID3") or (_syncs(head) and head[1] & 0x06 != 0)


def _syncs(head: bytes) -> bool:
    """Eleven bits that begin a frame; then version and rate must not be the reserved ones."""
    if len(head) < 4 or head[0] != 0xFF or head[1] & 0xE0 != 0xE0:
        return False
    return head[1] & 0x18 != 0x08 and head[2] & 0xF0 != 0xF0 and head[2] & 0x0C != 0x0C


def _is_aac(head: bytes) -> bool:
    return len(head) > 7 and head[0] == 0xFF and head[1] & 0xF6 == 0xF0


def _is_mov(head: bytes) -> bool:
    return head[4:8] == b"ftyp" and head[8:12] not in strangers.PHOTOS


def _is_cut(content: kinds.Content) -> bool:
    """Whether the last page of an Ogg file is not there to its end."""
    last = content.rfind(_OGG_PAGE)
    head = bytes(content[last : last + _OGG_HEAD + 255])
    if len(head) < _OGG_HEAD or len(head) < _OGG_HEAD + head[26]:
        return True
    lengths = head[_OGG_HEAD : _OGG_HEAD + head[26]]
    return last + _OGG_HEAD + head[26] + sum(lengths) > len(content)


_STARTS: Mapping[str, Callable[[bytes], bool]] = {
    "wav": lambda head: head[:4] == b"RIFF" and head[8:12] == b"WAVE",
    "ogg": lambda head: head.startswith(_OGG_PAGE),
    "matroska": lambda head: head.startswith(b"\x1aE\xdf\xa3"),
    "mov": _is_mov,
    "amr": lambda head: head.startswith(b"#!AMR"),
    "flac": lambda head: head.startswith(b"fLaC"),
    "aac": _is_aac,
    "mp3": _is_mp3,
}
