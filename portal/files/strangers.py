"""Names for the files that we never take, so that a refusal says what was sent."""

import re
from mmap import mmap

import puremagic

from portal.kernel.errors import N_

WEB_PAGE = N_("This is a web page.")
SVG = N_("This is a drawing that can hold programs (SVG).")
PROGRAM = N_("This is a program.")
SCRIPT = N_("This is the text of a program.")
ARCHIVE = N_("This is an archive with other files in it.")
MACROS = N_("This is an office file with programs (macros) in it.")
OFFICE = N_("This is an office file.")
MAIL = N_("This is a saved message or page.")
VIDEO = N_("This is a video.")
SOUND = N_("This is a sound recording.")
GIF = N_("This is a GIF picture.")
HEIC = N_("This is a HEIC or AVIF photo.")
PICTURE = N_("This is a picture of another kind.")
FONT = N_("This is a font.")
TEXT = N_("This is plain text.")
UNKNOWN = N_("This is a file of a kind that we cannot read.")

_MARKS = {
    PROGRAM: (
        b"MZ",
        b"\x7fELF",
        b"\xca\xfe\xba\xbe",
        b"\xfe\xed\xfa",
        b"\xcf\xfa\xed\xfe",
        b"\0asm",
        b"FWS",
        b"CWS",
        b"L\0\0\0\x01\x14\x02\0",
        b"%!PS",
    ),
    SCRIPT: (b"#!", b"<?php"),
    GIF: (b"GIF8",),
    ARCHIVE: (
        b"Rar!",
        b"7z\xbc\xaf\x27\x1c",
        b"\x1f\x8b",
        b"BZh",
        b"\xfd7zXZ",
        b"\x28\xb5\x2f\xfd",
        b"MSCF",
        b"!<arch>",
    ),
    OFFICE: (b"\xd0\xcf\x11\xe0", b"{\\rtf"),
    PICTURE: (b"\0\0\x01\0", b"BM", b"II*\0", b"MM\0*", b"8BPS"),
    SOUND: (b"OggS", b"ID3", b"fLaC"),
    VIDEO: (b"\x1aE\xdf\xa3",),
    FONT: (b"wOFF", b"wOF2", b"OTTO"),
}
PHOTOS = {b"heic", b"heix", b"heim", b"hevc", b"mif1", b"msf1", b"avif", b"avis"}
_OFFICE_PARTS = (b"[Content_Types].xml", b"application/vnd.oasis", b"word/", b"xl/", b"ppt/")
# The first that is found names the text.
_WRITTEN = {
    SVG: re.compile(rb"<svg[\s>]", re.IGNORECASE),
    WEB_PAGE: re.compile(
        rb"\A<|<\s*(?:!doctype\s+html|(?:html|head|body|script|iframe)[\s>])", re.IGNORECASE
    ),
    MAIL: re.compile(
        rb"^(?:From|MIME-Version|Content-Type|Return-Path|Received):", re.IGNORECASE | re.MULTILINE
    ),
    SCRIPT: re.compile(rb"<\?php\s|\beval\(|\bfunction\b.*\(|^import |^#include", re.MULTILINE),
}
_BY_TYPE = {"video": VIDEO, "audio": SOUND, "image": PICTURE, "font": FONT, "text": TEXT}


def name(content: bytes | mmap, head: bytes, *, archived: bool) -> str:
    """The sentence for this file; `archived` says that it ends as an archive does."""
    if head.startswith(b"PK") or archived or head[257:262] == b"ustar":
        return _packed(content)
    if head[4:8] == b"ftyp":
        return HEIC if head[8:12] in PHOTOS else VIDEO
    marked = (said for said, marks in _MARKS.items() if head.startswith(marks))
    return next(marked, "") or _written(head) or _by_magic(head)


def _packed(content: bytes | mmap) -> str:
    """Office files are archives: the names of their parts stand in the clear."""
    if content.find(b"vbaProject") >= 0:
        return MACROS
    return OFFICE if any(content.find(part) >= 0 for part in _OFFICE_PARTS) else ARCHIVE


def _written(head: bytes) -> str:
    """What a text is: a page, a drawing, a program, or only text. Empty when it is no text."""
    wide = head.startswith((b"\xff\xfe", b"\xfe\xff"))
    text = head[2:].replace(b"\0", b"") if wide else head.removeprefix(b"\xef\xbb\xbf")
    text = text.lstrip()
    found = next((said for said, pattern in _WRITTEN.items() if pattern.search(text)), "")
    return found or (TEXT if _is_text(text) else "")


def _is_text(text: bytes) -> bool:
    # A letter may be cut where the head ends.
    return b"\0" not in text and "\ufffd" not in text[:-4].decode(errors="replace")


def _by_magic(head: bytes) -> str:
    try:
        kind = puremagic.from_string(head, mime=True)
    except (puremagic.PureError, ValueError):
        return UNKNOWN
    return _BY_TYPE.get(kind.partition("/")[0], UNKNOWN)
