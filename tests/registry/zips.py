"""Zips that say whatever a test wants them to say."""

import struct
import zlib
from dataclasses import dataclass, field

LOCAL, LISTED = "<4s5H3L2H", "<4s6H3L5H2L"


@dataclass
class Entry:
    """One file; `here` and `listed` change what the local head and the list say of it."""

    name: str | bytes
    content: bytes = b"x"
    method: int = 8
    flags: int = 0x800
    mode: int = 0
    extra: bytes = b""
    behind: bytes = b""
    before: bytes = b""
    here: dict = field(default_factory=dict)
    listed: dict = field(default_factory=dict)


def _packed(entry):
    if entry.method != 8:
        return entry.content
    packing = zlib.compressobj(9, zlib.DEFLATED, -15)
    return packing.compress(entry.content) + packing.flush()


def _name(entry):
    return entry.name if isinstance(entry.name, bytes) else entry.name.encode()


def _said(entry, packed, offset):
    said = {
        "flags": entry.flags,
        "method": entry.method,
        "crc": zlib.crc32(entry.content),
        "packed": len(packed),
        "size": len(entry.content),
        "name": _name(entry),
        "extra": entry.extra,
        "offset": offset,
    }
    return said | entry.here, said | entry.listed


def zip_of(*entries, before=b"", between=b"", behind=b"", comment=b"", **end):
    """The bytes of a zip; `end` changes what its last record says."""
    data, rows = before, b""
    for entry in entries:
        packed = _packed(entry)
        data += entry.before
        here, listed = _said(entry, packed, len(data))
        data += _head(here) + here["name"] + here["extra"] + packed + entry.behind
        rows += _row(listed, entry.mode) + listed["name"] + listed["extra"]
    data += between
    told = {"disk": 0, "first": 0, "here": len(entries), "all": len(entries)}
    told |= {"size": len(rows), "at": len(data)} | end
    last = struct.pack("<4s4H2LH", b"PK\x05\x06", *told.values(), len(comment))
    return data + rows + behind + last + comment


def _head(said):
    numbers = (20, said["flags"], said["method"], 0, 33, said["crc"], said["packed"], said["size"])
    return struct.pack(LOCAL, b"PK\x03\x04", *numbers, len(said["name"]), len(said["extra"]))


def _row(said, mode):
    numbers = (0x0314, 20, said["flags"], said["method"], 0, 33, said["crc"], said["packed"])
    lengths = (len(said["name"]), len(said["extra"]), 0, 0, 0)
    told = (*numbers, said["size"], *lengths, mode << 16, said["offset"])
    return struct.pack(LISTED, b"PK\x01\x02", *told)
