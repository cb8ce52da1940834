"""What is kept of a file, and why one is refused. No database here, and no disk."""

from collections.abc import Collection
from dataclasses import dataclass
from enum import StrEnum
from typing import Any
from uuid import UUID

from babel.support import LazyProxy

from portal import i18n
from portal.files import kinds, names
from portal.i18n import file_size, gettext, lazy_gettext, number
from portal.kernel.errors import N_, BadInput, DomainError, Gone, NotFound, TooLarge

MOST_BYTES = 10_000_000
MOST_SOUND_BYTES = 20_000_000
MOST_SECONDS = 180
QUOTA = 500 * 1024 * 1024
RUNS = N_("The name of this file ends like that of a program or a web page.")


class State(StrEnum):
    """`GIVEN` files are used as well, and take none of the person's room."""

    USED = "used"
    GIVEN = "given"
    RELEASED = "released"


class NoSuchFile(NotFound):
    message = N_("This file is not here. It may have been removed.")


class FileErased(Gone):
    message = N_("This file was erased and can no longer be read.")


class LinkExpired(Gone):
    message = N_("This link is too old. Ask for a new one.")


class FileRefused(BadInput):
    """`what` is the sentence that names what was sent."""

    status = 422
    message = N_("%(what)s Send a %(wanted)s file.")

    def __init__(self, what: str, accepts: Collection[str]) -> None:
        self.what = what
        super().__init__(what=lazy_gettext(what), wanted=_lazy(listed, tuple(accepts)))


class SoundRefused(BadInput):
    """`what` is the sentence that says what is wrong with what was sent."""

    status = 422
    message = N_("%(what)s Record it again, or send another sound file.")

    def __init__(self, what: str) -> None:
        self.what = what
        super().__init__(what=lazy_gettext(what))


class SoundTooLong(BadInput):
    status = 422
    message = N_("This recording is longer than %(most)s seconds. Record a shorter one.")

    def __init__(self, most_seconds: int) -> None:
        super().__init__(most=_lazy(number, most_seconds))


class WrongEnding(BadInput):
    status = 422
    message = N_(
        "The name ends in .%(ending)s, but this is a %(kind)s. Change the end to .%(fit)s."
    )

    def __init__(self, ending: str, kind: str) -> None:
        super().__init__(ending=ending, kind=kinds.NAMES[kind], fit=kinds.ENDINGS[kind][0])


class FileTooLarge(TooLarge):
    message = N_("This file is larger than %(most)s. Send a smaller one.")

    def __init__(self, most_bytes: int) -> None:
        super().__init__(most=_lazy(file_size, most_bytes))


class NoRoomLeft(TooLarge):
    message = N_(
        "Your files take all the room that one person has. Delete a draft, then try again."
    )


class StoreFull(DomainError):
    status = 507
    message = N_("Files cannot be taken now. Your answers are kept; try again in an hour.")


@dataclass(frozen=True)
class Kept:
    """What others know of a file; `type` is a media type, `sha256` hexadecimal.

    `seconds` is told of a sound when it is kept, and not again: it is part of the answer.
    """

    id: UUID
    name: str
    type: str
    bytes: int
    sha256: str
    seconds: int | None = None


def check_name(name: str, kind: str, accepts: Collection[str]) -> str:
    """The name under which the file is kept. Raises FileRefused, WrongEnding."""
    given = names.endings(name)
    if kinds.RUNS & set(given):
        raise FileRefused(RUNS, accepts)
    fitting = kinds.ENDINGS[kind]
    if given and given[-1] not in fitting and names.seen(name).lower().endswith(f".{given[-1]}"):
        raise WrongEnding(given[-1], kind)
    return names.clean(name, fitting)


def check_sound_name(name: str) -> str:
    """The name under which a sound is kept, whatever kind it was. Raises SoundRefused."""
    given = names.endings(name)
    if kinds.RUNS & set(given):
        raise SoundRefused(RUNS)
    stem = names.seen(name).rpartition(".")[0] if given else names.seen(name)
    return names.clean(f"{stem or 'recording'}.mp3", kinds.ENDINGS["mp3"])


def listed(accepts: Collection[str]) -> str:
    """PDF, JPEG or PNG, in the language spoken now."""
    *most, last = [kinds.NAMES[kind] for kind in kinds.NAMES if kind in accepts]
    return gettext("%(most)s or %(last)s", most=i18n.listed(most), last=last) if most else last


def _lazy(function: Any, *given: Any) -> Any:
    """Said when it is shown, in the language of whoever reads it."""
    return LazyProxy(function, *given, enable_cache=False)
