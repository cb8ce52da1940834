"""What the catalogue gives for each thing that a search finds."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Hit:
    """One thing that was found. `by` says who offers it, `is_paused` that it takes no one now."""

    score: float
    title: str
    summary: str
    by: str
    url: str
    is_paused: bool
