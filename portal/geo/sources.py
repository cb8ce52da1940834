"""Areas as they stand in files: JSON or CSV. Whether they are sound is the service's to say."""

import csv
import json
from pathlib import Path
from typing import Any

from portal.i18n import LANGUAGES

DEMO = Path(__file__).with_name("demo_areas.json")


class UnreadableAreas(Exception):
    """The text tells the operator what to do."""


def read(path: Path) -> list[dict[str, Any]]:
    """Rows for `import_areas`. Raises UnreadableAreas.

    A CSV file has the columns code, parent, kind, active and one for each language.
    """
    try:
        return _csv(path) if path.suffix.lower() == ".csv" else _json(path)
    except (OSError, ValueError) as error:
        raise UnreadableAreas(f"{path} cannot be read as areas: {error}.") from error


def _json(path: Path) -> list[dict[str, Any]]:
    rows = json.loads(path.read_text())
    if not isinstance(rows, list) or not all(isinstance(row, dict) for row in rows):
        raise ValueError("it must hold a list of objects")
    return rows


def _csv(path: Path) -> list[dict[str, Any]]:
    with path.open(newline="", encoding="utf-8-sig") as file:
        rows = [row for row in csv.DictReader(file) if any(row.values())]
    if rows and not {"code", "kind", "en"} <= rows[0].keys():
        raise ValueError("its first line must name the columns code, parent, kind and en")
    return [{**row, "names": {code: row.get(code) or "" for code in LANGUAGES}} for row in rows]
