"""Finding areas and bringing them in. The only module that touches the tables of areas."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, select
from sqlalchemy.dialects.postgresql import insert

from portal.geo.domain import CODE, Area, Kind, name_faults, structure_faults
from portal.geo.models import AreaRow, AreasEdition
from portal.i18n import LANGUAGES, direction
from portal.i18n import lazy_gettext as _l
from portal.kernel.db import db, unit
from portal.kernel.errors import N_, BadInput, NotFound
from portal.kernel.ids import uuid7
from portal.web.fields import Level

EDITION = 1
SMALLEST = (Kind.TOWN, Kind.VILLAGE)
LABELS = {
    "state": _l("State or province"),
    "district": _l("District"),
    "tehsil": _l("Tehsil"),
    "place": _l("Town or village"),
}
BATCH = 1000


class NoSuchArea(NotFound):
    message = N_("There is no such place. Choose one of the list.")


class BadAreas(BadInput):
    """`sentences` holds one for each row that cannot be taken."""

    message = N_("The areas were not imported. Correct the file and import it again.")

    def __init__(self, faults: Iterable[str]) -> None:
        self.sentences = tuple(faults)
        super().__init__()


@dataclass
class _Memory:
    """What this process knows of one edition. Areas of another are never mixed in."""

    stamp: UUID
    areas: dict[str, Area] = field(default_factory=dict)
    children: dict[str | None, tuple[Area, ...]] = field(default_factory=dict)


_latest: list[_Memory] = []


def find(code: str) -> Area:
    """Raises NoSuchArea. Finds areas that are offered no more, too: old addresses name them."""
    known = _memory()
    if known and code in known.areas:
        return known.areas[code]
    area = next(_areas(AreaRow.code == code), None) if CODE.fullmatch(code) else None
    if area is None:
        raise NoSuchArea
    if known:
        known.areas[code] = area
    return area


def children(code: str | None) -> list[Area]:
    """The active areas straight below, by English name; the states for None."""
    known = _memory()
    if known and code in known.children:
        return list(known.children[code])
    below = _areas(AreaRow.parent == code, AreaRow.active.is_(True))
    found = sorted(below, key=lambda area: (area.name("en"), area.code))
    if known:
        known.children[code] = tuple(found)
        known.areas |= {area.code: area for area in found}
    return found


def path(code: str) -> tuple[Area, ...]:
    """The area and all above it, the state first. Raises NoSuchArea."""
    steps = [find(code)]
    while (above := steps[-1].parent) is not None:
        steps.append(find(above))
    return tuple(reversed(steps))


def within(code: str) -> frozenset[str]:
    """The codes of the area and of all in it, also of those that are offered no more."""
    top = select(AreaRow.code).where(AreaRow.code == code).cte(recursive=True)
    inside = top.union_all(select(AreaRow.code).join(top, AreaRow.parent == top.c.code))
    return frozenset(db.session.scalars(select(inside.c.code)))


def in_words(code: str, language: str) -> str:
    """As an address says it, the smallest first; nothing for an unknown area.

    A town that gave its name to its tehsil and district is said once.
    """
    names = dict.fromkeys(area.name(language) for area in reversed(_path_or_nothing(code)))
    comma = "، " if direction(language) == "rtl" else ", "
    return comma.join(names)


def levels(code: str | None) -> list[Level]:
    """The lists that lead to an area, and the next one to choose from.

    A list of one is not shown: there is nothing to choose. An unknown area is as none.
    """
    chosen = {area.parent: area for area in _path_or_nothing(code)}
    found: list[Level] = []
    above: str | None = None
    while options := _options(above, chosen.get(above)):
        picked = chosen.get(above)
        if len(options) == 1 and options[0].kind not in SMALLEST:
            above = options[0].code
            continue
        found.append(_level(options, picked))
        if picked is None:
            break
        above = picked.code
    return found


def _path_or_nothing(code: str | None) -> tuple[Area, ...]:
    try:
        return path(code) if code else ()
    except NoSuchArea:
        return ()


def _options(above: str | None, picked: Area | None) -> list[Area]:
    """What is offered; what was chosen once stays in the list."""
    options = children(above)
    return options if picked is None or picked in options else [*options, picked]


def _level(options: list[Area], picked: Area | None) -> Level:
    kind = "place" if options[0].kind in SMALLEST else options[0].kind.value
    words = [(area.code, area.names) for area in options]
    return Level(kind, LABELS[kind], words, picked.code if picked else None)


def import_areas(rows: Iterable[Mapping[str, Any]]) -> int:
    """Add or change areas; those that are not named stay. Says how many were new or different.

    Raises BadAreas, and takes none, when a row cannot be read or would hang in the air.
    """
    given = [_read(number, row) for number, row in enumerate(rows, 1)]
    faults = [fault for fault in given if isinstance(fault, str)]
    areas = {area.code: area for area in given if isinstance(area, Area)}
    before = _everything()
    faults = faults or list(structure_faults(before | areas))
    if faults:
        raise BadAreas(faults)
    changed = [area for area in areas.values() if before.get(area.code) != area]
    _write(changed)
    return len(changed)


def faults() -> list[str]:
    """A sentence for each thing that is wrong with the areas: `portal areas check`."""
    areas = _everything()
    return [*structure_faults(areas), *name_faults(areas)]


def _memory() -> _Memory | None:
    """What is known of the present edition; asked for once in a transaction."""
    notes = unit()
    if "areas" not in notes:
        notes["areas"] = db.session.scalar(select(AreasEdition.stamp))
    stamp = notes["areas"]
    if stamp is None:
        return None
    if not _latest or _latest[0].stamp != stamp:
        _latest[:] = [_Memory(stamp)]
    return _latest[0]


def _everything() -> dict[str, Area]:
    return {area.code: area for area in _areas()}


def _areas(*wanted: ColumnElement[bool]) -> Iterator[Area]:
    columns = select(AreaRow.code, AreaRow.parent, AreaRow.kind, AreaRow.names, AreaRow.active)
    for code, parent, kind, names, active in db.session.execute(columns.where(*wanted)):
        yield Area(code, parent, Kind(kind), names, active)


def _read(number: int, row: Mapping[str, Any]) -> Area | str:
    """The area of one row, or a sentence that says what is wrong with it."""
    code, parent, kind = (str(row.get(name) or "").strip() for name in ("code", "parent", "kind"))
    names = row.get("names")
    if not CODE.fullmatch(code):
        return f"Row {number}: the code may hold letters, digits, dots and dashes only."
    if kind not in list(Kind):
        return f"Row {number} ({code}): the kind must be one of {', '.join(Kind)}."
    if not isinstance(names, Mapping) or not names.get("en"):
        return f"Row {number} ({code}): it needs at least an English name."
    strange = sorted(set(names) - set(LANGUAGES))
    if strange:
        return f"Row {number} ({code}): {strange[0]} is no language of the portal."
    told = {name: str(text).strip() for name, text in names.items() if str(text).strip()}
    return Area(code, parent or None, Kind(kind), told, _is_active(row))


def _is_active(row: Mapping[str, Any]) -> bool:
    return str(row.get("active", "true")).strip().lower() not in ("false", "no", "0")


def _write(areas: list[Area]) -> None:
    for start in range(0, len(areas), BATCH):
        rows = [
            {
                "code": area.code,
                "parent": area.parent,
                "kind": area.kind.value,
                "names": dict(area.names),
                "active": area.active,
            }
            for area in areas[start : start + BATCH]
        ]
        put = insert(AreaRow).values(rows)
        same = {name: put.excluded[name] for name in ("parent", "kind", "names", "active")}
        db.session.execute(put.on_conflict_do_update(index_elements=["code"], set_=same))
    if areas:
        edition = insert(AreasEdition).values(id=EDITION, stamp=uuid7())
        changed = {"stamp": edition.excluded.stamp}
        db.session.execute(edition.on_conflict_do_update(index_elements=["id"], set_=changed))
        unit().pop("areas", None)
