"""What the catalogue answers to a search over all rooms."""

from dataclasses import dataclass

from flask import url_for

from portal.catalogue import service


@dataclass(frozen=True)
class Hit:
    """One thing that was found. `by` says who offers it, `is_paused` that it takes no one now."""

    score: float
    title: str
    summary: str
    by: str
    url: str
    is_paused: bool


def found(text: str, most: int) -> list[Hit]:
    """The services that come nearest to the words, best first."""
    base = url_for("catalogue.services")
    return [
        Hit(
            line.score,
            line.title,
            line.summary,
            line.provider_name,
            f"{base}/{line.path}",
            line.is_paused,
        )
        for line in service.search(text, most)
    ]
