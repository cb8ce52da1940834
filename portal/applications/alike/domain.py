"""What makes two cases alike. No web here, and no tables."""

import json
from collections.abc import Iterator, Mapping
from datetime import timedelta
from typing import Any

from portal.registry.contract import Service

# Decided cases are shown for so long.
LATELY = timedelta(days=180)


def names(service: Service) -> tuple[str, ...]:
    """The questions that tell one thing from another: as declared, else numbers of identity."""
    if service.alike_by is not None:
        return service.alike_by
    return tuple(one.name for one in service.form.fields if one.kind == "national_id")


def marks(service: Service, answers: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    """The names, each with its answer as one text; what has no answer is like nothing."""
    for name in names(service):
        if (answer := answers.get(name)) not in (None, "", [], {}):
            yield name, _text(answer)


def _text(answer: Any) -> str:
    """Equal for answers that differ in spaces alone."""
    whole = answer if isinstance(answer, str) else json.dumps(answer, sort_keys=True)
    return " ".join(whole.split())
