"""The name of a file, as a person gave it: made harmless to keep, to show and to send."""

import re
import unicodedata
from collections.abc import Collection
from urllib.parse import quote

from anyascii import anyascii

MOST_CHARACTERS = 100
# Signs that turn the direction of text or cannot be seen: with them a name lies about its ending.
_UNSEEN = {"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"}
# Joiners shape letters in our scripts, so they stay.
_JOINERS = {"\u200c", "\u200d"}
_UNSAFE = re.compile(r'[<>:"|?*%;]+')
_ENDING = re.compile(r"(?=.*[a-z])[a-z0-9]{1,6}")


def seen(name: str) -> str:
    """The last part of a path, as it is seen on a screen."""
    last = re.split(r"[/\\]", name)[-1]
    kept = (
        letter
        for letter in unicodedata.normalize("NFC", last)
        if letter in _JOINERS or unicodedata.category(letter) not in _UNSEEN
    )
    return " ".join("".join(kept).split())


def endings(name: str) -> list[str]:
    """All endings in small letters: `a.php.JPG` has php and jpg, `Dr. Rao, 3.2.2024` has none."""
    parts = (part.strip().lower() for part in seen(name).split(".")[1:])
    return [part for part in parts if _ENDING.fullmatch(part)]


def clean(name: str, fitting: Collection[str]) -> str:
    """The name without folders, unseen signs and tricks, ending as its content demands."""
    visible = seen(name)
    stem, dot, last = visible.rpartition(".")
    fits = bool(dot) and last.lower() in fitting
    ending = last.lower() if fits else next(iter(fitting))
    stem = stem if fits else visible
    stem = _UNSAFE.sub("_", stem).strip(" .")[: MOST_CHARACTERS - len(ending) - 1].strip(" .")
    return f"{stem or 'document'}.{ending}"


def disposition(name: str, how: str = "attachment") -> str:
    """The value of Content-Disposition (RFC 6266); `how` is attachment or inline."""
    plain = re.sub(r"[^A-Za-z0-9 ._()-]", "_", anyascii(name)) or "document"
    return f"{how}; filename=\"{plain}\"; filename*=UTF-8''{quote(name, safe='')}"
