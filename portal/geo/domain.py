"""What an area is, and what makes a set of areas sound. No database here."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from portal.i18n import LANGUAGES

CODE = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,63}")


class Kind(StrEnum):
    STATE = "state"
    DISTRICT = "district"
    TEHSIL = "tehsil"
    TOWN = "town"
    VILLAGE = "village"


ABOVE = {
    Kind.STATE: None,
    Kind.DISTRICT: Kind.STATE,
    Kind.TEHSIL: Kind.DISTRICT,
    Kind.TOWN: Kind.TEHSIL,
    Kind.VILLAGE: Kind.TEHSIL,
}


@dataclass(frozen=True)
class Area:
    """`names` holds a text for each language; an area that is not active is offered no more."""

    code: str
    parent: str | None
    kind: Kind
    names: Mapping[str, str] = field(hash=False)
    active: bool = True

    @property
    def texts(self) -> Mapping[str, str]:
        """The names, as filters and `say` read words."""
        return self.names

    def name(self, language: str) -> str:
        return self.names.get(language) or self.names["en"]


def structure_faults(areas: Mapping[str, Area]) -> Iterator[str]:
    """A sentence for each area that hangs in the air: orphans, circles, wrong kinds."""
    for area in areas.values():
        if area.parent is None:
            if ABOVE[area.kind] is not None:
                yield f"{area.code}: a {area.kind} needs a parent. Give it a {ABOVE[area.kind]}."
        elif area.parent not in areas:
            yield f"{area.code}: its parent {area.parent} does not exist. Import the parent too."
        elif _goes_round(area, areas):
            yield f"{area.code}: its parents go round in a circle. Correct one of them."
        elif areas[area.parent].kind != ABOVE[area.kind]:
            wanted = ABOVE[area.kind] or "nothing"
            yield f"{area.code}: above a {area.kind} stands {wanted}, not {area.parent}."


def name_faults(areas: Mapping[str, Area]) -> Iterator[str]:
    """A sentence for each area that lacks its name in a language of the portal."""
    for area in areas.values():
        missing = [code for code in LANGUAGES if not area.names.get(code)]
        if missing:
            yield f"{area.code}: it has no name in {', '.join(missing)}. Add the name."


def _goes_round(area: Area, areas: Mapping[str, Area]) -> bool:
    seen = {area.code}
    here = area
    while here.parent is not None and here.parent in areas:
        if here.parent in seen:
            return True
        seen.add(here.parent)
        here = areas[here.parent]
    return False
