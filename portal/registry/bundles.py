"""A provider in one file: a zip with a manifest, its words in other languages, and an icon.

It is read in memory and never unpacked. Whatever a zip can say beyond “these few files” is
refused, each with a sentence: no name leads anywhere, nothing is larger than it says.
"""

import base64
import binascii
import hashlib
import re
import stat
import struct
import unicodedata
import zipfile
import zlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from io import BytesIO
from typing import NamedTuple

from babel.messages.pofile import PoFileError, read_po
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

from portal.registry.manifest_text import MOST_BYTES, Fault
from portal.registry.manifests import FILES, ManifestDoesNotRead, decoded
from portal.registry.words import LANGUAGES, Words, replace_words

MOST_PACKED = 1_000_000
MOST_UNPACKED = 2_000_000
MOST_ENTRIES = 20
MOST_RATIO = 100
MOST_ICON = 200_000
# What packs so well is small in any case.
RATIO_COUNTS_FROM = 10_000
MOST_MESSAGES = 2000
SIGNATURE, ICON = "signature", "icon.png"
SIGNED_AS = "sanjha bundle 1"
CATALOGUE = "translations/{code}/LC_MESSAGES/messages.po"
CATALOGUES = {CATALOGUE.format(code=code): code for code in LANGUAGES if code != "en"}
LARGEST = {
    **dict.fromkeys([*FILES, *CATALOGUES, "README.md"], MOST_BYTES),
    ICON: MOST_ICON,
    SIGNATURE: 200,
}
FOLDERS = {name[: at + 1] for name in CATALOGUES for at, c in enumerate(name) if c == "/"}
METHODS = {zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED}
ARCHIVES = (".zip", ".jar", ".gz", ".bz2", ".xz", ".7z", ".rar", ".tar", ".tgz", ".zst")
PACKED = (b"PK\x03\x04", b"PK\x05\x06", b"\x1f\x8b", b"BZh", b"\xfd7zXZ", b"7z\xbc\xaf", b"Rar!")
PNG = b"\x89PNG\r\n\x1a\n"
# How a PNG begins: its sign, the name of its first part, width and height.
HEAD = struct.Struct(">8s8s2L")
SIDES = range(64, 513)
DRIVE = re.compile(r"[A-Za-z]:")
# Of the end of a zip, and of what stands before each file.
END, END_SIZE = b"PK\x05\x06", 22
LOCATOR64 = b"PK\x06\x07"
LOCAL = struct.Struct("<4s5H3L2H")
BEGINS = b"PK\x03\x04"
ENCRYPTED, LATER, UTF8 = 0x1 | 0x40 | 0x2000, 0x8, 0x800
# Sizes of large archives, and names beside the name.
STRANGE_EXTRAS = {0x0001, 0x7075}


@dataclass(frozen=True)
class Bundle:
    """What a zip holds; `texts` are the words by language and English text."""

    files: Mapping[str, bytes]
    manifest: str
    texts: Mapping[str, Mapping[str, str]] = field(default_factory=dict)

    @property
    def text(self) -> str:
        return decoded(self.files[self.manifest], self.manifest)

    def said(self, words: Words) -> Words:
        """What the manifest says stands; the catalogues fill what it leaves out."""
        english = words.texts["en"]
        more = {code: told[english] for code, told in self.texts.items() if told.get(english)}
        return Words(texts=more | words.texts)

    def filled(self, value: object) -> object:
        return replace_words(value, self.said) if self.texts else value


class _Stop(Exception):
    """Nothing more can be said of this zip."""

    def __init__(self, sentence: str, place: str = "") -> None:
        super().__init__(sentence)
        self.fault = Fault(0, place, sentence)


class _End(NamedTuple):
    """Where the list of files stands, and how many it lists."""

    entries: int
    at: int


class _Head(NamedTuple):
    """What stands before a file."""

    begins: bytes
    needs: int
    flags: int
    method: int
    time: int
    day: int
    crc: int
    packed: int
    size: int
    name: int
    extra: int


def opened(data: bytes, where: str = "bundle.zip") -> Bundle:
    """Raises ManifestDoesNotRead, whose faults name the files of the bundle."""
    try:
        files = _files(data)
    except _Stop as error:
        raise ManifestDoesNotRead(where, (error.fault,)) from error
    manifests = [name for name in FILES if name in files]
    if len(manifests) != 1:
        sentence = "A bundle holds provider.yaml or provider.json, one of them, at its top."
        raise ManifestDoesNotRead(where, (Fault(0, "", sentence),))
    if faults := tuple(_of_contents(files)):
        raise ManifestDoesNotRead(where, faults)
    texts = {CATALOGUES[name]: _texts(files[name], name) for name in CATALOGUES if name in files}
    return Bundle(files, manifests[0], texts)


# --- The signature ------------------------------------------------------------------------------


def signed_text(files: Mapping[str, bytes]) -> bytes:
    """What the publisher signs: every file but the signature itself, by name and SHA-256."""
    lines = (
        f"{hashlib.sha256(files[name]).hexdigest()} {name}"
        for name in sorted(files)
        if name != SIGNATURE
    )
    return "\n".join((SIGNED_AS, *lines, "")).encode()


def is_signed_by(bundle: Bundle, public_key: bytes) -> bool:
    """Whether `signature` holds the Ed25519 signature of this key, in base 64."""
    try:
        signature = base64.b64decode(bundle.files.get(SIGNATURE, b"").strip(), validate=True)
        Ed25519PublicKey.from_public_bytes(public_key).verify(signature, signed_text(bundle.files))
    except (InvalidSignature, binascii.Error, ValueError):
        return False
    return True


# --- The zip ------------------------------------------------------------------------------------


def _files(data: bytes) -> dict[str, bytes]:
    if len(data) > MOST_PACKED:
        raise _Stop(f"The bundle has {len(data)} bytes, and {MOST_PACKED} is the most.")
    end = _end(data)
    try:
        with zipfile.ZipFile(BytesIO(data)) as archive:
            entries = archive.infolist()
    except (zipfile.BadZipFile, struct.error, EOFError) as error:
        raise _Stop("The zip is damaged. Make it anew.") from error
    except (NotImplementedError, RuntimeError, ValueError, OSError) as error:
        raise _Stop("The zip is of a strange kind. Make it anew with plain settings.") from error
    _judge(entries, end)
    begins = _begins(entries, end, data)
    return {
        one.filename: _content(one, data[at : at + one.compress_size])
        for one, at in zip(entries, begins, strict=True)
        if not one.is_dir()
    }


def _end(data: bytes) -> _End:
    """The last record, which must be plain: no comment, nothing before or behind the zip."""
    if not data.startswith(BEGINS):
        raise _Stop("A bundle is a zip file, and begins with its first file.")
    at = len(data) - END_SIZE
    if at < 0 or data[at : at + 4] != END:
        raise _Stop("The zip does not end where it says, or has a comment. Make it anew.")
    _, disk, first, here, entries, size, start, _ = struct.unpack("<4s4H2LH", data[at:])
    if data[max(at - 20, 0) :].startswith(LOCATOR64) or 0xFFFF in (here, entries):
        raise _Stop("The zip is of the kind for large archives (zip64). A bundle is small.")
    if (disk, first, here) != (0, 0, entries) or start + size != at:
        raise _Stop("The zip's list of files does not stand where it says. Make it anew.")
    if not 0 < entries <= MOST_ENTRIES:
        raise _Stop(f"The zip lists {entries} files, and {MOST_ENTRIES} is the most.")
    return _End(entries, start)


def _judge(entries: list[zipfile.ZipInfo], end: _End) -> None:
    """Each file by what the zip says of it, before anything is unpacked."""
    if len(entries) != end.entries:
        raise _Stop("The zip says another number of files than it lists. Make it anew.")
    if total := _beyond(entries):
        raise _Stop(f"Unpacked it has {total} bytes, and {MOST_UNPACKED} is the most.")
    seen: dict[str, str] = {}
    for one in entries:
        name = one.orig_filename
        for fault_of in (_fault_of_name, _fault_of_kind, _fault_of_size):
            if fault := fault_of(one):
                raise _Stop(fault, _shown(name))
        if twin := seen.get(_alike(name)):
            raise _Stop(f"To some machines it is the same as {twin}. Keep one.", _shown(name))
        seen[_alike(name)] = _shown(name)
        if fault := _fault_of_place(name):
            raise _Stop(fault, _shown(name))


def _beyond(entries: list[zipfile.ZipInfo]) -> int:
    total = sum(one.file_size for one in entries)
    return total if total > MOST_UNPACKED else 0


def _fault_of_name(one: zipfile.ZipInfo) -> str:
    name = one.orig_filename
    if not name or any(unicodedata.category(letter).startswith("C") for letter in name):
        return "A name is empty, or holds a character that cannot be seen. Rename the file."
    if "\\" in name:
        return "A name holds “\\”. Write folders with “/”."
    if name.startswith(("/", "~")) or DRIVE.match(name):
        return "A name begins at the top of a disk. Names begin inside the bundle."
    if any(part in ("", ".", "..") for part in name.removesuffix("/").split("/")):
        return "A name leads out of the bundle or in a circle (“..”, “.” or “//”)."
    if name.lower().endswith(ARCHIVES):
        return "An archive stands in the bundle. Put its files there instead."
    return ""


def _fault_of_kind(one: zipfile.ZipInfo) -> str:
    kind = stat.S_IFMT(one.external_attr >> 16)
    if kind not in (0, stat.S_IFREG, stat.S_IFDIR) or (kind == stat.S_IFDIR) > one.is_dir():
        return "This is a link, a device or a pipe. A bundle holds plain files."
    if one.flag_bits & ENCRYPTED:
        return "This is encrypted. A bundle is read by the portal, and holds no secrets."
    if one.compress_type not in METHODS:
        return "This is packed in a way that is not read here. Use the usual one (deflate)."
    if not STRANGE_EXTRAS.isdisjoint(_extras(one.extra)):
        return "This has a second name or size that only some programs read. Make the zip anew."
    if one.is_dir() and one.file_size:
        return "This is named like a folder, and holds something. Rename it."
    return ""


def _fault_of_size(one: zipfile.ZipInfo) -> str:
    most = LARGEST.get(one.filename, MOST_BYTES)
    if one.file_size > most:
        return f"It has {one.file_size} bytes, and {most} is the most."
    if one.file_size > max(one.compress_size * MOST_RATIO, RATIO_COUNTS_FROM):
        return f"It is packed more than {MOST_RATIO} times smaller than it is. Nothing real is."
    return ""


def _fault_of_place(name: str) -> str:
    if name in LARGEST or name in FOLDERS:
        return ""
    return (
        "This has no place in a bundle. It holds provider.yaml or provider.json, icon.png, "
        "README.md, signature, and translations/pa/LC_MESSAGES/messages.po and such."
    )


def _alike(name: str) -> str:
    return unicodedata.normalize("NFKC", unicodedata.normalize("NFKC", name).casefold())


def _extras(extra: bytes) -> Iterator[int]:
    at = 0
    while at + 4 <= len(extra):
        kind, size = struct.unpack_from("<HH", extra, at)
        yield kind
        at += 4 + size


def _begins(entries: list[zipfile.ZipInfo], end: _End, data: bytes) -> list[int]:
    """Where the content of each begins: one behind the other, with nothing between them."""
    found, at = {}, 0
    for one in sorted(entries, key=lambda one: one.header_offset):
        if one.header_offset != at or at + LOCAL.size > end.at:
            raise _Stop("Something hides before this file, or two share a place.", one.filename)
        head = _Head(*LOCAL.unpack_from(data, at))
        name_at = at + LOCAL.size
        _says_the_same(head, data[name_at : name_at + head.name], one)
        found[one.header_offset] = name_at + head.name + head.extra
        at = found[one.header_offset] + one.compress_size
        at += _described(data, at) if head.flags & LATER else 0
    if at != end.at:
        raise _Stop("Something hides behind the last file. Make the zip anew.")
    return [found[one.header_offset] for one in entries]


def _says_the_same(head: _Head, name: bytes, one: zipfile.ZipInfo) -> None:
    listed = one.orig_filename.encode("utf-8" if one.flag_bits & UTF8 else "cp437")
    told = (head.begins, head.flags, head.method, name)
    sizes = (head.crc, head.packed, head.size)
    known_later = head.flags & LATER and sizes == (0, 0, 0)
    if told != (BEGINS, one.flag_bits, one.compress_type, listed) or not (
        known_later or sizes == (one.CRC, one.compress_size, one.file_size)
    ):
        raise _Stop("The file's own head says another thing than the list.", _shown(one.filename))


def _described(data: bytes, at: int) -> int:
    """How long what some programs write behind a file is."""
    return 16 if data[at : at + 4] == b"PK\x07\x08" else 12


def _content(one: zipfile.ZipInfo, packed: bytes) -> bytes:
    """No more than it says, and no less, is unpacked."""
    content, is_whole = packed, True
    if one.compress_type == zipfile.ZIP_DEFLATED:
        unpacking = zlib.decompressobj(-zlib.MAX_WBITS)
        try:
            content = unpacking.decompress(packed, one.file_size + 1)
        except zlib.error as error:
            raise _Stop("It is damaged. Make the zip anew.", _shown(one.filename)) from error
        is_whole = unpacking.eof and not unpacking.unused_data
    if not is_whole or len(content) != one.file_size or zlib.crc32(content) != one.CRC:
        raise _Stop("It is not what the zip says. Make the zip anew.", _shown(one.filename))
    return content


def _shown(name: str) -> str:
    seen = "".join(
        c if unicodedata.category(c)[0] != "C" else "\N{REPLACEMENT CHARACTER}" for c in name
    )
    return seen[:100]


# --- What stands in the files -------------------------------------------------------------------


def _of_contents(files: Mapping[str, bytes]) -> Iterator[Fault]:
    for name, content in files.items():
        if content.startswith(PACKED):
            yield Fault(0, name, "This is an archive by another name. Put its files there instead.")
    if ICON in files and (fault := _fault_of_icon(files[ICON])):
        yield Fault(0, ICON, fault)


def _fault_of_icon(content: bytes) -> str:
    """By its head alone: whoever takes the bundle in draws the picture anew."""
    if not content.startswith(PNG) or len(content) < HEAD.size:
        return "This is no picture of the kind PNG."
    _, _, width, height = HEAD.unpack_from(content)
    if width != height or width not in SIDES:
        return (
            f"An icon is as wide as it is high, {SIDES[0]} to {SIDES[-1]} points. This has "
            f"{width} × {height}."
        )
    return ""


def _texts(data: bytes, name: str) -> dict[str, str]:
    """What a catalogue translates; guesses (fuzzy) do not count."""
    lines = decoded(data, name).splitlines(keepends=True)
    starts = sum(line.startswith("msgid") for line in lines)
    if starts > MOST_MESSAGES:
        sentence = f"The catalogue has {starts} texts, and {MOST_MESSAGES} is the most."
        raise ManifestDoesNotRead(name, (Fault(1, "", sentence),))
    try:
        catalogue = read_po(lines, abort_invalid=True)
    except PoFileError as error:
        line = (error.lineno or 0) + 1
        raise ManifestDoesNotRead(
            name, (Fault(line, "", "This is no line of a catalogue."),)
        ) from error
    except Exception as error:  # whatever a hostile head makes Babel raise
        sentence = "The catalogue cannot be read. Make its head anew with msginit or Babel."
        raise ManifestDoesNotRead(name, (Fault(1, "", sentence),)) from error
    return {
        message.id: message.string
        for message in catalogue
        if isinstance(message.id, str)
        and isinstance(message.string, str)
        and message.id
        and message.string.strip()
        and not message.fuzzy
    }
