"""What the catalogue answers to a search over all rooms."""

from flask import url_for

from portal.catalogue import service
from portal.catalogue.hits import Hit


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
