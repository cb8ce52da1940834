"""What a file is, told by its content alone: whether it is of a kind we take, and that alone.

Nothing is decoded here; cleaning pictures is images.py's. Naming other files is strangers.py's.
"""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from mmap import mmap

from portal.files import strangers
from portal.kernel.errors import N_

Content = bytes | mmap
Check = tuple[Callable[[Content], bool], str]

TYPES = {
    "pdf": "application/pdf",
    "jpeg": "image/jpeg",
    "png": "image/png",
    "webp": "image/webp",
    "mp3": "audio/mpeg",
}
KINDS = {media: kind for kind, media in TYPES.items()}
NAMES = {"pdf": "PDF", "jpeg": "JPEG", "png": "PNG", "webp": "WebP"}
ENDINGS = {
    "pdf": ("pdf",),
    "jpeg": ("jpg", "jpeg", "jpe", "jfif"),
    "png": ("png",),
    "webp": ("webp",),
    "mp3": ("mp3",),
}
# What a browser may show in a page of ours: pictures and sounds are made anew here.
SHOWN = frozenset(TYPES.values())
PICTURES = frozenset({"jpeg", "png", "webp"})
# Endings under which a computer would run a file, or a browser show it as a page; refused also
# before the last one. Those that stand in ordinary names, such as com, are not among them.
RUNS = frozenset(
    """
    asp aspx bat cgi cmd dll exe hta htm html jar js jse jsp lnk mht mhtml msi php php3 php4 php5
    phtml scr sh shtml svg swf vbe vbs wsf xhtml xht
    """.split()  # noqa: SIM905 - a list of thirty literals says no more
)
HEAD = 4096
MOST_OBJECTS = 200_000

EMPTY = N_("This file is empty.")
DAMAGED = N_("This file is damaged or cut off.")
DISGUISED = N_("This file has a second file hidden in it.")
HIDES_PAGE = N_("This file has a web page or a program hidden in it.")
ACTIVE = N_("This PDF has a program in it.")
CROWDED = N_("This PDF has too many parts.")
OTHERWISE_TAKEN = {
    "pdf": N_("This is a PDF."),
    "jpeg": N_("This is a JPEG picture."),
    "png": N_("This is a PNG picture."),
    "webp": N_("This is a WebP picture."),
}

# Endings of these words are demanded, so that no photo holds one by chance.
_HIDDEN = re.compile(
    rb"<(?:script[\s>/]|html[\s>]|!doctype\s+html|\?php\s|iframe\s)", re.IGNORECASE
)
_PROGRAM = re.compile(rb"/(?:JavaScript|Launch)\b")
_OBJECT = re.compile(rb"\bobj\b")
# The record that ends an archive, with its two disk numbers, which are nought.
_ARCHIVE_END = b"PK\x05\x06\0\0\0\0"
_ARCHIVE_TAIL = 66_000


@dataclass(frozen=True)
class Found:
    """Either the kind of a file that is what it seems, or the sentence that refuses it."""

    kind: str = ""
    refusal: str = ""


def look(content: Content) -> Found:
    """Tell what this is, and whether it is that alone."""
    if not len(content):
        return Found(refusal=EMPTY)
    head = bytes(content[:HEAD])
    kind = next((kind for kind, starts in _STARTS.items() if starts(head)), "")
    if not kind:
        return Found(refusal=strangers.name(content, head, archived=_ends_as_archive(content)))
    refusal = next((said for wrong, said in _CHECKS[kind] if wrong(content)), "")
    return Found(refusal=refusal) if refusal else Found(kind)


def _after_the_end(content: Content) -> bytes:
    return bytes(content[content.rfind(b"%%EOF") + 5 :])


def _ends_as_archive(content: Content) -> bool:
    return content.rfind(_ARCHIVE_END, max(0, len(content) - _ARCHIVE_TAIL)) >= 0


def _is_cut(content: Content) -> bool:
    return content.rfind(b"%%EOF") < 0 or content.rfind(b"startxref") < 0


def _hides_page_outside(content: Content) -> bool:
    """Where a browser would look; text about web pages may well stand inside."""
    return any(map(_HIDDEN.search, (bytes(content[:HEAD]), _after_the_end(content))))


_STARTS: Mapping[str, Callable[[bytes], bool]] = {
    "pdf": lambda head: head.startswith(b"%PDF-"),
    "jpeg": lambda head: head.startswith(b"\xff\xd8\xff"),
    "png": lambda head: head.startswith(b"\x89PNG\r\n\x1a\n"),
    "webp": lambda head: head[:4] == b"RIFF" and head[8:12] == b"WEBP",
}
# Cleaning a picture would drop what is hidden in it, but who hides something is told so.
_PICTURE_CHECKS: tuple[Check, ...] = (
    (lambda content: _HIDDEN.search(content) is not None, HIDES_PAGE),
    (_ends_as_archive, DISGUISED),
)
_PDF_CHECKS: tuple[Check, ...] = (
    (_is_cut, DAMAGED),
    (_hides_page_outside, HIDES_PAGE),
    (lambda content: bool(_after_the_end(content).strip(b"\r\n\t \0")), DISGUISED),
    (_ends_as_archive, DISGUISED),
    (lambda content: _PROGRAM.search(content) is not None, ACTIVE),
    (lambda content: sum(1 for _ in _OBJECT.finditer(content)) > MOST_OBJECTS, CROWDED),
)
_CHECKS: Mapping[str, tuple[Check, ...]] = {
    "pdf": _PDF_CHECKS,
    "jpeg": _PICTURE_CHECKS,
    "png": _PICTURE_CHECKS,
    "webp": _PICTURE_CHECKS,
}
