"""Addresses and places, with the area chosen list by list."""

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from decimal import Decimal
from itertools import islice
from typing import Any

from wtforms import ValidationError

from portal.i18n import gettext
from portal.web.fields.base import Question, latin_digits, sent, tidy


@dataclass(frozen=True)
class Level:
    """One list of an area cascade: its label, its options as code and words, and the chosen one."""

    kind: str
    label: Any
    options: Sequence[tuple[str, Any]]
    chosen: str | None


Levels = Callable[[str | None], Sequence[Level]]
# No cascade is deeper; more was not sent by our page.
DEEPEST = 8
# Six places are a tenth of a metre.
PLACES = 6
FARTHEST = {"latitude": 90, "longitude": 180}
# A device that knows its place worse than this does not know it.
VAGUEST = 100_000


def deepest(levels: Levels, codes: Sequence[Any]) -> str | None:
    """The last choice that still fits the one above it: a changed district drops its tehsil."""
    area: str | None = None
    for code in islice((one for one in codes if isinstance(one, str)), DEEPEST):
        lists = levels(area)
        if not lists or code not in {option for option, _ in lists[-1].options}:
            break
        area = code
    return area


def is_whole(area: str | None, lists: Sequence[Level]) -> bool:
    """Whether the choice reaches down to a town or village."""
    return area is not None and not (lists and lists[-1].chosen is None)


def part_of(lists: Sequence[Level], wrong: str) -> str:
    """The end of the id of the part that is wrong: for the area, its last list."""
    if wrong != "area":
        return wrong
    return lists[-1].kind if lists else "line"


class AddressField(Question):
    """A line, an area by a cascade of lists, a postal code.

    `levels` gives the lists that lead to an area, the next one to choose from included; it is
    given by the caller, because this room knows no areas.
    """

    macro = "address"

    def __init__(self, label: Any = None, *, levels: Levels, **more: Any) -> None:
        super().__init__(label, **more)
        self.levels_of = levels
        self.line = self.postal_code = ""
        self.area: str | None = None
        self.wrong = "line"

    @property
    def first_id(self) -> str:
        """The part that is wrong: for the area, its last list."""
        return f"{self.id}-{part_of(self.levels, self.wrong)}"

    @property
    def levels(self) -> Sequence[Level]:
        return self.levels_of(self.area)

    def read(self, formdata: Any) -> None:
        self.line = tidy(sent(formdata, f"{self.name}-line"), lines=False)[:200]
        code = sent(formdata, f"{self.name}-postal_code")
        self.postal_code = latin_digits(tidy(code, lines=False))[:10]
        self.area = deepest(self.levels_of, formdata.getlist(f"{self.name}-area"))

    def set_answer(self, value: Any) -> None:
        self.typed = value
        self.line, self.area = value.get("line", ""), value.get("area")
        self.postal_code = value.get("postal_code") or ""

    def is_empty(self) -> bool:
        return not (self.line or self.postal_code)

    def missing(self) -> str:
        return gettext("Enter the address.")

    def parse(self) -> dict[str, str | None]:
        if not self.line:
            raise ValidationError(gettext("Enter the house and street."))
        if not is_whole(self.area, self.levels):
            self.wrong = "area"
            raise ValidationError(gettext("Choose the place down to the town or village."))
        if self.postal_code and not re.fullmatch(r"[1-9]\d{4,5}", self.postal_code):
            self.wrong = "postal_code"
            raise ValidationError(gettext("Enter the postal code with its digits, like 141001."))
        return {"line": self.line, "area": self.area, "postal_code": self.postal_code or None}


class LocationField(Question):
    """A place: where the device is, or a position that is typed, or an area; and words for it.

    `levels` gives the lists that lead to an area, as for an address.
    """

    macro = "location"

    def __init__(self, label: Any = None, *, levels: Levels, **more: Any) -> None:
        super().__init__(label, **more)
        self.levels_of = levels
        self.boxes = {"latitude": "", "longitude": "", "accuracy": "", "line": ""}
        self.area: str | None = None
        self.wrong = "line"

    @property
    def first_id(self) -> str:
        """The part that is wrong: for the area, its last list."""
        return f"{self.id}-{part_of(self.levels, self.wrong)}"

    @property
    def levels(self) -> Sequence[Level]:
        return self.levels_of(self.area)

    @property
    def has_position(self) -> bool:
        return bool(self.boxes["latitude"] or self.boxes["longitude"])

    def read(self, formdata: Any) -> None:
        texts = {part: sent(formdata, f"{self.name}-{part}") for part in self.boxes}
        boxes = {part: tidy(text, lines=False)[:200] for part, text in texts.items()}
        for part in ("latitude", "longitude", "accuracy"):
            boxes[part] = latin_digits(boxes[part])[:60]
        # Maps give both numbers as one text, and people paste it into the first box.
        both = re.fullmatch(r"(\S+)\s*[,;]\s*(\S+)", boxes["latitude"])
        if both and not boxes["longitude"]:
            boxes["latitude"], boxes["longitude"] = both.groups()
        self.boxes = boxes
        self.area = deepest(self.levels_of, formdata.getlist(f"{self.name}-area"))

    def set_answer(self, value: Any) -> None:
        self.typed = value
        self.boxes = {part: str(value.get(part) or "") for part in self.boxes}
        self.area = value.get("area")

    def is_empty(self) -> bool:
        return self.area is None and not (self.has_position or self.boxes["line"])

    def missing(self) -> str:
        return gettext("Say where it is: choose the place, or give the position.")

    def parse(self) -> dict[str, Any]:
        position = self._position() if self.has_position else dict.fromkeys(FARTHEST)
        if not self.has_position and not is_whole(self.area, self.levels):
            self.wrong = "area"
            raise ValidationError(
                gettext("Choose the place down to the town or village, or give the position.")
            )
        accuracy = self._accuracy() if self.has_position else None
        line = self.boxes["line"] or None
        return {**position, "accuracy": accuracy, "area": self.area, "line": line}

    def _position(self) -> dict[str, str | None]:
        return {part: self._coordinate(part) for part in FARTHEST}

    def _coordinate(self, part: str) -> str:
        self.wrong = part
        text = self.boxes[part].replace(" ", "")
        if not text:
            raise ValidationError(gettext("Enter both numbers of the position."))
        read = re.fullmatch(r"([+-]?[0-9]{1,3})(?:\.([0-9]*))?", text)
        if not read:
            raise ValidationError(gettext("Enter each number with its point, like 30.90096."))
        if len(read[2] or "") > PLACES:
            raise ValidationError(gettext("Write at most 6 digits after the point."))
        value = Decimal(text)
        if abs(value) > FARTHEST[part]:
            raise ValidationError(_off_the_earth(part))
        return f"{value + 0:f}"

    def _accuracy(self) -> int | None:
        metres = re.fullmatch(r"[0-9]{1,6}", self.boxes["accuracy"])
        return int(metres[0]) if metres and int(metres[0]) <= VAGUEST else None


def _off_the_earth(part: str) -> str:
    if part == "latitude":
        return gettext("There is no such place: the latitude lies between -90 and 90.")
    return gettext("There is no such place: the longitude lies between -180 and 180.")
