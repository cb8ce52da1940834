"""The code on the slip of an application, and what past decisions say of the next. No tables."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from portal.kernel.ids import ALPHABET, LOOKALIKES
from portal.registry import domain as declared
from portal.registry.contract import Calendar, Holiday

LENGTH = 8
# Fewer decisions say nothing about the next one.
LEAST, NEWEST = 20, 200


@dataclass(frozen=True)
class Forecast:
    """In how many days the newest decisions came: half of them, nine of ten; of how many."""

    half: int
    most: int
    decided: int


@dataclass(frozen=True)
class Promised:
    """What a due day is made of: working days of the promise, and the feasts on the way."""

    days: int
    holidays: tuple[Holiday, ...]


def code(key: bytes) -> str:
    """Eight letters and digits of a keyed hash, as people read them: 7K3M-9QXA."""
    number = int.from_bytes(key[:5])
    letters = "".join(ALPHABET[number >> 5 * place & 31] for place in range(LENGTH))
    return f"{letters[:4]}-{letters[4:]}"


def read(text: str) -> str:
    """The code that was meant, however it was typed."""
    letters = text.strip().upper().translate(LOOKALIKES)[: LENGTH + 1]
    return f"{letters[:4]}-{letters[4:]}"


def forecast(days: Sequence[int]) -> Forecast | None:
    """None while there are too few decisions to tell."""
    if len(days) < LEAST:
        return None
    inside = sorted(max(one, 1) for one in days)
    last = len(inside) - 1
    return Forecast(inside[last // 2], inside[last * 9 // 10], len(inside))


def promised(calendar: Calendar, promise: int, begun: date, due: date) -> Promised:
    """The feasts between the day it was sent and the due day that would else have been worked."""
    plain = calendar.model_copy(update={"holidays": ()})
    between = (one for one in calendar.holidays if begun < one.date <= due)
    return Promised(promise, tuple(one for one in between if declared.is_working(plain, one.date)))
