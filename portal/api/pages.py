"""The interfaces as a page, drawn from their documents."""

from typing import Any, NamedTuple

from flask import current_app, render_template

from portal.api import problems, reading
from portal.api.document import AREAS, document, routes
from portal.api.openapi import Sample
from portal.kernel.settings import current


class Area(NamedTuple):
    """One interface as its page shows it."""

    name: str
    told: dict[str, Any]
    calls: list[reading.Call]
    messages: list[reading.Call]


def reference(template: str, sample: Sample | None = None, **more: object) -> str:
    """The page of all areas; with a sample, its examples speak of this."""
    base = current().kernel.base_url
    operations = [one.operation for area in AREAS for one in routes(current_app, area)]
    areas = [
        Area(area, told, reading.calls(told), reading.messages(told))
        for area in AREAS
        if (told := document(current_app, area, base, sample))
    ]
    known = problems.every(operations)
    return render_template(
        template, areas=areas, problems=known, base_url=base, pieces=reading.pieces, **more
    )
